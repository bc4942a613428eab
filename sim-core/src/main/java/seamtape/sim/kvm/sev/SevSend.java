package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOMEM;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_ADDRESS;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_CERTIFICATE;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_LEN;
import static seamtape.catalog.SevStatus.SEV_RET_POLICY_FAILURE;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.util.Arrays;
import seamtape.catalog.SevStatus;
import seamtape.sim.kvm.Limits;

/**
 * Sending a guest: its memory, page by page, under transport keys. A policy with DOMAIN or SEV lets
 * a guest go only to a platform whose certificates lead to the same owner or to AMD. This machine
 * knows neither's root key, so no certificate passes: such a guest stays (INVALID_CERTIFICATE).
 */
final class SevSend {
  static final byte DATA_CONTEXT = 2;
  private static final int START_SIZE = 72;
  private static final int DATA_SIZE = 48;
  private static final int POLICY = 0;
  private static final int SESSION_LEN = 64;
  private static final int HEADER_LEN = 8;
  private static final int TRANS_LEN = 40;

  private SevSend() {}

  /** A session length of 0 asks for the length. */
  static long start(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(START_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    int length = params.getInt(SESSION_LEN);
    if (length == 0) {
      return querySession(call, params);
    }
    boolean certificateMissing = params.getLong(8) == 0 || params.getInt(16) == 0;
    boolean tooLong = Integer.compareUnsigned(length, SevCall.MAX_BLOB) > 0;
    if (certificateMissing || params.getLong(56) == 0 || tooLong) {
      return EINVAL.result();
    }
    byte[] certificate = call.blob(params.getLong(8), params.getInt(16));
    boolean all =
        certificate != null
            && call.blob(params.getLong(24), params.getInt(32)) != null
            && call.blob(params.getLong(40), params.getInt(48)) != null;
    return all ? start(call, params, certificate, length) : call.blobError;
  }

  private static long start(SevCall call, ByteBuffer params, byte[] certificate, int length) {
    SevGuest guest = call.sev.firmwareGuest();
    long error = call.issue(() -> start(guest, length));
    if (error == 0) {
      byte[] session = SevSession.seal(call.firmware, certificate, withNewKeys(call, guest));
      if (!call.user.out(params.getLong(56), Arrays.copyOf(session, length))) {
        return EFAULT.result();
      }
    }
    params.putInt(POLICY, error == 0 ? guest.policy : 0);
    params.putInt(
        SESSION_LEN, error == 0 || call.error() == lengthCode() ? SevSession.SIZE : length);
    long copied = call.result(params);
    return copied != 0 ? copied : error;
  }

  private static int lengthCode() {
    return SEV_RET_INVALID_LEN.code();
  }

  private static SevGuest withNewKeys(SevCall call, SevGuest guest) {
    guest.tek = call.firmware.draw("tek", SevCrypto.KEY_BYTES);
    guest.tik = call.firmware.draw("tik", SevCrypto.KEY_BYTES);
    return guest;
  }

  /** The room must be exactly what it takes, whatever the guest's state. */
  private static SevStatus start(SevGuest guest, int room) {
    SevStatus status = LaunchFirmware.known(guest);
    if (status == SEV_RET_SUCCESS && room != SevSession.SIZE) {
      return SEV_RET_INVALID_LEN;
    }
    status = LaunchFirmware.in(guest, SevGuestState.RUNNING);
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    if (guest.has(SevPolicy.NOSEND)) {
      return SEV_RET_POLICY_FAILURE;
    }
    if (guest.has(SevPolicy.DOMAIN) || guest.has(SevPolicy.SEV)) {
      return SEV_RET_INVALID_CERTIFICATE;
    }
    guest.state = SevGuestState.SUPDATE;
    return SEV_RET_SUCCESS;
  }

  private static long querySession(SevCall call, ByteBuffer params) {
    long error = call.issue(() -> start(call.sev.firmwareGuest(), 0));
    params.putInt(SESSION_LEN, call.error() == lengthCode() ? SevSession.SIZE : 0);
    long copied = call.result(params);
    return copied != 0 ? copied : error;
  }

  /** A length of 0 of header or data asks for the lengths. */
  static long updateData(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(DATA_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    int headerRoom = params.getInt(HEADER_LEN);
    int room = params.getInt(TRANS_LEN);
    if (headerRoom == 0 || room == 0) {
      return queryLengths(call, params);
    }
    long address = params.getLong(16);
    int length = params.getInt(24);
    boolean missing = params.getLong(32) == 0 || params.getLong(0) == 0;
    if (missing || address == 0 || length == 0 || crossesPage(address, length)) {
      return EINVAL.result();
    }
    if (!Pinning.pinned(call.sev, address)) {
      return Pinning.missing(call.sev);
    }
    if (!kernelCanHold(headerRoom) || !kernelCanHold(room)) {
      return ENOMEM.result();
    }
    SevGuest guest = call.sev.firmwareGuest();
    long error = call.issue(() -> data(guest, address, length, headerRoom, room));
    if (error != 0) {
      return error;
    }
    byte[] plain = EncryptedMemory.of(guest, call.user).load(address, length);
    byte[] iv = call.firmware.draw("packet-iv", 16);
    byte[] data = Packet.encrypt(guest, iv, plain);
    byte[] header = Packet.header(guest, DATA_CONTEXT, iv, data);
    boolean written =
        call.user.out(params.getLong(32), Arrays.copyOf(data, room))
            && call.user.out(params.getLong(0), Arrays.copyOf(header, headerRoom));
    return written ? 0 : EFAULT.result();
  }

  static boolean crossesPage(long address, int length) {
    long offset = address & Limits.PAGE_SIZE - 1;
    return Integer.toUnsignedLong(length) + offset > Limits.PAGE_SIZE;
  }

  /** kmalloc gives at most 4 MiB. */
  private static boolean kernelCanHold(int length) {
    return Integer.compareUnsigned(length, Limits.KMALLOC_MAX_SIZE) <= 0;
  }

  private static SevStatus data(
      SevGuest guest, long address, int length, int headerRoom, int room) {
    if (headerRoom < Packet.HEADER_SIZE) {
      return SEV_RET_INVALID_LEN;
    }
    SevStatus status = LaunchFirmware.in(guest, SevGuestState.SUPDATE);
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    if ((length & MemoryEncryption.BLOCK - 1) != 0 || room < length) {
      return SEV_RET_INVALID_LEN;
    }
    boolean aligned = (address & MemoryEncryption.BLOCK - 1) == 0;
    return aligned ? SEV_RET_SUCCESS : SEV_RET_INVALID_ADDRESS;
  }

  private static long queryLengths(SevCall call, ByteBuffer params) {
    long error = call.issue(() -> data(call.sev.firmwareGuest(), 0, Limits.PAGE_SIZE, 0, 0));
    boolean told = call.error() == lengthCode();
    params.putInt(HEADER_LEN, told ? Packet.HEADER_SIZE : 0);
    params.putInt(TRANS_LEN, told ? Limits.PAGE_SIZE : 0);
    long copied = call.result(params);
    return copied != 0 ? copied : error;
  }

  static long finish(SevCall call) {
    return leave(call, SevGuestState.SENT);
  }

  static long cancel(SevCall call) {
    return leave(call, SevGuestState.RUNNING);
  }

  private static long leave(SevCall call, SevGuestState next) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    SevGuest guest = call.sev.firmwareGuest();
    long error = call.issue(() -> LaunchFirmware.in(guest, SevGuestState.SUPDATE));
    if (error == 0) {
      guest.state = next;
    }
    return error;
  }
}
