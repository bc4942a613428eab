package seamtape.sim.tdx.guest;

import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.RAX;

import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.event.Actor;
import seamtape.machine.NestedCalls;
import seamtape.sim.marshal.LeafFields;
import seamtape.sim.tdx.TdVcpu;

/**
 * Tells the recording of TDCALLs and TDVMCALLs. A TDVMCALL is told, beneath its TDG.VP.VMCALL, when
 * its answer reaches the guest: in the guest entry that brings it.
 */
final class GuestCalls {
  private static final int NOBODY = 0;

  private final NestedCalls nested;
  private final boolean recorded;

  /** Of {@link #nested}. */
  private final long[] told;

  private final LeafFields[] tdcalls = new LeafFields[Tdcall.values().length];
  private final LeafFields[] tdvmcalls = new LeafFields[Tdvmcall.values().length];
  private int tid;

  GuestCalls(NestedCalls nested) {
    this.nested = nested;
    this.recorded = nested != NestedCalls.NONE;
    this.told = nested.fields();
    for (Tdcall row : Tdcall.values()) {
      tdcalls[row.ordinal()] = new LeafFields(row, RAX);
    }
    for (Tdvmcall row : Tdvmcall.values()) {
      tdvmcalls[row.ordinal()] = new LeafFields(row, R10);
    }
  }

  void serve(int thread) {
    tid = thread;
  }

  /** True while calls are recorded. */
  boolean tells() {
    return recorded && tid != NOBODY;
  }

  private static long actor(TdVcpu vcpu) {
    return Actor.vcpu(vcpu.td.shared == null ? 0 : vcpu.td.shared.vm(), vcpu.x2ApicId);
  }

  /** A TDCALL that the module serves, before it does. */
  void enter(TdVcpu vcpu, Tdcall row, long[] gpr) {
    if (tells()) {
      enter(vcpu, tdcalls[row.ordinal()], gpr);
    }
  }

  /** The data of the TDG.MR.RTMR.EXTEND that returns next: the words behind its registers. */
  void extendedBy(long[] words) {
    long[] out = tdcalls[Tdcall.TDG_MR_RTMR_EXTEND.ordinal()].out;
    System.arraycopy(words, 0, out, out.length - words.length, words.length);
  }

  void returns(Tdcall row, long[] gpr) {
    if (tells()) {
      nested.returns(tid, tdcalls[row.ordinal()].out(gpr, told));
    }
  }

  /**
   * A TDVMCALL, whole.
   *
   * @param asked guest registers at the TDCALL
   * @param answered the same once the VMM's are in them
   */
  void tdvmcall(TdVcpu vcpu, long[] asked, long[] answered) {
    if (!tells()) {
      return;
    }
    LeafFields inner = tdvmcalls[Tdvmcall.of(asked[R10], asked[R11]).ordinal()];
    LeafFields outer = tdcalls[Tdcall.TDG_VP_VMCALL.ordinal()];
    enter(vcpu, outer, asked);
    enter(vcpu, inner, asked);
    nested.returns(tid, inner.out(answered, told));
    nested.returns(tid, outer.out(answered, told));
  }

  private void enter(TdVcpu vcpu, LeafFields fields, long[] gpr) {
    int family = fields.row().family().ordinal();
    nested.enter(tid, actor(vcpu), family, fields.row().number(), fields.in(gpr, told));
  }
}
