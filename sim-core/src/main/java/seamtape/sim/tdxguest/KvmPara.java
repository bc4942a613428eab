package seamtape.sim.tdxguest;

import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RBX;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;
import static seamtape.sim.marshal.Gpr.RSI;

import java.util.Arrays;
import java.util.function.Consumer;
import seamtape.sim.marshal.Gpr;

/**
 * {@code kvm_hypercallN} of asm/kvm_para.h: in a plain guest the instruction VMCALL, in a TD, whose
 * VMCALL would be a #VE, a TDVMCALL with the number in R10.
 */
final class KvmPara {
  /** Null in a plain guest. */
  private final TdxCalls tdx;

  private final Consumer<long[]> vmcall;
  private final long[] cpu = new long[Gpr.COUNT];

  private KvmPara(TdxCalls tdx, Consumer<long[]> vmcall) {
    this.tdx = tdx;
    this.vmcall = vmcall;
  }

  /** A guest with X86_FEATURE_TDX_GUEST. */
  static KvmPara inTd(TdxCalls tdx) {
    return new KvmPara(tdx, null);
  }

  /**
   * @param vmcall the instruction, on registers by their number
   */
  static KvmPara inPlainGuest(Consumer<long[]> vmcall) {
    return new KvmPara(null, vmcall);
  }

  long kvmHypercall0(long number) {
    return kvmHypercall4(number, 0, 0, 0, 0);
  }

  long kvmHypercall1(long number, long p1) {
    return kvmHypercall4(number, p1, 0, 0, 0);
  }

  long kvmHypercall2(long number, long p1, long p2) {
    return kvmHypercall4(number, p1, p2, 0, 0);
  }

  long kvmHypercall3(long number, long p1, long p2, long p3) {
    return kvmHypercall4(number, p1, p2, p3, 0);
  }

  long kvmHypercall4(long number, long p1, long p2, long p3, long p4) {
    if (tdx != null) {
      return tdx.tdxKvmHypercall(number, p1, p2, p3, p4);
    }
    Arrays.fill(cpu, 0);
    cpu[RAX] = number;
    cpu[RBX] = p1;
    cpu[RCX] = p2;
    cpu[RDX] = p3;
    cpu[RSI] = p4;
    vmcall.accept(cpu);
    return cpu[RAX];
  }
}
