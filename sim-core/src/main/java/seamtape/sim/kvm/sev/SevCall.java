package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import seamtape.catalog.SevStatus;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.kvm.Vm;

/** One KVM_MEMORY_ENCRYPT_OP: the VM, struct kvm_sev_cmd, and the way to the firmware. */
final class SevCall {
  /** Bytes of struct kvm_sev_cmd. */
  static final int SIZE = 24;

  /** SEV_FW_BLOB_MAX_SIZE. */
  static final int MAX_BLOB = 16384;

  private static final int DATA = 8;
  private static final int ERROR = 16;
  private static final int SEV_FD = 20;

  final Vm vm;
  final SevVm sev;
  final UserCopy user;
  final SevFirmware firmware;
  private final ByteBuffer command;

  /** Why {@link #blob} gave null. */
  long blobError;

  SevCall(Vm vm, ByteBuffer command) {
    this.vm = vm;
    this.sev = vm.sev;
    this.user = vm.host.user;
    this.firmware = sev.module.firmware;
    this.command = command;
  }

  int id() {
    return command.getInt(0);
  }

  /** Address of the command's own struct. */
  long data() {
    return command.getLong(DATA);
  }

  int sevFd() {
    return command.getInt(SEV_FD);
  }

  byte[] bytes() {
    return command.array();
  }

  void error(int code) {
    command.putInt(ERROR, code);
  }

  int error() {
    return command.getInt(ERROR);
  }

  /** The command's own struct; null on a fault. */
  ByteBuffer params(int size) {
    return user.struct(data(), size);
  }

  /** Copies the command's own struct out again. */
  long result(ByteBuffer params) {
    return user.out(data(), params.array()) ? 0 : EFAULT.result();
  }

  /** Asks the firmware by the fd that the VM keeps. */
  long issue(Supplier<SevStatus> request) {
    return issue(sev.fd, request);
  }

  /** sev_issue_cmd: asks the firmware by an fd, which must be one of /dev/sev. */
  long issue(int fd, Supplier<SevStatus> request) {
    if (!(vm.host.files.find(fd) instanceof SevDevice)) {
      return EBADF.result();
    }
    SevStatus status = request.get();
    error(status.code());
    return status == SevStatus.SEV_RET_SUCCESS ? 0 : EIO.result();
  }

  /** psp_copy_user_blob: null, and {@link #blobError}, where it cannot be had. */
  byte[] blob(long address, int length) {
    if (address == 0 || length == 0 || Integer.compareUnsigned(length, MAX_BLOB) > 0) {
      blobError = EINVAL.result();
      return null;
    }
    byte[] bytes = user.in(address, length);
    blobError = bytes == null ? EFAULT.result() : 0;
    return bytes;
  }
}
