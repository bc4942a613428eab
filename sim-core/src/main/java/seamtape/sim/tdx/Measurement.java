package seamtape.sim.tdx;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** MRTD and the four RTMRs of a TD: SHA-384. */
public final class Measurement {
  public static final int SIZE = 48;
  public static final int RTMRS = 4;

  private static final int BLOCK = 128;
  private static final byte[] PAGE_ADD = "MEM.PAGE.ADD".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EXTEND = "MR.EXTEND".getBytes(StandardCharsets.US_ASCII);

  private final MessageDigest stream = sha384();
  private final byte[] record = new byte[BLOCK];
  private final byte[][] rtmr = new byte[RTMRS][SIZE];
  private byte[] mrtd = new byte[SIZE];

  static MessageDigest sha384() {
    try {
      return MessageDigest.getInstance("SHA-384");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-384", e);
    }
  }

  /** A page was added at an address; its content is not measured. */
  void pageAdded(long gpa) {
    record(PAGE_ADD, gpa);
  }

  /** 256 bytes of a page at an address are measured. */
  void extend(long gpa, byte[] page, int offset) {
    record(EXTEND, gpa);
    stream.update(page, offset, 256);
  }

  private void record(byte[] name, long gpa) {
    java.util.Arrays.fill(record, (byte) 0);
    System.arraycopy(name, 0, record, 0, name.length);
    for (int i = 0; i < 8; i++) {
      record[16 + i] = (byte) (gpa >>> (8 * i));
    }
    stream.update(record);
  }

  void finish() {
    mrtd = stream.digest();
  }

  /** 48 bytes; zero before MR.FINALIZE. */
  public byte[] mrtd() {
    return mrtd;
  }

  /** The live 48 bytes of an RTMR. */
  public byte[] rtmr(int index) {
    return rtmr[index];
  }

  /** Extends an RTMR with 48 bytes of data: SHA-384(old || data). */
  public void extendRtmr(int index, byte[] data, int offset) {
    MessageDigest digest = sha384();
    digest.update(rtmr[index]);
    digest.update(data, offset, SIZE);
    rtmr[index] = digest.digest();
  }
}
