package seamtape.sim.tdx;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * TDREPORT: what TDG.MR.REPORT writes and TDG.MR.VERIFYREPORT checks, MAC key of the CPU included.
 */
public final class TdReport {
  public static final int SIZE = 1024;

  /** Length of REPORTMACSTRUCT, the part that can be verified. */
  public static final int MAC_STRUCT_SIZE = 256;

  public static final int DATA_SIZE = 64;

  private static final int TYPE_TDX = 0x81;
  private static final int CPU_SVN = 16;
  private static final int CPU_SVN_SIZE = 16;
  private static final int TCB_HASH = 32;
  private static final int INFO_HASH = 80;
  private static final int DATA = 128;
  private static final int MAC = 224;
  private static final int MAC_SIZE = 32;
  private static final int TCB_INFO = 256;
  private static final int TCB_INFO_SIZE = 239;
  private static final int TCB_SVN = 264;
  private static final int MRSEAM = 280;
  private static final int TCB_SVN2 = 384;
  private static final int TD_INFO = 512;
  private static final int TD_INFO_SIZE = 512;

  /** Valid fields of TEE_TCB_INFO, 8 bytes a bit. */
  private static final long VALID_1_0 = 0x1ff;

  private static final long VALID_1_5 = 0x3_01ff;

  private final TdxModuleVersion version;
  private final byte[] key;
  private final byte[] mrSeam;
  private final byte[] cpuSvn;

  TdReport(TdxModuleVersion version, long seed) {
    this.version = version;
    this.key = ("report key of CPU " + seed).getBytes(StandardCharsets.US_ASCII);
    this.mrSeam =
        Measurement.sha384()
            .digest(("TDX module " + version.label()).getBytes(StandardCharsets.US_ASCII));
    this.cpuSvn = new byte[CPU_SVN_SIZE];
    Arrays.fill(cpuSvn, 0, 4, (byte) 6);
  }

  /** The report of a TD over 64 bytes of the caller's data. */
  public byte[] of(Td td, byte[] data, int offset) {
    byte[] report = new byte[SIZE];
    tcbInfo(report);
    tdInfo(td, report);
    report[0] = (byte) TYPE_TDX;
    System.arraycopy(cpuSvn, 0, report, CPU_SVN, CPU_SVN_SIZE);
    hash(report, TCB_INFO, TCB_INFO_SIZE, TCB_HASH);
    hash(report, TD_INFO, TD_INFO_SIZE, INFO_HASH);
    System.arraycopy(data, offset, report, DATA, DATA_SIZE);
    System.arraycopy(mac(report, 0), 0, report, MAC, MAC_SIZE);
    return report;
  }

  private void tcbInfo(byte[] report) {
    Bytes.put64(report, TCB_INFO, version.is15() ? VALID_1_5 : VALID_1_0);
    report[TCB_SVN] = (byte) version.minor();
    report[TCB_SVN + 1] = (byte) version.major();
    System.arraycopy(mrSeam, 0, report, MRSEAM, Measurement.SIZE);
    if (version.is15()) {
      report[TCB_SVN2] = (byte) version.minor();
      report[TCB_SVN2 + 1] = (byte) version.major();
    }
  }

  private static void tdInfo(Td td, byte[] report) {
    Bytes.put64(report, TD_INFO, td.params.attributes());
    Bytes.put64(report, TD_INFO + 8, td.params.xfam());
    byte[][] parts = {
      td.measurement.mrtd(),
      td.params.mrConfigId(),
      td.params.mrOwner(),
      td.params.mrOwnerConfig(),
      td.measurement.rtmr(0),
      td.measurement.rtmr(1),
      td.measurement.rtmr(2),
      td.measurement.rtmr(3)
    };
    int at = TD_INFO + 16;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, report, at, Measurement.SIZE);
      at += Measurement.SIZE;
    }
  }

  private static void hash(byte[] report, int from, int length, int to) {
    MessageDigest digest = Measurement.sha384();
    digest.update(report, from, length);
    System.arraycopy(digest.digest(), 0, report, to, Measurement.SIZE);
  }

  /** True when a REPORTMACSTRUCT says the CPU's security version; see {@link #macIsRight}. */
  public boolean cpuSvnIsRight(byte[] bytes, int offset) {
    int at = offset + CPU_SVN;
    return Arrays.equals(bytes, at, at + CPU_SVN_SIZE, cpuSvn, 0, CPU_SVN_SIZE);
  }

  /** True when this CPU made the MAC of a REPORTMACSTRUCT. */
  public boolean macIsRight(byte[] bytes, int offset) {
    int at = offset + MAC;
    return Arrays.equals(bytes, at, at + MAC_SIZE, mac(bytes, offset), 0, MAC_SIZE);
  }

  private byte[] mac(byte[] bytes, int offset) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(bytes, offset, MAC);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
