package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The launch of an SEV or SEV-ES guest, from its key to its first run. */
final class SevLaunch {
  private static final int START_SIZE = 40;
  private static final int UPDATE_DATA_SIZE = 16;
  private static final int MEASURE_SIZE = 16;
  private static final int STATUS_SIZE = 12;

  private SevLaunch() {}

  static long start(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(START_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    byte[] certificate = null;
    byte[] session = null;
    if (params.getLong(8) != 0) {
      certificate = call.blob(params.getLong(8), params.getInt(16));
      if (certificate == null) {
        return call.blobError;
      }
    }
    if (params.getLong(24) != 0) {
      session = call.blob(params.getLong(24), params.getInt(32));
      if (session == null) {
        return call.blobError;
      }
    }
    LaunchFirmware launch = new LaunchFirmware(call.firmware);
    int key = params.getInt(0);
    int policy = params.getInt(4);
    byte[] dh = certificate;
    byte[] blob = session;
    long error = call.issue(call.sevFd(), () -> launch.start(key, policy, dh, blob));
    return error != 0 ? error : bind(call, params, launch.guest, policy);
  }

  /** sev_bind_asid, then the handle goes to the caller: what fails undoes all. */
  static long bind(SevCall call, ByteBuffer params, SevGuest guest, int policy) {
    SevVm sev = call.sev;
    long error = call.issue(call.sevFd(), () -> call.firmware.activate(guest.handle, sev.asid));
    if (error == 0) {
      params.putInt(0, guest.handle);
      error = call.result(params);
    }
    if (error != 0) {
      call.firmware.decommission(guest.handle);
      return error;
    }
    sev.policy = policy;
    sev.handle = guest.handle;
    sev.fd = call.sevFd();
    return 0;
  }

  static long updateData(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(UPDATE_DATA_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    long address = params.getLong(0);
    long left = Integer.toUnsignedLong(params.getInt(8));
    long error = Pinning.pin(call.sev, address, left);
    while (error == 0 && left > 0) {
      long at = address;
      int part = Pinning.contiguous(address, left);
      error =
          call.issue(
              () -> LaunchFirmware.updateData(call.sev.firmwareGuest(), call.user, at, part));
      address += part;
      left -= part;
    }
    return error;
  }

  /** A length of 0 asks for the length. */
  static long measure(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(MEASURE_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    int length = params.getInt(8);
    boolean wanted = length != 0 && params.getLong(0) != 0;
    if (wanted && Integer.compareUnsigned(length, SevCall.MAX_BLOB) > 0) {
      return EINVAL.result();
    }
    LaunchFirmware launch = new LaunchFirmware(call.firmware);
    int room = wanted ? length : 0;
    long error = call.issue(() -> launch.measure(call.sev.firmwareGuest(), room));
    return answer(call, params, length, 8, launch.blob, launch.neededLength, error);
  }

  /**
   * The end that measurement and report share: the blob, padded to the length asked for, then the
   * struct with the length; only the struct when the length was asked.
   */
  static long answer(
      SevCall call,
      ByteBuffer params,
      int length,
      int lengthAt,
      byte[] blob,
      int needed,
      long error) {
    if (length != 0 && error != 0) {
      return error;
    }
    long address = params.getLong(lengthAt - 8);
    long result = error;
    if (length != 0 && address != 0 && !call.user.out(address, Arrays.copyOf(blob, length))) {
      result = EFAULT.result();
    }
    params.putInt(lengthAt, needed);
    long copied = call.result(params);
    return copied != 0 ? copied : result;
  }

  static long finish(SevCall call) {
    return call.sev.guest()
        ? call.issue(() -> LaunchFirmware.finish(call.sev.firmwareGuest()))
        : ENOTTY.result();
  }

  static long status(SevCall call) {
    if (!call.sev.guest()) {
      return ENOTTY.result();
    }
    SevGuest guest = call.sev.firmwareGuest();
    long error = call.issue(() -> LaunchFirmware.known(guest));
    if (error != 0) {
      return error;
    }
    ByteBuffer params = ByteBuffer.allocate(STATUS_SIZE).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    params.putInt(0, guest.handle).putInt(4, guest.policy).putInt(8, guest.state.ordinal());
    return call.result(params);
  }
}
