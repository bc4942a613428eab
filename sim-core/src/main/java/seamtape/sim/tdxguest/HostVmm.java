package seamtape.sim.tdxguest;

import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_ALIGN_ERROR;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_INVALID_OPERAND;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_RETRY;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_SUCCESS;
import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R12;
import static seamtape.sim.marshal.Gpr.R13;
import static seamtape.sim.marshal.Gpr.R14;

import seamtape.catalog.KvmHypercall;
import seamtape.catalog.Tdvmcall;

/**
 * The VMM beneath the TD: a KVM that answers TDVMCALLs at once. It sees the registers that the TD
 * exposes and nothing else. Of MapGPA it does {@link #CHUNK} pages a call and then has something
 * else to do: RETRY; the first MapGPA of all finds it busy before it has done anything.
 */
final class HostVmm {
  /** Pages that one MapGPA converts; KVM's own chunk is 2 MiB. */
  static final int CHUNK = 8;

  private static final int PAGE = TdMemory.PAGE_SIZE;

  private final TdMemory memory;
  private final long sharedBit;
  private boolean asked;

  HostVmm(TdMemory memory, int gpaWidth) {
    this.memory = memory;
    this.sharedBit = 1L << gpaWidth - 1;
  }

  /**
   * Answers in place.
   *
   * @param regs exposed registers by their number, the others 0
   */
  void vmcall(long[] regs) {
    long answer =
        switch (Tdvmcall.of(regs[R10], regs[R11])) {
          case TDVMCALL_VENDOR -> hypercall(regs[R10]);
          case TDVMCALL_GET_TD_VM_CALL_INFO -> information(regs);
          case TDVMCALL_MAP_GPA -> mapGpa(regs);
          case TDVMCALL_HLT, TDVMCALL_REPORT_FATAL_ERROR -> TDVMCALL_STATUS_SUCCESS.value();
          default -> TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED.value();
        };
    regs[R10] = answer;
  }

  private static long hypercall(long number) {
    return number == KvmHypercall.KVM_HC_KICK_CPU.number() ? 0 : -KvmHypercall.ENOSYS;
  }

  private static long information(long[] regs) {
    if (regs[R12] != 0) {
      return TDVMCALL_STATUS_INVALID_OPERAND.value();
    }
    regs[R11] = 0;
    regs[R13] = 0;
    regs[R14] = 0;
    return TDVMCALL_STATUS_SUCCESS.value();
  }

  private long mapGpa(long[] regs) {
    boolean toShared = (regs[R12] & sharedBit) != 0;
    long gpa = regs[R12] & ~sharedBit;
    long size = regs[R13];
    if (((gpa | size) & PAGE - 1) != 0) {
      return TDVMCALL_STATUS_ALIGN_ERROR.value();
    }
    if (size <= 0 || !memory.exists(gpa) || !memory.exists(gpa + size - PAGE)) {
      return TDVMCALL_STATUS_INVALID_OPERAND.value();
    }
    long pages = asked ? Math.min(size / PAGE, CHUNK) : 0;
    asked = true;
    for (long i = 0; i < pages; i++) {
      convert(gpa + i * PAGE, toShared);
    }
    if (pages == size / PAGE) {
      return TDVMCALL_STATUS_SUCCESS.value();
    }
    regs[R11] = regs[R12] + pages * PAGE;
    return TDVMCALL_STATUS_RETRY.value();
  }

  /** A page that is so already stays as it is, with what it holds. */
  private void convert(long gpa, boolean toShared) {
    boolean shared = memory.state(gpa) == TdMemory.State.SHARED;
    if (toShared && !shared) {
      memory.share(gpa);
    } else if (!toShared && shared) {
      memory.unshare(gpa);
    }
  }

  /** What the VMM sees at an address of the TD: null where nothing is shared with it. */
  byte[] page(long gpa) {
    boolean shared = memory.exists(gpa) && memory.state(gpa) == TdMemory.State.SHARED;
    return shared ? memory.bytes(gpa) : null;
  }
}
