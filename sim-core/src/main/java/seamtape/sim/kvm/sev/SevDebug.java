package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.SevStatus.SEV_RET_POLICY_FAILURE;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import seamtape.catalog.SevStatus;
import seamtape.sim.kvm.Limits;

/**
 * KVM_SEV_DBG_DECRYPT and _DBG_ENCRYPT: guest memory for a debugger, where the policy lets it. The
 * state of the guest does not matter (AMD's published firmware, sev_mcmd_dbg_decrypt).
 */
final class SevDebug {
  private static final int SIZE = 24;

  private SevDebug() {}

  static long crypt(SevCall call, boolean decrypt) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    long source = params.getLong(0);
    long target = params.getLong(8);
    long left = Integer.toUnsignedLong(params.getInt(16));
    boolean wraps = Long.compareUnsigned(source + left, source) < 0;
    if (left == 0 || wraps || source == 0 || target == 0) {
      return EINVAL.result();
    }
    while (left > 0) {
      if (!Pinning.pinned(call.sev, source) || !Pinning.pinned(call.sev, target)) {
        return Pinning.missing(call.sev);
      }
      long room = Math.min(toPageEnd(source), toPageEnd(target));
      int part = (int) Math.min(left, room);
      long from = source;
      long to = target;
      long error = call.issue(() -> crypt(call, decrypt, from, to, part));
      if (error != 0) {
        return error;
      }
      source += part;
      target += part;
      left -= part;
    }
    return 0;
  }

  private static long toPageEnd(long address) {
    return Limits.PAGE_SIZE - (address & Limits.PAGE_SIZE - 1);
  }

  private static SevStatus crypt(SevCall call, boolean decrypt, long from, long to, int length) {
    SevGuest guest = call.sev.firmwareGuest();
    SevStatus status = LaunchFirmware.known(guest);
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    if (guest.has(SevPolicy.NODBG)) {
      return SEV_RET_POLICY_FAILURE;
    }
    EncryptedMemory memory = EncryptedMemory.of(guest, call.user);
    if (decrypt) {
      call.user.out(to, memory.load(from, length));
    } else {
      memory.store(to, call.user.in(from, length));
    }
    return SEV_RET_SUCCESS;
  }
}
