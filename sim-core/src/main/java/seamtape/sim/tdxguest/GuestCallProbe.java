package seamtape.sim.tdxguest;

import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RCX;

import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatus;
import seamtape.machine.NestedCalls;
import seamtape.sim.marshal.Gpr;

/** What module and VMM beneath a kernel in a TD answer, asked one by one; for the coverage. */
public final class GuestCallProbe {
  private static final int MASK = 0xfc00;
  private static final long KICK_CPU = 5;

  private GuestCallProbe() {}

  private static long[] made(long leaf, long r10, long r11) {
    TdMemory memory = new TdMemory();
    int width = TdGuestKernel.GPA_WIDTH;
    HostVmm vmm = new HostVmm(memory, width);
    long[] cpu = new long[Gpr.COUNT];
    cpu[RAX] = leaf;
    cpu[RCX] = MASK;
    cpu[R10] = r10;
    cpu[R11] = r11;
    new TdcallInstruction(memory, vmm, NestedCalls.NONE, width, true).execute(cpu);
    return cpu;
  }

  /** True for a leaf that is not refused for its number. */
  public static boolean serves(Tdcall leaf) {
    long status = made(leaf.number() & 0xffff, 0, 0)[RAX];
    return status != TdxStatus.TDX_OPERAND_INVALID.with(TdxOperand.RAX);
  }

  /** True for a sub-function that the VMM knows. */
  public static boolean serves(Tdvmcall call) {
    long r10 = call == Tdvmcall.TDVMCALL_VENDOR ? KICK_CPU : 0;
    long answer = made(Tdcall.TDG_VP_VMCALL.number(), r10, call.number())[R10];
    return answer != TdvmcallStatus.TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED.value();
  }
}
