package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.SevStatus.SEV_RET_BAD_MEASUREMENT;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_ADDRESS;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_LEN;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;
import static seamtape.catalog.SevStatus.SEV_RET_UNSUPPORTED;

import java.nio.ByteBuffer;
import seamtape.catalog.SevStatus;

/** KVM_SEV_LAUNCH_SECRET: a packet of the owner's, after the measurement was found right. */
final class SevSecret {
  private static final int SIZE = 48;
  private static final byte SECRET_CONTEXT = 1;

  private SevSecret() {}

  static long inject(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    long address = params.getLong(16);
    int length = params.getInt(24);
    long size = Integer.toUnsignedLong(length);
    long error = Pinning.pin(call.sev, address, size);
    if (error != 0) {
      return error;
    }
    if (Pinning.contiguous(address, size) != size) {
      return EINVAL.result();
    }
    byte[] data = call.blob(params.getLong(32), params.getInt(40));
    byte[] header = data == null ? null : call.blob(params.getLong(0), params.getInt(8));
    if (header == null) {
      return call.blobError;
    }
    return call.issue(() -> secret(call, address, length, header, data));
  }

  private static SevStatus secret(
      SevCall call, long address, int length, byte[] header, byte[] data) {
    SevGuest guest = call.sev.firmwareGuest();
    if ((address & MemoryEncryption.BLOCK - 1) != 0) {
      return SEV_RET_INVALID_ADDRESS;
    }
    int unaligned = length & MemoryEncryption.BLOCK - 1;
    if (header.length != Packet.HEADER_SIZE || data.length != length || unaligned != 0) {
      return SEV_RET_INVALID_LEN;
    }
    SevStatus status = LaunchFirmware.in(guest, SevGuestState.LSECRET);
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    byte[] plain = Packet.open(guest, SECRET_CONTEXT, header, data, guest.measurement);
    if (plain == null) {
      return SEV_RET_BAD_MEASUREMENT;
    }
    if (Packet.compressed(header)) {
      return SEV_RET_UNSUPPORTED;
    }
    EncryptedMemory.of(guest, call.user).store(address, plain);
    return SEV_RET_SUCCESS;
  }
}
