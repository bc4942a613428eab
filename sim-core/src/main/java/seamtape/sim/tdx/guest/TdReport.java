package seamtape.sim.tdx.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import seamtape.sim.tdx.Measurement;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdxModuleVersion;

/** TDREPORT, 1024 bytes: REPORTMACSTRUCT, TEE_TCB_INFO at 256, TDINFO at 512. */
final class TdReport {
  static final int SIZE = 1024;
  private static final int MACED = 224;
  private static final int TCB_INFO = 256;
  private static final int TCB_INFO_HASHED = 239;
  private static final int TD_INFO = 512;
  private static final int TDX_TYPE = 0x81;
  private static final String HMAC = "HmacSHA256";

  /** The model CPU's report key. */
  private static final byte[] KEY = "Seamtape model CPU".getBytes(StandardCharsets.US_ASCII);

  private final TdxModuleVersion version;

  TdReport(TdxModuleVersion version) {
    this.version = version;
  }

  /** A report that binds 64 bytes of the caller's data. */
  byte[] make(Td td, byte[] data, int offset) {
    ByteBuffer report = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    report.put(0, (byte) TDX_TYPE);
    tcbInfo(report);
    tdInfo(report, td);
    byte[] bytes = report.array();
    hash(bytes, TCB_INFO, TCB_INFO_HASHED, 32);
    hash(bytes, TD_INFO, SIZE - TD_INFO, 80);
    System.arraycopy(data, offset, bytes, 128, 64);
    byte[] mac = mac(bytes, 0);
    System.arraycopy(mac, 0, bytes, MACED, mac.length);
    return bytes;
  }

  private void tcbInfo(ByteBuffer report) {
    report.putLong(TCB_INFO, version.is15() ? 0x301ff : 0x1ff);
    report.put(TCB_INFO + 8, (byte) version.minor());
    report.put(TCB_INFO + 9, (byte) version.major());
  }

  private static void tdInfo(ByteBuffer report, Td td) {
    report.putLong(TD_INFO, td.attributes());
    report.putLong(TD_INFO + 8, td.params.xfam());
    report.put(528, td.measurement.mrtd());
    report.put(576, td.params.mrConfigId());
    report.put(624, td.params.mrOwner());
    report.put(672, td.params.mrOwnerConfig());
    for (int i = 0; i < Measurement.RTMRS; i++) {
      report.put(720 + i * Measurement.SIZE, td.measurement.rtmr(i));
    }
  }

  private static void hash(byte[] bytes, int from, int length, int to) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-384");
      digest.update(bytes, from, length);
      digest.digest(bytes, to, Measurement.SIZE);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-384", e);
    }
  }

  private static byte[] mac(byte[] bytes, int from) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(KEY, HMAC));
      mac.update(bytes, from, MACED);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  /** True for a REPORTMACSTRUCT that this machine made. */
  boolean verifies(byte[] page, int offset) {
    byte[] claimed = Arrays.copyOfRange(page, offset + MACED, offset + MACED + 32);
    return Arrays.equals(claimed, mac(page, offset));
  }
}
