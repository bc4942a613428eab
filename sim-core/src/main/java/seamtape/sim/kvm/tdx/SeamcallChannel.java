package seamtape.sim.kvm.tdx;

import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import java.util.Arrays;
import seamtape.catalog.Family;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.event.Actor;
import seamtape.machine.NestedCalls;
import seamtape.sim.marshal.ArgsLayout;
import seamtape.sim.marshal.CallShape;
import seamtape.sim.marshal.LeafFields;
import seamtape.sim.marshal.ModuleArgs;
import seamtape.sim.tdx.Registers;
import seamtape.sim.tdx.TdxModule;

/**
 * The one place where the kernel makes SEAMCALLs: moves registers through the profile's argument
 * struct as the assembly does, and tells the recording of each call.
 */
public final class SeamcallChannel {
  /** The thread of {@link #serve} when nobody's call is being served: then nothing is told. */
  public static final int NOBODY = 0;

  private static final int FAMILY = Family.SEAMCALL.ordinal();

  /** Bits of statuses that software made up for an instruction that failed. */
  private static final long TDX_SW_ERROR = 0x8000_ff00_0000_0000L;

  /** How often sc_retry repeats a call that found no entropy. */
  private static final int RETRIES = 10;

  private final TdxModule module;
  private final NestedCalls nested;
  private final boolean recorded;

  /** Of {@link #nested}. */
  private final long[] told;

  private final Registers cpu = new Registers();
  private final LeafFields[] fields = new LeafFields[Seamcall.values().length];
  private final ModuleArgs args;
  private int tid = NOBODY;
  private long actor;
  private long made;

  SeamcallChannel(TdxModule module, NestedCalls nested, ArgsLayout layout) {
    this.module = module;
    this.nested = nested;
    this.recorded = nested != NestedCalls.NONE;
    this.told = nested.fields();
    this.args = new ModuleArgs(layout);
    for (Seamcall leaf : Seamcall.values()) {
      fields[leaf.ordinal()] = new LeafFields(leaf, RAX);
    }
  }

  /** Calls from here on are made for a thread of the VMM. */
  public void serve(int thread) {
    tid = thread;
    actor = Actor.vmm(thread);
  }

  int tid() {
    return tid;
  }

  /** The struct of the next call, cleared. */
  ModuleArgs args() {
    args.clear();
    return args;
  }

  /** The struct as the last call left it. */
  ModuleArgs results() {
    return args;
  }

  /** SEAMCALLs made so far. */
  public long made() {
    return made;
  }

  /** A leaf that takes RCX and RDX. */
  long call(int lp, Seamcall leaf, CallShape shape, long rcx, long rdx) {
    return call(lp, leaf, shape, rcx, rdx, 0, 0);
  }

  long call(int lp, Seamcall leaf, CallShape shape, long rcx, long rdx, long r8, long r9) {
    return call(lp, leaf, 0, shape, rcx, rdx, r8, r9);
  }

  long call(
      int lp, Seamcall leaf, int version, CallShape shape, long rcx, long rdx, long r8, long r9) {
    args.clear();
    args.set(RCX, rcx);
    args.set(RDX, rdx);
    args.set(R8, r8);
    args.set(R9, r9);
    return call(lp, leaf, version, shape);
  }

  /** A leaf on {@link #args}; repeated while the module finds no entropy, as sc_retry does. */
  long call(int lp, Seamcall leaf, int version, CallShape shape) {
    long status = once(lp, leaf, version, shape, args);
    for (int i = 1; i < RETRIES && status == TdxStatus.TDX_RND_NO_ENTROPY.value(); i++) {
      status = once(lp, leaf, version, shape, args);
    }
    return status;
  }

  private long once(int lp, Seamcall leaf, int version, CallShape shape, ModuleArgs struct) {
    long[] gpr = cpu.gpr;
    Arrays.fill(gpr, 0);
    struct.load(shape, gpr);
    gpr[RAX] = leaf.number() | (long) version << 16;
    LeafFields row = fields[leaf.ordinal()];
    begin(row);
    module.seamcall(lp, cpu);
    end(row);
    if (!instructionFailed(gpr[RAX])) {
      struct.store(shape, gpr);
    }
    return gpr[RAX];
  }

  /**
   * TDH.VP.ENTER: the struct holds the guest's registers, or is the vCPU's register file itself.
   *
   * @param copiedIn registers that were copied to the struct before
   * @param copiesOut registers that will be copied from it after
   */
  long enter(int lp, ModuleArgs struct, int copiedIn, int copiesOut) {
    LeafFields row = fields[Seamcall.TDH_VP_ENTER.ordinal()];
    row.out[row.out.length - 2] = copiedIn;
    row.out[row.out.length - 1] = copiesOut;
    return once(lp, Seamcall.TDH_VP_ENTER, 0, CallShape.SAVED_RET, struct);
  }

  /**
   * The instruction with registers of the caller's own choice, in place.
   *
   * @param gpr by {@link seamtape.sim.marshal.Gpr} number
   */
  void instruction(int lp, long[] gpr) {
    System.arraycopy(gpr, 0, cpu.gpr, 0, gpr.length);
    LeafFields row = fields[Seamcall.of(gpr[RAX]).ordinal()];
    Arrays.fill(row.out, 0);
    begin(row);
    module.seamcall(lp, cpu);
    end(row);
    System.arraycopy(cpu.gpr, 0, gpr, 0, gpr.length);
  }

  private void begin(LeafFields row) {
    made++;
    if (recorded && tid != NOBODY) {
      nested.enter(tid, actor, FAMILY, row.row().number(), row.in(cpu.gpr, told));
    }
  }

  private void end(LeafFields row) {
    if (recorded && tid != NOBODY) {
      nested.returns(tid, row.out(cpu.gpr, told));
    }
  }

  /** The instruction itself failed: the assembly then stores no outputs. */
  static boolean instructionFailed(long status) {
    return (status & TDX_SW_ERROR) == TDX_SW_ERROR;
  }
}
