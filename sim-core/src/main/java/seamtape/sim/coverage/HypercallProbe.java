package seamtape.sim.coverage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.HypervHypercall;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.XenHypercall;
import seamtape.machine.NestedCalls;

/**
 * Lets a guest make each hypercall of KVM's, Hyper-V's and Xen's interface, with all of it switched
 * on. A call has behaviour where the kernel answers it otherwise than as an unknown number, or
 * where KVM's and Hyper-V's go to user space; Xen's all go there that the kernel does not serve.
 */
final class HypercallProbe implements NestedCalls {
  /** vmcall; hlt. */
  private static final byte[] CODE = {0x0f, 0x01, (byte) 0xc1, (byte) 0xf4};

  private static final int RIP = 0x1000;
  private static final int EXIT_HLT = 5;
  private static final int UNKNOWN_XEN = 99;
  private static final int ANYTHING = 77;
  private static final int INVALID_HYPERCALL_CODE = 2;
  private static final int PORT = 7;
  private static final int PV_FEATURES = 0x00ff_ffff;
  private static final int CPUID_ENTRY = 40;

  private final ProbedVm machine;
  private final Family family;
  private Long answered;

  HypercallProbe(String profile, Family family) {
    this.family = family;
    machine = new ProbedVm(profile, "intel", this).vm(0);
    machine.store(ProbedVm.ARG, 8, KvmCapability.KVM_CAP_EXIT_HYPERCALL.number());
    machine.store(ProbedVm.ARG + 8, 8, 1 << 12);
    machine.ioctl(machine.vm, KvmIoctl.KVM_ENABLE_CAP, ProbedVm.ARG);
    machine.guest(CODE, RIP);
    switch (family) {
      case HYPERV_HYPERCALL -> hyperv();
      case XEN_HYPERCALL -> xen();
      default -> cpuid(0x4000_0001, PV_FEATURES);
    }
  }

  private void cpuid(int leaf, int eax, int... more) {
    ByteBuffer table = ByteBuffer.allocate(8 + 3 * CPUID_ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    table.putInt(0, 1 + more.length / 2);
    table.putInt(8, leaf).putInt(20, eax);
    for (int i = 0; i < more.length; i += 2) {
      int at = 8 + CPUID_ENTRY * (1 + i / 2);
      table.putInt(at, more[i]).putInt(at + 12, more[i + 1]);
    }
    put(table);
    machine.ioctl(machine.vcpu, KvmIoctl.KVM_SET_CPUID2, ProbedVm.ARG);
  }

  private void put(ByteBuffer bytes) {
    machine.clear();
    machine.memory.write(ProbedVm.ARG, bytes.array(), 0, bytes.capacity());
  }

  /** Signature, kernel debugging, and the MSRs by which a guest switches hypercalls on. */
  private void hyperv() {
    cpuid(0x4000_0001, 0x3123_7648, 0x4000_0082, 2);
    ByteBuffer msrs = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    msrs.putInt(0, 2).putInt(8, 0x4000_0000).putLong(16, 1);
    put(msrs.putInt(24, 0x4000_0001).putLong(32, 0x2001));
    machine.ioctl(machine.vcpu, KvmIoctl.KVM_SET_MSRS, ProbedVm.ARG);
  }

  /** Intercepted calls, a version, an event channel and a timer. */
  private void xen() {
    put(ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 2 | 1 << 5));
    machine.ioctl(machine.vm, KvmIoctl.KVM_XEN_HVM_CONFIG, ProbedVm.ARG);
    attribute(KvmIoctl.KVM_XEN_HVM_SET_ATTR, machine.vm, 4, 0x4000d);
    int event = (int) machine.machine.eventfd(ProbedVm.TID, 0, 0);
    attribute(KvmIoctl.KVM_XEN_HVM_SET_ATTR, machine.vm, 3, PORT, 2, 0, 0, event);
    attribute(KvmIoctl.KVM_XEN_VCPU_SET_ATTR, machine.vcpu, 7, 3, -1);
    machine.store(ProbedVm.GUEST + 0x100, 4, PORT);
  }

  private void attribute(KvmIoctl row, int fd, int type, int... words) {
    ByteBuffer attribute = ByteBuffer.allocate(72).order(ByteOrder.LITTLE_ENDIAN);
    attribute.putShort(0, (short) type);
    for (int i = 0; i < words.length; i++) {
      attribute.putInt(8 + 4 * i, words[i]);
    }
    put(attribute);
    machine.ioctl(fd, row, ProbedVm.ARG);
  }

  /** True for a call that the machine does something with. */
  boolean serves(Call row) {
    answered = null;
    return switch (family) {
      case XEN_HYPERCALL -> call(xenNumber(row), xenCommand(row)) == EXIT_HLT && answered != null;
      case HYPERV_HYPERCALL -> {
        boolean unknown = row == HypervHypercall.HVCALL_UNKNOWN;
        int exit = call(unknown ? ANYTHING << 8 : row.number(), 0);
        yield exit != EXIT_HLT || (answered & 0xffff) != INVALID_HYPERCALL_CODE;
      }
      default -> {
        boolean unknown = row == KvmHypercall.KVM_HC_UNKNOWN;
        int exit = call(unknown ? UNKNOWN_XEN : row.number(), 0);
        yield exit != EXIT_HLT || answered != -KvmHypercall.ENOSYS;
      }
    };
  }

  private static long xenNumber(Call row) {
    return row == XenHypercall.XEN_UNKNOWN ? UNKNOWN_XEN : row.number() >>> 16;
  }

  private static long xenCommand(Call row) {
    int sub = row.number() & 0xffff;
    return sub == XenHypercall.ANY ? ANYTHING : sub;
  }

  /** RAX, RBX to RDX in the order of struct kvm_regs: one page for KVM_HC_MAP_GPA_RANGE. */
  private int call(long rax, long rbx) {
    boolean sends = rax == 32 && family == Family.XEN_HYPERCALL;
    int exit = machine.run(RIP, rax, rbx, sends ? 0x100 : 1, 0);
    Long kernels = answered;
    if (exit != EXIT_HLT) {
      // What user space answers is the call's end, so that the next one begins anew.
      machine.ioctl(machine.vcpu, KvmIoctl.KVM_RUN, 0);
    }
    answered = kernels;
    return exit;
  }

  @Override
  public void enter(int tid, long actor, int entered, int number, long[] fields) {
    // What counts is the answer.
    answered = null;
  }

  @Override
  public void returns(int tid, long[] fields) {
    answered = fields[0];
  }
}
