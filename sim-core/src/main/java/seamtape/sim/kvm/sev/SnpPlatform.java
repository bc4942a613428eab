package seamtape.sim.kvm.sev;

import java.nio.ByteBuffer;

/**
 * What an SNP report tells of the chip and its firmware, and the key of the chip (VCEK) that signs
 * it. Its private key is the platform's secret "vcek", so who knows the machine's seed can check
 * reports.
 */
final class SnpPlatform {
  /** SVNs of boot loader, TEE, SNP firmware and microcode: bytes 0, 1, 6 and 7. */
  private static final long TCB = 0x7308_0000_0000_0003L;

  private static final int SMT_ENABLED = 1;
  private static final int REPORTED_TCB = 0x180;
  private static final int CHIP_ID = 0x1a0;
  private static final int COMMITTED_TCB = 0x1e0;
  private static final int CURRENT_VERSION = 0x1e8;
  private static final int COMMITTED_VERSION = 0x1ec;
  private static final int LAUNCH_TCB = 0x1f0;

  private final byte[] vcek;
  private final byte[] chipId;
  private final SnpCpuidPage cpuid;

  SnpPlatform(SevFirmware firmware) {
    cpuid = new SnpCpuidPage(firmware.cpu);
    vcek = firmware.platformSecret("vcek");
    byte[] half = firmware.platformSecret("chip-id");
    chipId = SevCrypto.joined(half, firmware.platformSecret("chip-id:2"));
  }

  SnpCpuidPage cpuid() {
    return cpuid;
  }

  void into(ByteBuffer report) {
    report.putLong(0x38, TCB).putLong(0x40, SMT_ENABLED);
    report.putLong(REPORTED_TCB, TCB).put(CHIP_ID, chipId);
    report.putLong(COMMITTED_TCB, TCB).putLong(LAUNCH_TCB, TCB);
    version(report, CURRENT_VERSION);
    version(report, COMMITTED_VERSION);
  }

  private static void version(ByteBuffer report, int at) {
    report.put(at, (byte) SevFirmware.BUILD);
    report.put(at + 1, (byte) SevFirmware.API_MINOR).put(at + 2, (byte) SevFirmware.API_MAJOR);
  }

  /** True for a TCB version of which no part is newer than this platform's. */
  static boolean reached(long version) {
    boolean older = true;
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      older &= (version >>> shift & 0xff) <= (TCB >>> shift & 0xff);
    }
    return older;
  }

  /** The VCEK's signature. */
  byte[] sign(byte[] report) {
    return new SevEcdsa(vcek, 384).sign(report);
  }

  /** A key for a guest that only this chip can derive. */
  byte[] derive(byte[] mixed) {
    return SevCrypto.hmac(vcek, new byte[] {'k', 'e', 'y', 0}, mixed);
  }
}
