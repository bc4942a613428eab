package seamtape.sim.tdx.guest;

import static seamtape.catalog.TdxStatus.TDX_NON_RECOVERABLE_VCPU;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.sim.tdx.Registers.R10;
import static seamtape.sim.tdx.Registers.R11;
import static seamtape.sim.tdx.Registers.R8;
import static seamtape.sim.tdx.Registers.RAX;
import static seamtape.sim.tdx.Registers.RBP;
import static seamtape.sim.tdx.Registers.RCX;
import static seamtape.sim.tdx.Registers.RDX;
import static seamtape.sim.tdx.Registers.RSP;

import seamtape.catalog.TdVcpuState;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdxOperand;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.guest.Interpreter;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdVcpu;

/** One vCPU of a TD between TDH.VP.ENTER and its exit. */
public final class VcpuExecution {
  private static final int EXIT_REASON_EXTERNAL_INTERRUPT = 1;
  private static final int EXIT_REASON_TRIPLE_FAULT = 2;
  private static final int EXIT_REASON_TDCALL = 77;
  private static final int REGISTERS = 16;
  private static final int UD = 6;
  private static final long FORBIDDEN = 1 << RAX | 1 << RCX | 1 << RSP;

  private final TdGuestRunner runner;
  private final TdVcpu vcpu;
  private final long[] guest;
  private final TdBus bus;
  private final Interpreter interpreter;
  private final TdcallLeaves leaves;
  private final long[] asked = new long[REGISTERS];

  VcpuExecution(TdGuestRunner runner, TdVcpu vcpu) {
    this.runner = runner;
    this.vcpu = vcpu;
    this.guest = vcpu.cpu.gpr;
    this.bus = new TdBus(runner, vcpu);
    this.interpreter = new Interpreter(vcpu.cpu, bus);
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
    long before = interpreter.executed();
    long left = budget;
    while (left > 0) {
      GuestExit.Kind kind = interpreter.run(left);
      left = budget - (interpreter.executed() - before) - 1;
      if (kind == GuestExit.Kind.BUDGET || leaves(kind, host)) {
        if (kind == GuestExit.Kind.BUDGET) {
          exit(host, EXIT_REASON_EXTERNAL_INTERRUPT);
          return budget;
        }
        return Math.max(interpreter.executed() - before, 1);
      }
    }
    exit(host, EXIT_REASON_EXTERNAL_INTERRUPT);
    return budget;
  }

  /** What the VMM answered in the exposed registers reaches the guest; RAX is the module's. */
  private void deliver(long[] host) {
    System.arraycopy(guest, 0, asked, 0, REGISTERS);
    copy(vcpu.tdVmcallMask, host, guest);
    guest[RAX] = 0;
    vcpu.inTdVmcall = false;
    if (!fatal(asked)) {
      runner.calls.tdvmcall(vcpu, asked, guest);
    }
  }

  /** A fatal error is told at once: a VMM does not answer it. */
  private static boolean fatal(long[] registers) {
    return Tdvmcall.of(registers[R10], registers[R11]) == Tdvmcall.TDVMCALL_REPORT_FATAL_ERROR;
  }

  private static void copy(long mask, long[] from, long[] to) {
    for (int register = 0; register < REGISTERS; register++) {
      if ((mask >>> register & 1) != 0) {
        to[register] = from[register];
      }
    }
  }

  /** True when the TD is left; false when the guest goes on at once. */
  private boolean leaves(GuestExit.Kind kind, long[] host) {
    switch (kind) {
      case TDCALL -> {
        return tdcall(host);
      }
      case EPT_VIOLATION -> eptViolation(host);
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

  /** RCX to R15 without RSP and RBP are 0 but for what the exit tells. */
  private void exit(long[] host, int reason) {
    for (int register = RCX; register < REGISTERS; register++) {
      if (register != RSP && register != RBP) {
        host[register] = 0;
      }
    }
    host[RAX] = reason;
  }

  private void eptViolation(long[] host) {
    interpreter.forget();
    exit(host, TdBus.EXIT_REASON_EPT_VIOLATION);
    host[RCX] = bus.exitQualification;
    host[RDX] = bus.extendedQualification;
    host[R8] = bus.exitGpa;
  }

  private boolean tdcall(long[] host) {
    Tdcall row = Tdcall.of(guest[RAX]);
    boolean plain = guest[RAX] == Tdcall.TDG_VP_VMCALL.number();
    if (plain && validMask(guest[RCX])) {
      tdvmcall(host);
      return true;
    }
    leaves.prepare();
    runner.calls.enter(vcpu, row, guest);
    long status = plain ? TDX_OPERAND_INVALID.with(TdxOperand.RCX) : leaves.serve(row, guest);
    if (leaves.unfinished() == TdcallLeaves.Unfinished.NO) {
      guest[RAX] = status;
    }
    runner.calls.returns(row, guest);
    return switch (leaves.unfinished()) {
      case NO -> false;
      case EXIT -> {
        eptViolation(host);
        yield true;
      }
      case EXCEPTION -> {
        interpreter.forget();
        yield false;
      }
    };
  }

  private boolean validMask(long mask) {
    boolean rbp = (vcpu.td.params.configFlags() & Td.CONFIG_NO_RBP_MOD) != 0;
    long forbidden = rbp ? FORBIDDEN | 1 << RBP : FORBIDDEN;
    return (mask & forbidden) == 0 && mask >>> 32 == 0;
  }

  /** The instruction is complete; the exposed registers, and no others, reach the VMM. */
  private void tdvmcall(long[] host) {
    interpreter.complete();
    if (fatal(guest)) {
      runner.calls.tdvmcall(vcpu, guest, guest);
    }
    exit(host, EXIT_REASON_TDCALL);
    host[RCX] = guest[RCX];
    copy(guest[RCX], guest, host);
    vcpu.inTdVmcall = true;
    vcpu.tdVmcallMask = guest[RCX] & 0xffff;
  }
}
