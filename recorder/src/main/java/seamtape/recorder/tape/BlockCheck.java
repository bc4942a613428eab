package seamtape.recorder.tape;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import seamtape.codec.EventDecoder;
import seamtape.codec.EventSchema;
import seamtape.codec.MalformedEventException;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Checks blocks in order: payload, events against header, runs against their hashes. */
final class BlockCheck {
  private final EventDecoder decoder;
  private final Event event = new Event();
  private final List<Damage> damage = new ArrayList<>();
  private final MessageDigest run = RunChain.sha256();
  private byte[] buffer = new byte[Block.MAX_BYTES + EventDecoder.FAST_BYTES];
  private byte[] unpacked = new byte[Block.MAX_BYTES + EventDecoder.FAST_BYTES];
  private byte[] chain = new byte[BlockHeader.HASH_BYTES];
  private long runs;
  private long next = 1;
  private long events;
  private long calls;
  private long ioctls;
  private BlockHeader last = new BlockHeader();
  private long lastTime;

  /** False after a block whose events could not be read. */
  private boolean lastTimeKnown = true;

  /** True while all events of the current run were seen. */
  private boolean runWhole = true;

  BlockCheck(EventSchema schema) {
    decoder = new EventDecoder(schema);
    last.number = -1;
    last.firstEvent = 1;
  }

  EventSchema schema() {
    return decoder.schema();
  }

  void add(BlockRow row) throws IOException {
    BlockHeader header = row.header();
    boolean follows = header.firstEvent == next;
    if (!follows) {
      runWhole = false;
    }
    if (header.schema != decoder.schema().fingerprint() && row.salvaged() == null
        || !BlockCodec.knows(header)
        || follows && !continues(header)) {
      note(Damage.Kind.SEQUENCE, header);
    }
    byte[] payload = row.read(buffer);
    if (payload == null || !row.matches(payload)) {
      note(payload == null ? Damage.Kind.TRUNCATED : Damage.Kind.CHECKSUM, header);
      runWhole = false;
      lastTimeKnown = false;
    } else {
      buffer = row.salvaged() == null ? payload : buffer;
      decode(row, payload);
    }
    if (header.run >= 0) {
      checkLink(header);
    }
    last = header;
    next = header.firstEvent + header.count;
  }

  /** Counts before a block are those after the block before it. */
  private boolean continues(BlockHeader header) {
    return header.number == last.number + 1
        && header.firstCall == last.firstCall + last.calls
        && header.firstIoctl == last.firstIoctl + last.ioctls
        && (header.baseTime == lastTime || !lastTimeKnown);
  }

  private void decode(BlockRow row, byte[] stored) {
    byte[] plain = BlockCodec.knows(row.header()) ? row.plain(stored, unpacked) : null;
    if (plain == null) {
      malformed(row.header());
      return;
    }
    unpacked = row.header().codec == BlockCodec.NONE ? unpacked : plain;
    decode(row.header(), plain, row.salvaged() == null);
  }

  private void malformed(BlockHeader header) {
    note(Damage.Kind.MALFORMED, header);
    runWhole = false;
    lastTimeKnown = false;
  }

  private void decode(BlockHeader header, byte[] payload, boolean published) {
    int at = 0;
    int hashed = 0;
    int callsHere = 0;
    int ioctlsHere = 0;
    long time = header.baseTime;
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    try {
      for (int i = 0; i < header.count; i++) {
        at = decoder.decode(payload, at, header.plainBytes, time, event);
        time = event.time;
        min = Math.min(min, time);
        max = Math.max(max, time);
        if (event.phase == Phase.ENTER) {
          callsHere++;
          ioctlsHere += event.row().ioctl ? 1 : 0;
        }
        if ((header.firstEvent + i) % RunChain.RUN_EVENTS == 0) {
          run.update(payload, hashed, at - hashed);
          hashed = at;
          endRun(header, header.firstEvent + i, published);
        }
      }
    } catch (MalformedEventException e) {
      malformed(header);
      return;
    }
    run.update(payload, hashed, at - hashed);
    lastTime = time;
    lastTimeKnown = true;
    if (at != header.plainBytes
        || callsHere != header.calls
        || ioctlsHere != header.ioctls
        || min != header.minTime
        || max != header.maxTime) {
      note(Damage.Kind.SEQUENCE, header);
    }
    events += header.count;
    calls += callsHere;
    ioctls += ioctlsHere;
  }

  /** A run ends with an event of this block, whose header must have its hash. */
  private void endRun(BlockHeader header, long lastEvent, boolean published) {
    byte[] hash = run.digest();
    if (runWhole && published && (header.run < 0 || !Arrays.equals(hash, header.runHash))) {
      long first = lastEvent - RunChain.RUN_EVENTS + 1;
      damage.add(new Damage(Damage.Kind.CHAIN, header.number, first, lastEvent));
    }
    runWhole = true;
  }

  /** The stored hashes must chain, also where events are lost; after lost hashes it starts anew. */
  private void checkLink(BlockHeader header) {
    if (header.run == runs) {
      MessageDigest link = RunChain.sha256();
      link.update(chain);
      if (!Arrays.equals(link.digest(header.runHash), header.chain)) {
        note(Damage.Kind.CHAIN, header);
      }
    } else if (header.firstEvent == next && runWhole && last.number >= 0 && header.run < runs) {
      note(Damage.Kind.CHAIN, header);
    }
    chain = header.chain;
    runs = header.run + 1;
  }

  void seal(JournalScanner scanner, Manifest manifest) {
    BlockHeader seal = scanner.seal();
    if (seal == null) {
      damage.add(new Damage(Damage.Kind.SEAL, scanner.nextBlock(), 0, 0));
      return;
    }
    long total = seal.firstEvent - 1;
    if (total % RunChain.RUN_EVENTS != 0) {
      if (runWhole && next == seal.firstEvent && !Arrays.equals(run.digest(), seal.runHash)) {
        long first = total - total % RunChain.RUN_EVENTS + 1;
        damage.add(new Damage(Damage.Kind.CHAIN, seal.number, first, total));
      }
      checkLink(seal);
    } else if (!Arrays.equals(seal.chain, chain)) {
      note(Damage.Kind.CHAIN, seal);
    }
    Manifest.Totals totals = manifest.totals();
    if (totals.events() != total
        || totals.calls() != seal.firstCall
        || totals.ioctls() != seal.firstIoctl
        || totals.blocks() != seal.number
        || !manifest.digest().equals(Hex.of(seal.chain))) {
      damage.add(new Damage(Damage.Kind.SEAL, seal.number, 0, 0));
    }
  }

  private void note(Damage.Kind kind, BlockHeader header) {
    Damage one = new Damage(kind, header.number, header.firstEvent, header.lastEvent());
    if (!damage.contains(one)) {
      damage.add(one);
    }
  }

  List<Damage> damage() {
    return damage;
  }

  long events() {
    return events;
  }

  long calls() {
    return calls;
  }

  long ioctls() {
    return ioctls;
  }

  String digest() {
    return Hex.of(chain);
  }
}
