package seamtape.replayer.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

  private final MessageDigest stream;
  private final Map<Long, byte[]> added = new TreeMap<>();
  private final byte[][] rtmr = new byte[RTMRS][SIZE];
  private final long[] rtmrUnknown = new long[RTMRS];
  private long unknownSince;
  private boolean complete;

  TdMeasurement() {
    this(sha384());
  }

  private TdMeasurement(MessageDigest stream) {
    this.stream = stream;
  }

  TdMeasurement copy() {
    TdMeasurement copy = new TdMeasurement(copyOf(stream));
    copy.added.putAll(added);
    System.arraycopy(rtmr, 0, copy.rtmr, 0, RTMRS);
    System.arraycopy(rtmrUnknown, 0, copy.rtmrUnknown, 0, RTMRS);
    copy.unknownSince = unknownSince;
    copy.complete = complete;
    return copy;
  }

  private static MessageDigest copyOf(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-384 can be cloned", e);
    }
  }

  private static MessageDigest sha384() {
    try {
      return MessageDigest.getInstance("SHA-384");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-384", e);
    }
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
      MessageDigest digest = sha384();
      digest.update(rtmr[index]);
      rtmr[index] = digest.digest(data);
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
    return HexFormat.of().formatHex(copyOf(stream).digest());
  }

  String rtmr(int index) {
    return rtmrUnknown[index] == 0
        ? HexFormat.of().formatHex(rtmr[index])
        : "unknown since event " + rtmrUnknown[index];
  }
}
