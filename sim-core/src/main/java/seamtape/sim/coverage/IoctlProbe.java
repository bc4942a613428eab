package seamtape.sim.coverage;

import seamtape.catalog.Errno;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.sim.Simulator;

/**
 * Asks a machine for an ioctl in several ways. It has behaviour when one of the answers differs
 * from that to a number that nobody knows: ENOTTY on a VM, EINVAL on the system fd and on a vCPU.
 */
final class IoctlProbe {
  private static final int TID = 1;
  private static final long MEMORY = 0x1000_0000L;
  private static final int MEMORY_BYTES = 0x10000;
  private static final long GUEST = 0x2000_0000L;
  private static final int SLICE = 100;

  /** KVM_SYSTEM_TIME_NEW, which switches the guest's clock on. */
  private static final int SYSTEM_TIME_MSR = 0x4b56_4d01;

  private final PagedMemory memory = new PagedMemory();
  private final Machine machine;
  private final int kvm;
  private final int vm;
  private final int vcpu;

  private IoctlProbe(String profile, String vendor, String role, boolean irqchip) {
    String tdx = role.equals("bare") ? "none" : "1.5";
    MachineSpec spec = new MachineSpec(profile, vendor, tdx, role, 1, false);
    machine = new Simulator().create(spec, memory, NestedCalls.NONE);
    memory.map(MEMORY, MEMORY_BYTES);
    memory.map(GUEST, MEMORY_BYTES);
    kvm = (int) machine.open(TID, "/dev/kvm", 0);
    vm = (int) ioctl(kvm, KvmIoctl.KVM_CREATE_VM, 0);
    store(16, MEMORY_BYTES);
    store(24, GUEST);
    ioctl(vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION, MEMORY);
    if (irqchip) {
      ioctl(vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
    }
    vcpu = (int) ioctl(vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    memory.map(MEMORY, MEMORY_BYTES);
    store(0, 1);
    store(8, SYSTEM_TIME_MSR);
    store(16, 1);
    ioctl(vcpu, KvmIoctl.KVM_SET_MSRS, MEMORY);
    memory.map(MEMORY, MEMORY_BYTES);
  }

  private void store(int offset, long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    memory.write(MEMORY + offset, bytes, 0, bytes.length);
  }

  private long ioctl(int fd, KvmIoctl row, long arg) {
    long result = machine.ioctl(TID, fd, row.number(), arg, SLICE);
    if (result == Machine.IN_PROGRESS) {
      machine.signal(TID);
      result = machine.resume(TID, SLICE);
    }
    return result;
  }

  /**
   * True where a machine of the profile has behaviour for an ioctl: on either vendor's CPU, with
   * and without an irqchip, or as the kernel of a TD.
   */
  static boolean answers(KvmIoctl row, String profile) {
    return answers(row, profile, "intel", "bare", false)
        || answers(row, profile, "intel", "bare", true)
        || answers(row, profile, "amd", "bare", false)
        || profile.contains("tdx-shm") && answers(row, profile, "intel", "td-guest", false);
  }

  private static boolean answers(
      KvmIoctl row, String profile, String vendor, String role, boolean irqchip) {
    IoctlProbe probe = new IoctlProbe(profile, vendor, role, irqchip);
    boolean answers = probe.answers(row);
    probe.machine.close();
    return answers;
  }

  private boolean answers(KvmIoctl row) {
    for (FdKind kind : row.on()) {
      for (long arg : new long[] {0, 1, MEMORY}) {
        if (knows(row, kind, arg)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean knows(KvmIoctl row, FdKind kind, long arg) {
    return switch (kind) {
      case SYSTEM -> ioctl(kvm, row, arg) != Errno.EINVAL.result();
      case VM -> ioctl(vm, row, arg) != Errno.ENOTTY.result();
      case VCPU -> {
        long result = ioctl(vcpu, row, arg);
        yield result != Errno.EINVAL.result() && result != Errno.ENOTTY.result();
      }
      case DEVICE -> {
        int device = (int) machine.open(TID, "/dev/seamcall", 0);
        yield device >= 0 && ioctl(device, row, arg) != Errno.ENOTTY.result();
      }
      default -> false;
    };
  }
}
