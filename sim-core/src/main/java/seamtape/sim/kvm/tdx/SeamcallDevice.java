package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.ENOMEM;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.sim.kvm.KernelFile;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.tdx.PhysicalMemory;

/**
 * /dev/seamcall, of a module for tests: user space makes SEAMCALLs itself, in an order and with
 * operands that KVM never would. No Linux has it. It goes through the channel of the kernel, beside
 * KVM, and owns the pages that it hands out until the module is unloaded, which is never.
 */
public final class SeamcallDevice extends KernelFile {
  /** Registers of struct seamcall_args, in its order. */
  private static final int[] REGISTERS = {
    Gpr.RAX, Gpr.RCX, Gpr.RDX, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11
  };

  private static final int ARGS_BYTES = REGISTERS.length * Long.BYTES;
  private static final int PAGE_ARGS_BYTES = 2 * Long.BYTES;
  private static final int UADDR = 8;

  private final TdxHost host;
  private final UserCopy user;

  public SeamcallDevice(TdxHost host, UserCopy user) {
    this.host = host;
    this.user = user;
  }

  @Override
  public FdKind kind() {
    return FdKind.DEVICE;
  }

  @Override
  public String link() {
    return "/dev/seamcall";
  }

  @Override
  public long ioctl(int request, long arg) {
    if (request == KvmIoctl.SEAMCALL.number()) {
      return seamcall(arg);
    }
    return request == KvmIoctl.SEAMCALL_PAGE.number() ? allocate(arg) : ENOTTY.result();
  }

  private long seamcall(long arg) {
    ByteBuffer args = user.struct(arg, ARGS_BYTES);
    if (args == null) {
      return EFAULT.result();
    }
    long[] gpr = new long[Gpr.COUNT];
    for (int i = 0; i < REGISTERS.length; i++) {
      gpr[REGISTERS[i]] = args.getLong(i * Long.BYTES);
    }
    host.seamcalls.instruction(host.lp(), gpr);
    for (int i = 0; i < REGISTERS.length; i++) {
      args.putLong(i * Long.BYTES, gpr[REGISTERS[i]]);
    }
    return user.out(arg, args.array()) ? 0 : EFAULT.result();
  }

  private long allocate(long arg) {
    ByteBuffer args = user.struct(arg, PAGE_ARGS_BYTES);
    if (args == null) {
      return EFAULT.result();
    }
    long uaddr = args.getLong(UADDR);
    byte[] content = uaddr == 0 ? new byte[PhysicalPages.SIZE] : user.in(uaddr, PhysicalPages.SIZE);
    if (content == null) {
      return EFAULT.result();
    }
    long hpa = host.memory.allocate();
    if (hpa == PhysicalMemory.NONE) {
      return ENOMEM.result();
    }
    PhysicalPages.bytes(host.memory, hpa).put(content);
    return user.out(arg, args.putLong(0, hpa).array()) ? 0 : EFAULT.result();
  }
}
