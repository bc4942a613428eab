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

/** Receiving a guest that another platform, or this one, has sent. */
final class SevReceive {
  private static final int START_SIZE = 40;
  private static final int DATA_SIZE = 48;

  private SevReceive() {}

  static long start(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(START_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    boolean certificateMissing = params.getLong(8) == 0 || params.getInt(16) == 0;
    if (certificateMissing || params.getLong(24) == 0 || params.getInt(32) == 0) {
      return EINVAL.result();
    }
    byte[] certificate = call.blob(params.getLong(8), params.getInt(16));
    byte[] session = certificate == null ? null : call.blob(params.getLong(24), params.getInt(32));
    if (session == null) {
      return call.blobError;
    }
    int policy = params.getInt(4);
    LaunchFirmware start = new LaunchFirmware(call.firmware);
    int key = params.getInt(0);
    long error = call.issue(call.sevFd(), () -> start(start, key, policy, certificate, session));
    return error != 0 ? error : SevLaunch.bind(call, params, start.guest, policy);
  }

  private static SevStatus start(
      LaunchFirmware start, int key, int policy, byte[] certificate, byte[] session) {
    return session.length == SevSession.SIZE
        ? start.create(key, policy, certificate, session, SevGuestState.RUPDATE)
        : SEV_RET_INVALID_LEN;
  }

  static long updateData(SevCall call) {
    if (!call.sev.guest()) {
      return EINVAL.result();
    }
    ByteBuffer params = call.params(DATA_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    long address = params.getLong(16);
    int length = params.getInt(24);
    boolean headerMissing = params.getLong(0) == 0 || params.getInt(8) == 0;
    boolean dataMissing = params.getLong(32) == 0 || params.getInt(40) == 0;
    boolean targetMissing = address == 0 || length == 0;
    if (headerMissing || dataMissing || targetMissing || SevSend.crossesPage(address, length)) {
      return EINVAL.result();
    }
    byte[] header = call.blob(params.getLong(0), params.getInt(8));
    byte[] data = header == null ? null : call.blob(params.getLong(32), params.getInt(40));
    if (data == null) {
      return call.blobError;
    }
    if (!Pinning.pinned(call.sev, address)) {
      return Pinning.missing(call.sev);
    }
    return call.issue(() -> data(call, address, length, header, data));
  }

  private static SevStatus data(
      SevCall call, long address, int length, byte[] header, byte[] data) {
    SevGuest guest = call.sev.firmwareGuest();
    SevStatus status = LaunchFirmware.in(guest, SevGuestState.RUPDATE);
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    int unaligned = length & MemoryEncryption.BLOCK - 1;
    if (header.length < Packet.HEADER_SIZE || data.length != length || unaligned != 0) {
      return SEV_RET_INVALID_LEN;
    }
    if ((address & MemoryEncryption.BLOCK - 1) != 0) {
      return SEV_RET_INVALID_ADDRESS;
    }
    if (Packet.compressed(header)) {
      return SEV_RET_UNSUPPORTED;
    }
    byte[] plain = Packet.open(guest, SevSend.DATA_CONTEXT, header, data, new byte[0]);
    if (plain == null) {
      return SEV_RET_BAD_MEASUREMENT;
    }
    EncryptedMemory.of(guest, call.user).store(address, plain);
    return SEV_RET_SUCCESS;
  }

  static long finish(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    SevGuest guest = call.sev.firmwareGuest();
    long error = call.issue(() -> LaunchFirmware.in(guest, SevGuestState.RUPDATE));
    if (error == 0) {
      guest.state = SevGuestState.RUNNING;
    }
    return error;
  }
}
