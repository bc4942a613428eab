package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * The thread that hashes full blocks and publishes them in the queue, so that neither costs the
 * recorded thread. A writer that is faster waits when all blocks of its {@link BlockPool} are in
 * use. After the first failure nothing more is published.
 *
 * <p>Waking a thread costs as much as filling a third of a block. So either thread, once it sleeps,
 * is woken for several blocks: the publisher when {@link #WAKE_BLOCKS} wait for it or time is up,
 * the writer when as many slots are free. Readers see a block that waits in the staging file.
 */
final class Publisher implements Runnable {
  /** Longest time between two forces at {@link Durability#INTERVAL}. */
  static final long FORCE_INTERVAL_MILLIS = 100;

  /** Blocks that a sleeping thread is woken for. */
  private static final int WAKE_BLOCKS = 4;

  /** Bytes published before the pool grows. */
  private static final int GROW_AT_BYTES = 512 << 10;

  /** Space that is left to the recording itself. */
  private static final long GROW_FREE_BYTES = 256L << 20;

  /** Looks before a waiting thread sleeps. */
  private static final int SPINS = 200;

  private final Path tape;
  private final Durability durability;
  private final long idHigh;
  private final long idLow;
  private final long schema;
  private final BlockPool pool;
  private final RunChain chain = new RunChain();
  private final CRC32C crc = new CRC32C();
  private final Thread thread;
  private volatile long handed;
  private volatile long published;
  private volatile boolean opened;
  private volatile boolean stopping;
  private volatile Throwable failure;
  private volatile Thread waiting;

  /** What the waiting thread is woken at, of {@link #published}. */
  private volatile long wakeAt;

  private volatile long bytes;

  /** Written and read by the writer's thread. */
  private long blockedNanos;

  private long longestBlockNanos;
  private Journal journal;
  private long forcedAt;
  private BlockHeader seal;

  /** Null until it is due. */
  private Thread grower;

  Publisher(
      Path tape, Durability durability, long idHigh, long idLow, long schema, BlockPool pool) {
    this.tape = tape;
    this.durability = durability;
    this.idHigh = idHigh;
    this.idLow = idLow;
    this.schema = schema;
    this.pool = pool;
    thread = new Thread(this, "seamtape-publisher");
    thread.setDaemon(true);
  }

  /**
   * Starts the thread and waits until it has opened the queue, which takes longer than the first
   * blocks take to fill.
   */
  void start() throws TapeException {
    thread.start();
    boolean interrupted = false;
    while (thread.isAlive() && !opened) {
      try {
        thread.join(1);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    check();
  }

  /** Gives a full block to the thread. */
  void hand(Block block) {
    handed = block.number + 1;
    if (handed - published >= WAKE_BLOCKS || durability == Durability.BLOCK) {
      LockSupport.unpark(thread);
    }
  }

  /** The block to be filled next; waits for it. */
  Block take(long number) throws TapeException {
    check();
    Block block = pool.take(number, published);
    while (block == null) {
      awaitPublished(pool.oldest() + 1);
      block = pool.take(number, published);
    }
    return block;
  }

  /** Waits until a number of blocks is published; an earlier failure ends the wait. */
  void awaitPublished(long count) throws TapeException {
    if (published < count && failure == null) {
      long from = System.nanoTime();
      await(count);
      long nanos = System.nanoTime() - from;
      blockedNanos += nanos;
      longestBlockNanos = Math.max(longestBlockNanos, nanos);
    }
    check();
  }

  private void await(long count) {
    LockSupport.unpark(thread);
    for (int spins = 0; spins < SPINS; spins++) {
      if (published >= count || failure != null) {
        return;
      }
      Thread.onSpinWait();
    }
    wakeAt = Math.min(count + WAKE_BLOCKS, handed);
    waiting = Thread.currentThread();
    while (published < wakeAt && failure == null) {
      LockSupport.park(this);
    }
    waiting = null;
  }

  /** Time that the writer has waited for this thread, in all. */
  long blockedNanos() {
    return blockedNanos;
  }

  /** The longest single wait. */
  long longestBlockNanos() {
    return longestBlockNanos;
  }

  void check() throws TapeException {
    if (failure != null) {
      throw failed(failure);
    }
  }

  private TapeException failed(Throwable cause) {
    return cause instanceof TapeException e ? e : TapeException.io(tape, "write", cause);
  }

  long bytes() {
    return bytes;
  }

  /**
   * Ends the thread after all that was handed.
   *
   * @param sealing the seal to write last; null to leave the recording open
   */
  void stop(BlockHeader sealing) throws TapeException {
    seal = sealing;
    stopping = true;
    LockSupport.unpark(thread);
    join(thread);
    if (grower != null) {
      join(grower);
    }
    check();
  }

  private static void join(Thread ending) {
    boolean interrupted = false;
    while (ending.isAlive()) {
      try {
        ending.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    try {
      loop();
      if (seal != null) {
        publishSeal();
      }
    } catch (Throwable e) { // a fault in a mapped store is an Error; all must reach the writer
      failure = e;
    } finally {
      finish();
      LockSupport.unpark(waiting);
    }
  }

  private void loop() throws IOException {
    journal = new Journal(tape);
    opened = true;
    for (int spins = 0; ; ) {
      if (handed > published) {
        publish(pool.get(published));
        growWhenDue();
        spins = 0;
      } else if (stopping) {
        return;
      } else if (spins++ > SPINS) {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(FORCE_INTERVAL_MILLIS));
        forceWhenDue();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  private void publish(Block block) throws IOException {
    BlockHeader header = block.header();
    if (block.runEnd >= 0) {
      chain.add(block.bytes, 0, block.runEnd);
      endRun(header);
      chain.add(block.bytes, block.runEnd, block.length);
    } else {
      chain.add(block.bytes, 0, block.length);
    }
    append(header, block.bytes);
    if (durability == Durability.BLOCK) {
      journal.force();
    }
    forceWhenDue();
    published = block.number + 1;
    if (published >= wakeAt) {
      LockSupport.unpark(waiting);
    }
  }

  /**
   * Has more blocks made to wait in, once the recording is long enough: it has to get over a file
   * system that stands still for a third of a second; a short one takes no more than it needs. On a
   * thread of its own, as this file system may stand still for that too.
   */
  private void growWhenDue() {
    if (grower == null && bytes > GROW_AT_BYTES) {
      grower = new Thread(this::grow, "seamtape-staging");
      grower.setDaemon(true);
      grower.start();
    }
  }

  private void grow() {
    try {
      boolean room = Files.getFileStore(tape).getUsableSpace() > GROW_FREE_BYTES;
      while (room && !stopping && pool.size() < Staging.MAX_SLOTS) {
        pool.grow();
      }
    } catch (Throwable e) { // a fault in a mapped store and a full heap are Errors
      return; // the blocks that are there will do
    }
  }

  private void endRun(BlockHeader header) {
    header.run = chain.runs();
    System.arraycopy(chain.endRun(), 0, header.runHash, 0, BlockHeader.HASH_BYTES);
    System.arraycopy(chain.value(), 0, header.chain, 0, BlockHeader.HASH_BYTES);
  }

  private void append(BlockHeader header, byte[] payload) throws IOException {
    crc.reset();
    crc.update(payload, 0, header.storedBytes);
    header.payloadCrc = (int) crc.getValue();
    header.idHigh = idHigh;
    header.idLow = idLow;
    header.schema = schema;
    Instant now = Instant.now();
    header.hostNanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    journal.append(header, payload);
    bytes = journal.bytes();
  }

  private void publishSeal() throws IOException {
    if ((seal.firstEvent - 1) % RunChain.RUN_EVENTS != 0) {
      endRun(seal);
    } else {
      System.arraycopy(chain.value(), 0, seal.chain, 0, BlockHeader.HASH_BYTES);
    }
    append(seal, new byte[0]);
    journal.force();
  }

  private void forceWhenDue() throws IOException {
    if (durability == Durability.INTERVAL) {
      long now = System.nanoTime();
      if (now - forcedAt >= TimeUnit.MILLISECONDS.toNanos(FORCE_INTERVAL_MILLIS) && bytes > 0) {
        journal.force();
        forcedAt = now;
      }
    }
  }

  private void finish() {
    if (journal == null) {
      return;
    }
    try {
      if (seal != null && failure == null) {
        journal.closeQueue();
        journal.trim();
      } else {
        journal.close();
      }
    } catch (Throwable e) { // as in run()
      failure = failure == null ? e : failure;
    }
  }
}
