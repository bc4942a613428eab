package seamtape.sim.kvm;

import seamtape.catalog.Errno;
import seamtape.catalog.Family;
import seamtape.catalog.KvmHypercall;
import seamtape.event.Actor;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus.Answer;

/**
 * kvm_emulate_hypercall for guests of KVM's own interface: number in RAX, arguments in registers.
 */
final class Hypercalls {
  private static final int ARGUMENTS = 4;
  private static final long LOW_HALF = 0xffff_ffffL;

  private Hypercalls() {}

  /** Answers in RAX, or leaves the hypercall to user space. */
  static Answer emulate(VcpuRunner runner, CpuState cpu) {
    KvmHypercall row = KvmHypercall.of(number(cpu));
    boolean exits = cpu.cpl() == 0 && exits(runner.vm(), row);
    boolean refused = exits && !validRange(cpu);
    if (exits && !refused) {
      return Answer.EXIT;
    }
    enter(runner, cpu, row);
    Errno error = refused ? Errno.EINVAL : cpu.cpl() != 0 ? Errno.EPERM : null;
    long result = error == null ? serve(row) : error.result();
    returns(runner, result);
    cpu.gpr[CpuState.RAX] = cpu.longMode64() ? result : result & LOW_HALF;
    return Answer.DONE;
  }

  private static boolean exits(Vm vm, KvmHypercall row) {
    return row != KvmHypercall.KVM_HC_UNKNOWN
        && (vm.settings.exitingHypercalls >>> row.number() & 1) != 0;
  }

  /** KVM_HC_MAP_GPA_RANGE: whole pages, one at least, that do not wrap. */
  private static boolean validRange(CpuState cpu) {
    long[] arguments = arguments(cpu);
    long first = arguments[0] >>> Limits.PAGE_SHIFT;
    long pages = arguments[1];
    boolean aligned = (arguments[0] & Limits.PAGE_SIZE - 1) == 0;
    return aligned && pages != 0 && Long.compareUnsigned(first + pages, first) > 0;
  }

  private static long serve(KvmHypercall row) {
    return switch (row) {
      case KVM_HC_VAPIC_POLL_IRQ, KVM_HC_KICK_CPU, KVM_HC_SCHED_YIELD -> 0;
      case KVM_HC_CLOCK_PAIRING -> Errno.EOPNOTSUPP.result();
      default -> -KvmHypercall.ENOSYS;
    };
  }

  static long number(CpuState cpu) {
    return cut(cpu, cpu.gpr[CpuState.RAX]);
  }

  static long[] arguments(CpuState cpu) {
    long[] arguments = new long[ARGUMENTS];
    arguments[0] = cut(cpu, cpu.gpr[CpuState.RBX]);
    arguments[1] = cut(cpu, cpu.gpr[CpuState.RCX]);
    arguments[2] = cut(cpu, cpu.gpr[CpuState.RDX]);
    arguments[3] = cut(cpu, cpu.gpr[CpuState.RSI]);
    return arguments;
  }

  private static long cut(CpuState cpu, long value) {
    return cpu.longMode64() ? value : value & LOW_HALF;
  }

  /** Tells the recording of a hypercall; its answer follows with {@link #returns}. */
  static void enter(VcpuRunner runner, CpuState cpu, KvmHypercall row) {
    long[] arguments = arguments(cpu);
    long[] fields = new long[row.in().size()];
    boolean unknown = row == KvmHypercall.KVM_HC_UNKNOWN;
    if (unknown) {
      fields[0] = number(cpu);
    }
    System.arraycopy(arguments, 0, fields, unknown ? 1 : 0, ARGUMENTS);
    long actor = Actor.vcpu(runner.vm().number, runner.id());
    runner
        .vm()
        .host
        .nested
        .enter(runner.tid(), actor, Family.KVM_HYPERCALL.ordinal(), row.number(), fields);
  }

  static void returns(VcpuRunner runner, long result) {
    runner.vm().host.nested.returns(runner.tid(), new long[] {result});
  }
}
