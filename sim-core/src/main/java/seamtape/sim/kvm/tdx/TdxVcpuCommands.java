package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import seamtape.catalog.TdxCommand;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.kvm.Vm;

/**
 * KVM_MEMORY_ENCRYPT_OP on a vCPU: INIT_VCPU and INIT_MEM_REGION with the locks of the VM, before
 * the vCPU's own mutex is taken (tdx_vcpu_unlocked_ioctl); GET_CPUID after.
 */
public final class TdxVcpuCommands {
  private static final int REGION_SIZE = 24;

  /** KVM_TDX_MEASURE_MEMORY_REGION. */
  private static final int MEASURE = 1;

  private static final int PAGE = Limits.PAGE_SIZE;

  private TdxVcpuCommands() {}

  public static long ioctl(Vm vm, VcpuTdx vcpu, long arg) {
    if (vcpu == null) {
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
    if (TdxVmCommands.anyVcpuRuns(vm)) {
      return EBUSY.result();
    }
    if (!vcpu.tdx.beingBuilt()) {
      return EINVAL.result();
    }
    TdxCommand command = TdxCommand.byId(cmd.id()).orElse(TdxCommand.KVM_TDX_CAPABILITIES);
    return switch (command) {
      case KVM_TDX_INIT_VCPU -> cmd.flags() != 0 ? EINVAL.result() : vcpu.initialize(cmd.data());
      case KVM_TDX_INIT_MEM_REGION -> initMemRegion(vcpu, cmd, user);
      case KVM_TDX_GET_CPUID -> TdxGetCpuid.run(vcpu, cmd, user);
      default -> EINVAL.result();
    };
  }

  private static long initMemRegion(VcpuTdx vcpu, TdxCmd cmd, UserCopy user) {
    if (!vcpu.initialized() || (cmd.flags() & ~MEASURE) != 0) {
      return EINVAL.result();
    }
    ByteBuffer region = user.struct(cmd.data(), REGION_SIZE);
    if (region == null) {
      return EFAULT.result();
    }
    if (!valid(vcpu.tdx, region)) {
      return EINVAL.result();
    }
    boolean measure = cmd.flags() != 0;
    long error = 0;
    while (error == 0 && region.getLong(16) != 0) {
      long source = region.getLong(0);
      long gpa = region.getLong(8);
      byte[] content = user.memory().page(source);
      error = vcpu.tdx.memory.add(gpa >>> Limits.PAGE_SHIFT, content, measure);
      if (error == 0) {
        region.putLong(0, source + PAGE).putLong(8, gpa + PAGE);
        region.putLong(16, region.getLong(16) - 1);
      }
    }
    return user.out(cmd.data(), region.array()) ? error : EFAULT.result();
  }

  private static boolean valid(KvmTdx tdx, ByteBuffer region) {
    long source = region.getLong(0);
    long gpa = region.getLong(8);
    long pages = region.getLong(16);
    long end = gpa + (pages << Limits.PAGE_SHIFT);
    boolean aligned = ((source | gpa) & PAGE - 1) == 0;
    return source != 0
        && aligned
        && pages != 0
        && pages >>> Long.SIZE - Limits.PAGE_SHIFT == 0
        && Long.compareUnsigned(end, gpa) > 0
        && Long.compareUnsigned(end, tdx.sharedBit()) <= 0;
  }
}
