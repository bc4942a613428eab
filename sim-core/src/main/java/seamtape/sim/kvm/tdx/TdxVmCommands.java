package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxCommand;
import seamtape.catalog.TdxStatus;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.kvm.Vm;
import seamtape.sim.marshal.CallShape;

/** KVM_MEMORY_ENCRYPT_OP on a VM (tdx_vm_ioctl). */
public final class TdxVmCommands {
  private TdxVmCommands() {}

  public static long ioctl(Vm vm, long arg) {
    KvmTdx tdx = vm.tdx;
    if (tdx == null) {
      return ENOTTY.result();
    }
    UserCopy user = vm.host.user;
    TdxCmd cmd = TdxCmd.copyIn(user, arg);
    if (cmd == null) {
      return EFAULT.result();
    }
    if (cmd.hwError() != 0) {
      return EINVAL.result();
    }
    TdxCommand command = TdxCommand.byId(cmd.id()).orElse(null);
    if (command == TdxCommand.KVM_TDX_CAPABILITIES) {
      return TdxCapabilities.get(tdx, cmd, user);
    }
    if (anyVcpuRuns(vm)) {
      return EBUSY.result();
    }
    if (command != TdxCommand.KVM_TDX_INIT_VM && command != TdxCommand.KVM_TDX_FINALIZE_VM) {
      return EINVAL.result();
    }
    long result =
        command == TdxCommand.KVM_TDX_INIT_VM
            ? new TdxInitVm(tdx, cmd, user).run()
            : finalizeVm(tdx, cmd);
    return cmd.copyOut(user, arg) ? result : EFAULT.result();
  }

  /** The mutexes of all vCPUs are taken; one that runs has its own. */
  static boolean anyVcpuRuns(Vm vm) {
    for (int i = 0; i < vm.createdVcpus(); i++) {
      if (vm.vcpus().get(i).running()) {
        return true;
      }
    }
    return false;
  }

  private static long finalizeVm(KvmTdx tdx, TdxCmd cmd) {
    if (!tdx.beingBuilt() || cmd.flags() != 0) {
      return EINVAL.result();
    }
    long status =
        tdx.host.seamcalls.call(
            tdx.host.lp(), Seamcall.TDH_MR_FINALIZE, CallShape.PLAIN, tdx.tdr, 0);
    if (status == TdxStatus.TDX_SUCCESS.value()) {
      tdx.state = KvmTdx.State.RUNNABLE;
      return 0;
    }
    cmd.hwError(status);
    boolean busy = TdxStatus.of(status).orElse(null) == TdxStatus.TDX_OPERAND_BUSY;
    return busy ? EBUSY.result() : tdx.bug();
  }
}
