package seamtape.sim.kvm;

import seamtape.catalog.Errno;
import seamtape.catalog.KvmHypercall;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus.Answer;
import seamtape.sim.kvm.irq.Msi;

/** KVM's own hypercalls: number in RAX, arguments in RBX, RCX, RDX and RSI. */
final class KvmHypercalls {
  private static final int PV_UNHALT = 7;
  private static final int PV_SEND_IPI = 11;
  private static final int PV_SCHED_YIELD = 13;

  /** APIC_DEST_MASK and APIC_SHORT_MASK: an IPI goes to the vCPUs of the bitmap only. */
  private static final long ICR_DESTINATION = 0x800 | 0xc_0000;

  private final Hypercalls calls;
  private final VcpuRunner runner;
  private final CpuState cpu;
  private final long[] in;

  KvmHypercalls(Hypercalls calls, VcpuRunner runner) {
    this.calls = calls;
    this.runner = runner;
    this.cpu = runner.state().cpu;
    this.in = calls.in;
  }

  Answer emulate() {
    runner.stats.count(VcpuStats.Name.HYPERCALLS);
    KvmHypercall row = KvmHypercall.of(calls.number());
    in[0] = calls.register(CpuState.RBX);
    in[1] = calls.register(CpuState.RCX);
    in[2] = calls.register(CpuState.RDX);
    in[3] = calls.register(CpuState.RSI);
    long result = cpu.cpl() != 0 ? Errno.EPERM.result() : serve(row);
    if (result == EXITS) {
      calls.call(row, 4);
      return Answer.EXIT;
    }
    note(row);
    calls.answered(result);
    calls.result(result);
    return Answer.DONE;
  }

  /** An unknown number is the first field of its row. */
  private void note(KvmHypercall row) {
    boolean unknown = row == KvmHypercall.KVM_HC_UNKNOWN;
    if (unknown) {
      System.arraycopy(in, 0, in, 1, 4);
      in[0] = calls.number();
    }
    calls.call(row, unknown ? 5 : 4);
  }

  /** No result of a hypercall: user space serves it. */
  private static final long EXITS = Long.MIN_VALUE;

  private long serve(KvmHypercall row) {
    return switch (row) {
      case KVM_HC_VAPIC_POLL_IRQ -> 0;
      case KVM_HC_KICK_CPU -> offered(PV_UNHALT) ? kick(in[1]) : -KvmHypercall.ENOSYS;
      case KVM_HC_SCHED_YIELD -> offered(PV_SCHED_YIELD) ? schedYield() : -KvmHypercall.ENOSYS;
      case KVM_HC_SEND_IPI -> offered(PV_SEND_IPI) ? sendIpi() : -KvmHypercall.ENOSYS;
      // The host's wall clock is not read from its TSC, as KVM_GET_CLOCK says too.
      case KVM_HC_CLOCK_PAIRING -> Errno.EOPNOTSUPP.result();
      case KVM_HC_MAP_GPA_RANGE -> mapGpaRange(row);
      default -> -KvmHypercall.ENOSYS;
    };
  }

  private boolean offered(int feature) {
    return runner.state().cpuid.hasPv(feature);
  }

  /** No vCPU is preempted here, so there is none to yield to. */
  private long schedYield() {
    runner.stats.count(VcpuStats.Name.DIRECTED_YIELD_ATTEMPTED);
    return 0;
  }

  /** Wakes a vCPU that waits in HLT or is about to, and yields to it. */
  private long kick(long apicId) {
    VcpuRunner target = runner.vm().vcpu((int) apicId);
    if (target != null && target.lapic() != null) {
      target.state().pvUnhalted = true;
    }
    return schedYield();
  }

  /** How many took it; bit n of the map stands for the vCPU of APIC id {@code min + n}. */
  private long sendIpi() {
    if ((in[3] & ICR_DESTINATION) != 0) {
      return Errno.EINVAL.result();
    }
    if (runner.lapic() == null) {
      return Errno.EOPNOTSUPP.result();
    }
    int cluster = cpu.longMode64() ? Long.SIZE : Integer.SIZE;
    long min = in[2] & 0xffff_ffffL;
    return deliver(in[0], min, in[3]) + deliver(in[1], min + cluster, in[3]);
  }

  private long deliver(long map, long min, long icr) {
    long taken = 0;
    for (long left = map; left != 0; left &= left - 1) {
      long id = min + Long.numberOfTrailingZeros(left);
      if (id < Limits.KVM_MAX_VCPU_IDS && runner.vm().vcpu((int) id) != null) {
        int mode = (int) icr >>> 8 & 7;
        boolean level = (icr & 0x8000) != 0;
        Msi message = new Msi((int) icr & 0xff, (int) id, false, mode, level);
        taken += Math.max(runner.vm().lapics.deliver(message), 0);
      }
    }
    return taken;
  }

  /** KVM_HC_MAP_GPA_RANGE: whole pages, one at least, that do not wrap; user space does it. */
  private long mapGpaRange(KvmHypercall row) {
    if ((runner.vm().settings.exitingHypercalls >>> row.number() & 1) == 0) {
      return -KvmHypercall.ENOSYS;
    }
    long first = in[0] >>> Limits.PAGE_SHIFT;
    boolean aligned = (in[0] & Limits.PAGE_SIZE - 1) == 0;
    boolean forward = in[1] != 0 && Long.compareUnsigned(first + in[1], first) > 0;
    return aligned && forward ? EXITS : Errno.EINVAL.result();
  }
}
