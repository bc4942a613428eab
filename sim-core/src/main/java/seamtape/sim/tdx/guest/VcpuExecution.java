package seamtape.sim.tdx.guest;

import static seamtape.catalog.TdxStatus.TDX_NON_RECOVERABLE_VCPU;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RBP;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;
import static seamtape.sim.marshal.Gpr.RSI;
import static seamtape.sim.marshal.Gpr.RSP;

import java.util.Arrays;
import seamtape.catalog.TdVcpuState;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdxOperand;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.guest.Interpreter;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdVcpu;

/** One vCPU of a TD between TDH.VP.ENTER and its exit. */
public final class VcpuExecution {
  private static final int EXIT_REASON_EXTERNAL_INTERRUPT = 1;
  private static final int EXIT_REASON_TRIPLE_FAULT = 2;
  private static final int EXIT_REASON_TASK_SWITCH = 9;
  private static final int EXIT_REASON_TDCALL = 77;
  private static final int REGISTERS = 16;
  private static final int UD = 6;

  /** Bits of a TDVMCALL's mask that are general registers; those above are XMM. */
  private static final long GPR_MASK = 0xffff;

  private static final long FORBIDDEN = 1 << RAX | 1 << RCX | 1 << RSP;

  private final TdGuestRunner runner;
  private final TdVcpu vcpu;
  private final long[] guest;
  private final TdBus bus;
  private final Interpreter interpreter;
  private final TdcallLeaves leaves;

  /** CONFIG_FLAGS.NO_RBP_MOD: RBP stays the host's unless the guest exposes its own. */
  private final boolean keepsRbp;

  private final long[] asked = new long[REGISTERS];

  /** Of the secure EPT at the last entry. */
  private long septGeneration = -1;

  VcpuExecution(TdGuestRunner runner, TdVcpu vcpu) {
    this.runner = runner;
    this.vcpu = vcpu;
    this.guest = vcpu.cpu.gpr;
    this.bus = new TdBus(runner, vcpu, this);
    this.interpreter = new Interpreter(vcpu.cpu, bus);
    this.keepsRbp = (vcpu.td.params.configFlags() & Td.CONFIG_NO_RBP_MOD) != 0;
    this.leaves = new TdcallLeaves(runner.module, vcpu, bus);
  }

  /**
   * Runs until the guest leaves the TD.
   *
   * @param host registers of TDH.VP.ENTER, rewritten with the exit
   * @return instructions executed
   */
  long run(long[] host, long budget) {
    if (vcpu.inTdVmcall) {
      deliver(host);
    }
    long left = budget;
    while (left > 0) {
      long before = interpreter.executed();
      GuestExit.Kind kind = enter(left);
      if (kind == GuestExit.Kind.BUDGET) {
        break;
      }
      left -= Math.max(interpreter.executed() - before, 1);
      if (leaves(kind, host)) {
        return budget - left;
      }
    }
    exit(host, EXIT_REASON_EXTERNAL_INTERRUPT);
    return budget;
  }

  /** The pages of the code are the same while nothing in the secure EPT changes. */
  private GuestExit.Kind enter(long instructions) {
    long now = vcpu.td.sept().generation();
    boolean same = now == septGeneration;
    septGeneration = now;
    return same ? interpreter.runOn(instructions) : interpreter.run(instructions);
  }

  /** What the VMM answered in the exposed registers reaches the guest; RAX is the module's. */
  private void deliver(long[] host) {
    boolean told = runner.calls.tells() && !fatal(guest);
    if (told) {
      System.arraycopy(guest, 0, asked, 0, REGISTERS);
    }
    copy(vcpu.tdVmcallMask, host, guest);
    guest[RAX] = 0;
    vcpu.inTdVmcall = false;
    if (told) {
      runner.calls.tdvmcall(vcpu, asked, guest);
    }
  }

  /** A fatal error is told at once: a VMM does not answer it. */
  private static boolean fatal(long[] registers) {
    return registers[R10] == 0 && registers[R11] == Tdvmcall.TDVMCALL_REPORT_FATAL_ERROR.number();
  }

  private static void copy(long mask, long[] from, long[] to) {
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      int register = Long.numberOfTrailingZeros(rest);
      to[register] = from[register];
    }
  }

  /** True when the TD is left; false when the guest goes on at once. */
  private boolean leaves(GuestExit.Kind kind, long[] host) {
    switch (kind) {
      case TDCALL -> tdvmcall(host);
      case EPT_VIOLATION -> eptViolation(host);
      case TASK_SWITCH -> {
        interpreter.forget();
        exit(host, EXIT_REASON_TASK_SWITCH);
        host[RCX] = bus.exitQualification;
      }
      case SHUTDOWN -> {
        vcpu.state = TdVcpuState.VCPU_DISABLED;
        exit(host, EXIT_REASON_TRIPLE_FAULT);
        host[RAX] |= TDX_NON_RECOVERABLE_VCPU.value();
      }
      default -> {
        // An instruction outside the subset.
        interpreter.forget();
        vcpu.cpu.pend(UD, false, 0);
        return false;
      }
    }
    return true;
  }

  /** RCX to R15 without RSP, and RBP where it is kept, are 0 but for what the exit tells. */
  private void exit(long[] host, int reason) {
    Arrays.fill(host, RCX, RSP, 0);
    Arrays.fill(host, RSI, REGISTERS, 0);
    host[RBP] = keepsRbp ? host[RBP] : 0;
    host[RAX] = reason;
  }

  private void eptViolation(long[] host) {
    interpreter.forget();
    exit(host, TdBus.EXIT_REASON_EPT_VIOLATION);
    host[RCX] = bus.exitQualification;
    host[RDX] = bus.extendedQualification;
    host[R8] = bus.exitGpa;
  }

  /** The instruction TDCALL; see {@link TdBus#tdcall}. */
  int tdcall() {
    boolean plain = guest[RAX] == Tdcall.TDG_VP_VMCALL.number();
    if (plain && validMask(guest[RCX])) {
      return GuestBus.DONE_AND_LEAVE;
    }
    Tdcall row = Tdcall.of(guest[RAX]);
    runner.calls.enter(vcpu, row, guest);
    int outcome = GuestBus.NONE;
    if (plain) {
      guest[RAX] = TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    } else {
      outcome = leaves.serve(row, guest);
    }
    if (row == Tdcall.TDG_MR_RTMR_EXTEND) {
      runner.calls.extendedBy(leaves.extension());
    }
    runner.calls.returns(row, guest);
    return outcome;
  }

  private boolean validMask(long mask) {
    long forbidden = keepsRbp ? FORBIDDEN | 1 << RBP : FORBIDDEN;
    return (mask & forbidden) == 0 && mask >>> 32 == 0;
  }

  /** The instruction is complete; the exposed registers, and no others, reach the VMM. */
  private void tdvmcall(long[] host) {
    if (fatal(guest)) {
      runner.calls.tdvmcall(vcpu, guest, guest);
    }
    exit(host, EXIT_REASON_TDCALL);
    host[RCX] = guest[RCX];
    vcpu.inTdVmcall = true;
    vcpu.tdVmcallMask = guest[RCX] & GPR_MASK;
    copy(vcpu.tdVmcallMask, guest, host);
  }
}
