package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_LEN;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.SevStatus;

/**
 * KVM_SEV_GET_ATTESTATION_REPORT: nonce, launch digest, policy, and the signature of the PEK. Its
 * private key is the platform's secret "pek", so who knows the machine's seed can check reports.
 */
final class SevReport {
  static final int REPORT_SIZE = 208;
  private static final int SIZE = 32;
  private static final int SIGNATURE = 64;

  /** What is signed: nonce, digest and policy. */
  private static final int SIGNED = 52;

  /** The PEK signs. */
  private static final int KEY_USAGE_PEK = 0x1002;

  private static final int ECDSA_SHA256 = 2;

  private SevReport() {}

  static long get(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    int length = params.getInt(24);
    boolean wanted = length != 0 && params.getLong(16) != 0;
    if (wanted && Integer.compareUnsigned(length, SevCall.MAX_BLOB) > 0) {
      return EINVAL.result();
    }
    SevGuest guest = call.sev.firmwareGuest();
    boolean fits = wanted && Integer.compareUnsigned(length, REPORT_SIZE) >= 0;
    long error = call.issue(() -> status(guest, fits));
    byte[] nonce = Arrays.copyOf(params.array(), 16);
    byte[] report = error == 0 ? report(call.firmware, guest, nonce) : null;
    return SevLaunch.answer(call, params, length, 24, report, REPORT_SIZE, error);
  }

  private static SevStatus status(SevGuest guest, boolean fits) {
    SevStatus status =
        LaunchFirmware.in(
            guest,
            SevGuestState.LSECRET,
            SevGuestState.RUNNING,
            SevGuestState.SUPDATE,
            SevGuestState.SENT);
    return status == SEV_RET_SUCCESS && !fits ? SEV_RET_INVALID_LEN : status;
  }

  private static byte[] report(SevFirmware firmware, SevGuest guest, byte[] nonce) {
    ByteBuffer report = ByteBuffer.allocate(REPORT_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    report.put(nonce).put(guest.digest()).putInt(guest.policy);
    report.putInt(KEY_USAGE_PEK).putInt(ECDSA_SHA256);
    byte[] signed = Arrays.copyOf(report.array(), SIGNED);
    byte[] signature = new SevEcdsa(firmware.platformSecret("pek"), 256).sign(signed);
    return report.put(SIGNATURE, signature).array();
  }
}
