package seamtape.replayer.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import seamtape.event.Event;

/**
 * MRTD and RTMRs as the events tell them: MRTD is SHA-384 over a record per PAGE.ADD and per
 * MR.EXTEND with its 256 bytes. What was added is known from the memory that the VMM stored.
 */
final class TdMeasurement {
  private static final int RECORD = 128;
  private static final int CHUNK = 256;
  private static final int PAGE = 4096;

  /** Bytes of a SHA-384 value, and of what extends one. */
  static final int SIZE = 48;

  private static final int RTMRS = 4;

  /** Words that a reader of an older recording finds: {@link Event#UNKNOWN}. */
  private static final byte[] UNTOLD = new byte[SIZE];

  static {
    Arrays.fill(UNTOLD, (byte) Event.UNKNOWN);
  }

  private final Sha2 stream;
  private final Map<Long, byte[]> added = new TreeMap<>();
  private final byte[][] rtmr = new byte[RTMRS][SIZE];
  private final long[] rtmrUnknown = new long[RTMRS];
  private long unknownSince;
  private boolean complete;

  TdMeasurement() {
    this(Sha2.sha384());
  }

  private TdMeasurement(Sha2 stream) {
    this.stream = stream;
  }

  TdMeasurement copy() {
    TdMeasurement copy = new TdMeasurement(stream.copy());
    copy.added.putAll(added);
    System.arraycopy(rtmr, 0, copy.rtmr, 0, RTMRS);
    System.arraycopy(rtmrUnknown, 0, copy.rtmrUnknown, 0, RTMRS);
    copy.unknownSince = unknownSince;
    copy.complete = complete;
    return copy;
  }

  void write(StateWriter to) {
    stream.write(to);
    to.all(
        added,
        (gpa, page) -> {
          to.put(gpa.longValue());
          to.share(page, to::put);
        });
    for (int i = 0; i < RTMRS; i++) {
      to.put(rtmr[i]);
      to.put(rtmrUnknown[i]);
    }
    to.put(unknownSince);
    to.put(complete);
  }

  static TdMeasurement read(StateReader from) {
    TdMeasurement read = new TdMeasurement(Sha2.read(from));
    from.all(
        () -> {
          long gpa = from.number();
          read.added.put(gpa, from.share(byte[].class, () -> from.bytes(PAGE)));
        });
    for (int i = 0; i < RTMRS; i++) {
      read.rtmr[i] = from.bytes(SIZE);
      read.rtmrUnknown[i] = from.number();
    }
    read.unknownSince = from.number();
    read.complete = from.flag();
    return read;
  }

  /**
   * @param content of the page, or null where the events do not show it
   */
  void pageAdded(long gpa, byte[] content) {
    stream.update(record("MEM.PAGE.ADD", gpa));
    if (content != null) {
      added.put(gpa, content);
    }
  }

  void extended(long gpa, long event) {
    byte[] page = added.get(gpa & -PAGE);
    if (page == null && unknownSince == 0) {
      unknownSince = event;
    }
    stream.update(record("MR.EXTEND", gpa));
    stream.update(page == null ? new byte[PAGE] : page, (int) gpa & (PAGE - 1), CHUNK);
  }

  private static byte[] record(String name, long gpa) {
    ByteBuffer record = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
    record.put(name.getBytes(StandardCharsets.US_ASCII));
    return record.putLong(16, gpa).array();
  }

  void finish() {
    complete = true;
    added.clear();
  }

  /**
   * The guest extended an RTMR: SHA-384 over its old value and the data.
   *
   * @param data all ones where the recording is from before events told it
   */
  void rtmrExtended(int index, byte[] data, long event) {
    if (index < 0 || index >= RTMRS) {
      return;
    }
    if (rtmrUnknown[index] == 0 && Arrays.equals(data, UNTOLD)) {
      rtmrUnknown[index] = event;
    } else {
      Sha2 digest = Sha2.sha384();
      digest.update(rtmr[index]);
      digest.update(data);
      rtmr[index] = digest.digest();
    }
  }

  /** True after MR.FINALIZE. */
  boolean complete() {
    return complete;
  }

  /** Over what was measured so far; {@code unknown since event N} where content is missing. */
  String mrtd() {
    if (unknownSince != 0) {
      return "unknown since event " + unknownSince;
    }
    return HexFormat.of().formatHex(stream.digest());
  }

  String rtmr(int index) {
    return rtmrUnknown[index] == 0
        ? HexFormat.of().formatHex(rtmr[index])
        : "unknown since event " + rtmrUnknown[index];
  }
}
