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
 * KVM_SEV_GET_ATTESTATION_REPORT: nonce, launch digest, policy, and a signature. ECDSA draws a
 * number of its own each time; here HMAC-SHA-256 with a secret of the platform signs instead.
 */
final class SevReport {
  static final int REPORT_SIZE = 208;
  private static final int SIZE = 32;
  private static final int SIGNATURE = 64;

  /** The PEK signs. */
  private static final int KEY_USAGE_PEK = 0x1002;

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
            guest, SevGuestState.LUPDATE, SevGuestState.LSECRET, SevGuestState.RUNNING);
    return status == SEV_RET_SUCCESS && !fits ? SEV_RET_INVALID_LEN : status;
  }

  private static byte[] report(SevFirmware firmware, SevGuest guest, byte[] nonce) {
    ByteBuffer report = ByteBuffer.allocate(REPORT_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    report.put(nonce).put(guest.digest()).putInt(guest.policy).putInt(KEY_USAGE_PEK);
    byte[] signed = Arrays.copyOf(report.array(), SIGNATURE);
    byte[] signature = SevCrypto.hmac(firmware.platformSecret("pek"), signed);
    System.arraycopy(signature, 0, report.array(), SIGNATURE, signature.length);
    return report.array();
  }
}
