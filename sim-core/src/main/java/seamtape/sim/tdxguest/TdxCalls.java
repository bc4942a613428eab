package seamtape.sim.tdxguest;

import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R12;
import static seamtape.sim.marshal.Gpr.R13;
import static seamtape.sim.marshal.Gpr.R14;
import static seamtape.sim.marshal.Gpr.R15;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import java.util.Arrays;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.sim.marshal.ArgsLayout;
import seamtape.sim.marshal.CallShape;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.marshal.ModuleArgs;
import seamtape.sim.profile.KernelLine;

/**
 * How a guest's kernel calls out of its TD: {@code __tdx_hypercall} to the VMM and {@code
 * tdx_module_call} to the module, through the argument structs of its line.
 */
final class TdxCalls {
  /** Flags of {@code __tdx_hypercall}. */
  static final int TDX_HCALL_HAS_OUTPUT = 1;

  static final int TDX_HCALL_ISSUE_STI = 2;

  /** R10 of a hypercall of the GHCI's own. */
  static final long TDX_HYPERCALL_STANDARD = 0;

  private static final long MASK_6_2 = 0xfc00;
  private static final long MASK_6_3 = 0xffcc;

  private final TdcallInstruction tdcall;
  private final CallShape hypercallShape;
  private final long exposeMask;

  /** 6.3 removed TDX_HCALL_ISSUE_STI. */
  private final boolean stiFlag;

  private final long[] cpu = new long[Gpr.COUNT];
  private final ModuleArgs args;

  /** What {@code tdx_module_call} gives back of the module's answer. */
  private final ModuleArgs output = new ModuleArgs(ArgsLayout.TDX_MODULE_OUTPUT);

  private boolean interruptsEnabled = true;
  private String panic;

  TdxCalls(TdcallInstruction tdcall, KernelLine line) {
    boolean v62 = line == KernelLine.V6_2;
    this.tdcall = tdcall;
    this.args =
        new ModuleArgs(v62 ? ArgsLayout.TDX_HYPERCALL_ARGS_6_2 : ArgsLayout.TDX_MODULE_ARGS);
    this.hypercallShape = v62 ? CallShape.TDX_HYPERCALL_6_2 : CallShape.SAVED_RET;
    this.exposeMask = v62 ? MASK_6_2 : MASK_6_3;
    this.stiFlag = v62;
  }

  /** The argument struct, cleared, for the next {@link #tdxHypercall}. */
  ModuleArgs args() {
    args.clear();
    return args;
  }

  /** The struct of the last hypercall; with HAS_OUTPUT it holds what the VMM answered. */
  ModuleArgs answered() {
    return args;
  }

  /** {@code _tdx_hypercall}: a sub-function with four arguments. Returns R10. */
  long standard(Tdvmcall function, long r12, long r13, long r14, long r15, int flags) {
    args.clear();
    args.set(R10, TDX_HYPERCALL_STANDARD);
    args.set(R11, function.number());
    args.set(R12, r12);
    args.set(R13, r13);
    args.set(R14, r14);
    args.set(R15, r15);
    return tdxHypercall(flags);
  }

  /**
   * {@code __tdx_hypercall} on {@link #args}: TDCALL leaf 0 with the registers of the line's mask
   * exposed. STI, where asked for, is the instruction before: no interrupt comes between.
   *
   * @return R10, the VMM's answer
   */
  long tdxHypercall(int flags) {
    Arrays.fill(cpu, 0);
    args.load(hypercallShape, cpu);
    cpu[RAX] = Tdcall.TDG_VP_VMCALL.number();
    cpu[RCX] = exposeMask;
    if ((flags & TDX_HCALL_ISSUE_STI) != 0) {
      interruptsEnabled = true;
    }
    tdcall.execute(cpu);
    if (cpu[RAX] != 0) {
      panic("TDVMCALL failed. TDX module bug?");
    }
    if ((flags & TDX_HCALL_HAS_OUTPUT) != 0) {
      args.store(hypercallShape, cpu);
    }
    return cpu[R10];
  }

  /**
   * {@code tdx_module_call}: for calls that have no legitimate reason to fail. One that does is the
   * end of this kernel.
   *
   * @return the output struct, or null after a panic
   */
  ModuleArgs tdxModuleCall(Tdcall leaf, long rcx, long rdx, long r8, long r9) {
    Arrays.fill(cpu, 0);
    cpu[RAX] = leaf.number();
    cpu[RCX] = rcx;
    cpu[RDX] = rdx;
    cpu[R8] = r8;
    cpu[R9] = r9;
    tdcall.execute(cpu);
    if (cpu[RAX] != 0) {
      panic("TDCALL " + leaf.number() + " failed (Buggy TDX module!)");
      return null;
    }
    output.store(CallShape.TDX_MODULE_CALL, cpu);
    return output;
  }

  /**
   * {@code tdx_safe_halt} of the idle loop, without a gap for an interrupt between STI and HLT: up
   * to 6.2 the STI is the instruction before TDCALL; later kernels halt with interrupts off, as the
   * VMM wakes the vCPU nonetheless (R12 = 0), and switch them on after.
   */
  void safeHalt() {
    interruptsEnabled = false;
    long irqDisabled = 0;
    standard(Tdvmcall.TDVMCALL_HLT, irqDisabled, 0, 0, 0, stiFlag ? TDX_HCALL_ISSUE_STI : 0);
    interruptsEnabled = true;
  }

  boolean interruptsEnabled() {
    return interruptsEnabled;
  }

  /** {@code tdx_kvm_hypercall}: R10 is the number, R11 to R14 the arguments. */
  long tdxKvmHypercall(long number, long p1, long p2, long p3, long p4) {
    args.clear();
    args.set(R10, number);
    args.set(R11, p1);
    args.set(R12, p2);
    args.set(R13, p3);
    args.set(R14, p4);
    return tdxHypercall(0);
  }

  /**
   * The kernel stops. Its VMM is told with as much of the message as the exposed registers hold, in
   * the order of ReportFatalError.
   */
  private void panic(String message) {
    if (panic != null) {
      return;
    }
    panic = message;
    PanicMessage.store(message, args());
    args.set(R10, TDX_HYPERCALL_STANDARD);
    args.set(R11, Tdvmcall.TDVMCALL_REPORT_FATAL_ERROR.number());
    tdxHypercall(0);
  }

  /** The message of the panic; null while the kernel lives. */
  String panicked() {
    return panic;
  }
}
