package seamtape.recorder.tape;

import static seamtape.recorder.tape.TapeException.Kind.EXISTS;
import static seamtape.recorder.tape.TapeException.Kind.LOCKED;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import seamtape.codec.EventEncoder;
import seamtape.codec.EventSchema;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Phase;

/**
 * Writes one new recording. When {@link #append} has returned, the event survives the death of this
 * process. One thread; no allocation for an event. A failure to write ends the recording: every
 * later call throws it again.
 */
public final class TapeWriter implements EventSink, AutoCloseable {
  private final Path tape;
  private final FileChannel lockFile;
  private final EventEncoder encoder = new EventEncoder();
  private final Staging staging;
  private final Publisher publisher;
  private Manifest manifest;

  /**
   * The events of the block, if none is oversize. The publisher gets a copy, {@link Block#take}.
   */
  private final byte[] filling = new byte[Block.MAX_BYTES + Block.SLACK_BYTES];

  private Block block;
  private long blocks;
  private long events;
  private long calls;
  private long ioctls;
  private long time;
  private boolean closed;
  private PrivateKey signer;

  private TapeWriter(Path tape, FileChannel lockFile, Manifest manifest, UUID id, Durability level)
      throws IOException {
    this.tape = tape;
    this.lockFile = lockFile;
    this.manifest = manifest;
    long high = id.getMostSignificantBits();
    long low = id.getLeastSignificantBits();
    staging = Staging.create(TapeFiles.staging(tape), high, low);
    long schema = EventSchema.current().fingerprint();
    publisher = new Publisher(tape, level, high, low, schema, new BlockPool(staging));
    beginBlock(0);
  }

  /** As {@link #create(Path, Manifest, Durability)} with {@link Durability#NONE}. */
  public static TapeWriter create(Path dir, Manifest manifest) throws TapeException {
    return create(dir, manifest, Durability.NONE);
  }

  /**
   * Starts a recording in a directory that does not exist or is empty.
   *
   * @throws TapeException LOCKED when another writer is at work there, EXISTS when there is
   *     something else
   */
  public static TapeWriter create(Path dir, Manifest manifest, Durability durability)
      throws TapeException {
    FileChannel lockFile = null;
    try {
      Files.createDirectories(dir);
      lockFile = lock(dir);
      UUID id = UUID.randomUUID();
      Manifest begun = begin(dir, manifest, id);
      TapeWriter writer = new TapeWriter(dir, lockFile, begun, id, durability);
      TapeFiles.replace(TapeFiles.manifest(dir), begun.toJson());
      writer.publisher.start();
      lockFile = null;
      return writer;
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(dir, "make a recording", e);
    } finally {
      if (lockFile != null) {
        discard(dir);
        close(lockFile);
      }
    }
  }

  /** Takes back what a recording that could not begin has left; the lock is held. */
  private static void discard(Path dir) {
    for (Path file : List.of(TapeFiles.manifest(dir), TapeFiles.schema(dir))) {
      delete(file);
      delete(TapeFiles.fresh(file));
    }
    TapeFiles.remove(TapeFiles.journal(dir));
    delete(TapeFiles.staging(dir));
    delete(TapeFiles.lock(dir));
    delete(dir);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      return; // the failure that led here is the one to tell
    }
  }

  private static FileChannel lock(Path dir) throws IOException {
    boolean fresh = !Files.exists(TapeFiles.lock(dir));
    if (fresh) {
      requireEmpty(dir);
    }
    FileChannel channel =
        FileChannel.open(TapeFiles.lock(dir), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw locked(dir);
      }
      if (!fresh) {
        throw exists(dir);
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw locked(dir);
    } catch (TapeException e) {
      channel.close();
      throw e;
    }
  }

  private static void requireEmpty(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      if (files.findAny().isPresent()) {
        throw exists(dir);
      }
    }
  }

  private static TapeException locked(Path dir) {
    String what = "another writer is recording here; stop it, or choose another name";
    return new TapeException(LOCKED, dir, what);
  }

  private static TapeException exists(Path dir) {
    String what =
        Files.exists(TapeFiles.manifest(dir))
            ? "there is a recording here already; choose another name, or remove it"
            : "the directory is not empty; choose another name";
    return new TapeException(EXISTS, dir, what);
  }

  private static Manifest begin(Path dir, Manifest manifest, UUID id) throws IOException {
    EventSchema schema = EventSchema.current();
    TapeFiles.replace(TapeFiles.schema(dir), schema.text());
    byte[] text = schema.text().getBytes(StandardCharsets.UTF_8);
    return manifest
        .identified(
            id.toString().replace("-", ""),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
        .withSchema(Hex.of(schema.fingerprint()), Hex.of(RunChain.sha256().digest(text)))
        .withState(Manifest.State.OPEN, Manifest.Totals.NONE, "");
  }

  /**
   * Appends an event.
   *
   * @throws UncheckedIOException of a {@link TapeException} when the recording cannot be written
   * @throws IllegalArgumentException when the event is not one of the catalog
   */
  @Override
  public long append(Event event) {
    requireOpen();
    int maxBytes = EventEncoder.maxBytes(event);
    Block into = block;
    if (into.count == Block.MAX_EVENTS || into.length + maxBytes > Block.MAX_BYTES) {
      into = roomFor(maxBytes);
    }
    boolean oversize = into.oversize();
    byte[] bytes = oversize ? into.bytes : filling;
    int from = into.length;
    int to = encoder.encode(event, time, bytes, from);
    count(into, event);
    into.length = to;
    if ((events & RunChain.RUN_EVENTS - 1) == 0) {
      into.runEnd = to;
    }
    if (oversize) {
      publishOversize();
    } else {
      staging.add(bytes, from, to, into.count);
    }
    return event.number;
  }

  private void count(Block into, Event event) {
    event.number = ++events;
    time = event.time;
    into.count++;
    into.minTime = Math.min(into.minTime, time);
    into.maxTime = Math.max(into.maxTime, time);
    if (event.phase == Phase.ENTER) {
      into.calls++;
      if (event.row().ioctl) {
        into.ioctls++;
      }
    }
  }

  private Block roomFor(int maxBytes) {
    if (block.count > 0) {
      cut();
    }
    if (maxBytes > Block.MAX_BYTES) {
      block.grow(maxBytes);
    }
    return block;
  }

  /** A block that is too large for the staging file is safe when it is published. */
  private void publishOversize() {
    long last = block.number;
    cut();
    await(last + 1);
  }

  private void cut() {
    calls += block.calls;
    ioctls += block.ioctls;
    block.take(filling);
    publisher.hand(block);
    beginBlock(block.number + 1);
  }

  private void beginBlock(long number) {
    try {
      block = publisher.take(number);
    } catch (TapeException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    blocks = number;
    block.begin(number, events + 1, calls, ioctls, time);
    staging.begin(block);
  }

  private void await(long published) {
    try {
      publisher.awaitPublished(published);
    } catch (TapeException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the recording is closed");
    }
  }

  /** Publishes all that was appended, so that readers need not look at the staging file. */
  public void flush() {
    requireOpen();
    if (block.count > 0) {
      cut();
    }
    await(blocks);
  }

  /** Events appended so far. */
  public long events() {
    return events;
  }

  public Path path() {
    return tape;
  }

  /** Bytes of the blocks published so far and of the one being filled. */
  public long bytes() {
    return publisher.bytes() + block.length;
  }

  /** Nanoseconds that calls of this writer have waited for blocks to be published, in all. */
  public long blockedNanos() {
    return publisher.blockedNanos();
  }

  /** The longest of these waits. */
  public long longestBlockNanos() {
    return publisher.longestBlockNanos();
  }

  /** Changes what the manifest says, for what is known only at the end: clock, durations, notes. */
  public void describe(UnaryOperator<Manifest> change) {
    requireOpen();
    manifest = change.apply(manifest);
  }

  /** Has the seal signed with an Ed25519 key. */
  public void signWith(PrivateKey key) {
    signer = key;
  }

  /** Ends the recording: closes the chain of runs and writes the manifest that says so. */
  public Manifest seal() throws TapeException {
    return seal(Manifest.State.SEALED);
  }

  Manifest seal(Manifest.State state) throws TapeException {
    requireOpen();
    try {
      flush();
      BlockHeader seal = new BlockHeader();
      seal.kind = BlockHeader.SEAL;
      seal.number = blocks;
      seal.firstEvent = events + 1;
      seal.firstCall = calls;
      seal.firstIoctl = ioctls;
      seal.baseTime = time;
      seal.minTime = time;
      seal.maxTime = time;
      closed = true;
      publisher.stop(seal);
      Manifest.Totals totals =
          new Manifest.Totals(events, calls, ioctls, blocks, publisher.bytes());
      manifest = manifest.withState(state, totals, Hex.of(seal.chain));
      manifest = signer == null ? manifest : SealSignature.sign(manifest, signer);
      TapeFiles.requireThere(tape);
      TapeFiles.replace(TapeFiles.manifest(tape), manifest.toJson());
      Files.deleteIfExists(TapeFiles.staging(tape));
      Files.deleteIfExists(TapeFiles.lock(tape));
      return manifest;
    } catch (UncheckedIOException e) {
      throw failed(e.getCause());
    } catch (IOException e) {
      throw failed(e);
    } catch (GeneralSecurityException e) {
      throw failed(new IOException("the key signs no seal: " + e.getMessage(), e));
    } finally {
      close(lockFile);
    }
  }

  private TapeException failed(IOException e) {
    return e instanceof TapeException already ? already : TapeException.io(tape, "seal", e);
  }

  /** Publishes what was appended and lets go; without {@link #seal} the recording stays open. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      flush();
    } finally {
      closed = true;
      try {
        publisher.stop(null);
      } catch (TapeException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      } finally {
        close(lockFile);
      }
    }
  }

  private static void close(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
