package seamtape.sim.tdxguest;

import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_PAGE_ALREADY_ACCEPTED;
import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RBP;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;
import static seamtape.sim.marshal.Gpr.RSP;

import java.util.Arrays;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdxOperand;
import seamtape.event.Actor;
import seamtape.machine.NestedCalls;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.marshal.LeafFields;

/**
 * The instruction TDCALL of the kernel's TD: the leaves that this kernel uses; the module has no
 * others for it. Each call is told to the recording, a TDVMCALL beneath its TDG.VP.VMCALL.
 */
final class TdcallInstruction {
  /** Attributes of the TD: SEPT_VE_DISABLE. */
  private static final long ATTRIBUTES = 1L << 28;

  private static final int FORBIDDEN = 1 << RAX | 1 << RCX | 1 << RSP | 1 << RBP;

  private final TdMemory memory;
  private final HostVmm vmm;
  private final NestedCalls nested;
  private final int gpaWidth;
  private final boolean sysRd;
  private final long[] exposed = new long[Gpr.COUNT];
  private int tid;

  /**
   * @param sysRd the module has TDG.SYS.RD
   */
  TdcallInstruction(TdMemory memory, HostVmm vmm, NestedCalls nested, int gpaWidth, boolean sysRd) {
    this.memory = memory;
    this.vmm = vmm;
    this.nested = nested;
    this.gpaWidth = gpaWidth;
    this.sysRd = sysRd;
  }

  /** The thread whose system call the kernel serves from here on. */
  void serve(int thread) {
    tid = thread;
  }

  /** Executes it on registers by their number; RAX is the status. */
  void execute(long[] cpu) {
    LeafFields fields = new LeafFields(Tdcall.of(cpu[RAX]), RAX);
    enter(fields, cpu);
    cpu[RAX] = serve(cpu);
    nested.returns(tid, fields.out(cpu));
  }

  private void enter(LeafFields fields, long[] cpu) {
    int family = fields.row().family().ordinal();
    nested.enter(tid, Actor.vmm(tid), family, fields.row().number(), fields.in(cpu));
  }

  private long serve(long[] cpu) {
    if (cpu[RAX] >>> 16 != 0) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RAX);
    }
    return switch (Tdcall.of(cpu[RAX])) {
      case TDG_VP_VMCALL -> vmcall(cpu);
      case TDG_VP_INFO -> information(cpu);
      case TDG_MEM_PAGE_ACCEPT -> accept(cpu[RCX]);
      default -> TDX_OPERAND_INVALID.with(TdxOperand.RAX);
    };
  }

  private long vmcall(long[] cpu) {
    long mask = cpu[RCX];
    if ((mask & FORBIDDEN) != 0 || mask >>> 32 != 0) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    }
    Arrays.fill(exposed, 0);
    copy(mask, cpu, exposed);
    LeafFields fields = new LeafFields(Tdvmcall.of(exposed[R10], exposed[R11]), R10);
    enter(fields, exposed);
    vmm.vmcall(exposed);
    nested.returns(tid, fields.out(exposed));
    copy(mask, exposed, cpu);
    return 0;
  }

  private static void copy(long mask, long[] from, long[] to) {
    for (int register = 0; register < Gpr.COUNT; register++) {
      if ((mask >>> register & 1) != 0) {
        to[register] = from[register];
      }
    }
  }

  private long information(long[] cpu) {
    cpu[RCX] = gpaWidth;
    cpu[RDX] = ATTRIBUTES;
    cpu[R8] = 1L << 32 | 1;
    cpu[R9] = 0;
    cpu[R10] = sysRd ? 1 : 0;
    cpu[R11] = 0;
    return 0;
  }

  private long accept(long operand) {
    int level = (int) operand & 7;
    long gpa = operand & ~7L;
    boolean known = level == 0 && gpa % TdMemory.PAGE_SIZE == 0 && memory.exists(gpa);
    if (!known || memory.state(gpa) == TdMemory.State.SHARED) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    }
    if (memory.state(gpa) == TdMemory.State.PRIVATE) {
      return TDX_PAGE_ALREADY_ACCEPTED.value();
    }
    memory.accept(gpa);
    return 0;
  }
}
