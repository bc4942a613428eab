package seamtape.sim.tdx;

import static seamtape.catalog.TdVcpuState.VCPU_READY;
import static seamtape.catalog.TdVcpuState.VCPU_UNINITIALIZED;
import static seamtape.catalog.TdxStatus.TDX_MAX_VCPUS_EXCEEDED;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_TDCX_NUM_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TSC_ROLLBACK;
import static seamtape.catalog.TdxStatus.TDX_VCPU_ASSOCIATED;
import static seamtape.catalog.TdxStatus.TDX_VCPU_NOT_ASSOCIATED;
import static seamtape.catalog.TdxStatus.TDX_VCPU_STATE_INCORRECT;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;

/** TDH.VP.*: the life of a vCPU of a TD, and its entry. */
final class VpLeaves {
  /** RCX bits of VP.ENTER since 1.5: resume L1, host recoverability. */
  private static final long ENTER_FLAGS = 3;

  private final TdxModule module;
  private final Operands operands;
  private final TdGuest guest;

  VpLeaves(TdxModule module, TdGuest guest) {
    this.module = module;
    this.operands = new Operands(module);
    this.guest = guest;
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_VP_CREATE, this::create);
    table.add(Seamcall.TDH_VP_ADDCX, this::addCx);
    table.add(Seamcall.TDH_VP_INIT, this::init);
    table.add(Seamcall.TDH_VP_FLUSH, this::flush);
    table.add(Seamcall.TDH_VP_ENTER, this::enter);
  }

  private long create(int lp, long[] regs) {
    long bad = operands.td(Seamcall.TDH_VP_CREATE, regs[RDX], RDX, false);
    if (bad == 0) {
      bad = operands.freePage(regs[RCX], RCX);
    }
    if (bad != 0) {
      return bad;
    }
    TdVcpu vcpu = new TdVcpu(operands.td, regs[RCX]);
    operands.take(Pamt.TDVPR, vcpu);
    operands.td.vcpus.add(vcpu);
    return Leaf.SUCCESS;
  }

  private long addCx(int lp, long[] regs) {
    long bad = operands.vcpu(Seamcall.TDH_VP_ADDCX, regs[RDX], RDX, true);
    if (bad != 0) {
      return bad;
    }
    TdVcpu vcpu = operands.vcpu;
    if (vcpu.state != VCPU_UNINITIALIZED) {
      return TDX_VCPU_STATE_INCORRECT.value();
    }
    if (vcpu.numPages == TdVcpu.MAX_PAGES) {
      return TDX_TDCX_NUM_INCORRECT.value();
    }
    bad = operands.freePage(regs[RCX], RCX);
    if (bad != 0) {
      return bad;
    }
    operands.take(Pamt.TDCX, null);
    vcpu.pages[vcpu.numPages++] = regs[RCX];
    return Leaf.SUCCESS;
  }

  private long init(int lp, long[] regs) {
    boolean withApicId = TdxModule.leafVersion(regs) == 1;
    if (withApicId && regs[R8] >>> 32 != 0) {
      return Operands.invalid(R8);
    }
    long bad = operands.vcpu(Seamcall.TDH_VP_INIT, regs[RCX], RCX, true);
    if (bad == 0) {
      bad = operands.complete();
    }
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    TdVcpu vcpu = operands.vcpu;
    if (vcpu.state != VCPU_UNINITIALIZED) {
      return TDX_VCPU_STATE_INCORRECT.value();
    }
    if (td.numVcpus == td.params.maxVcpus()) {
      return TDX_MAX_VCPUS_EXCEEDED.value();
    }
    bad = module.lps.tscAdjust(lp);
    if (bad != 0) {
      return bad;
    }
    vcpu.index = td.numVcpus++;
    vcpu.x2ApicId = withApicId ? (int) regs[R8] : vcpu.index;
    VcpuReset.apply(vcpu, module.cpu, regs[RDX]);
    associate(vcpu, lp);
    vcpu.state = VCPU_READY;
    return Leaf.SUCCESS;
  }

  /** VP.INIT writes the vCPU's VMCS on this logical processor. */
  private static void associate(TdVcpu vcpu, int lp) {
    vcpu.assocLp = lp;
    vcpu.td.numAssocVcpus++;
  }

  /** Part of teardown: a TD that is fatal is flushed like any other, in every OP_STATE. */
  private long flush(int lp, long[] regs) {
    long bad = operands.tdvpr(regs[RCX], RCX, true);
    if (bad == 0) {
      bad = operands.withKeys();
    }
    if (bad == 0) {
      bad = operands.complete();
    }
    if (bad != 0) {
      return bad;
    }
    if (operands.vcpu.assocLp != lp) {
      return TDX_VCPU_NOT_ASSOCIATED.value();
    }
    operands.vcpu.assocLp = TdVcpu.NO_LP;
    operands.td.numAssocVcpus--;
    return Leaf.SUCCESS;
  }

  private long enter(int lp, long[] regs) {
    long flags = module.version.is15() ? regs[RCX] & ENTER_FLAGS : 0;
    long bad = operands.vcpu(Seamcall.TDH_VP_ENTER, regs[RCX] & ~flags, RCX, false);
    if (bad == 0) {
      bad = operands.complete();
    }
    if (bad != 0) {
      return bad;
    }
    TdVcpu vcpu = operands.vcpu;
    if (vcpu.assocLp != lp && vcpu.assocLp != TdVcpu.NO_LP) {
      return TDX_VCPU_ASSOCIATED.value();
    }
    if (vcpu.state != VCPU_READY) {
      return TDX_VCPU_STATE_INCORRECT.value();
    }
    if (operands.td.epochLock.busyShared()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.TD_EPOCH);
    }
    bad = hostState(lp, vcpu);
    if (bad != 0) {
      return bad;
    }
    vcpu.enter(lp);
    guest.run(lp, vcpu, module.current);
    vcpu.exit();
    vcpu.lastExitTsc = guest.tsc();
    return regs[RAX];
  }

  /** What the host may not have changed since the TD was made, or last left. */
  private long hostState(int lp, TdVcpu vcpu) {
    long bad = module.lps.cpuidLimit(lp);
    if (bad == 0) {
      bad = module.lps.tscAdjust(lp);
    }
    if (bad != 0) {
      return bad;
    }
    return guest.tsc() < vcpu.lastExitTsc ? TDX_TSC_ROLLBACK.value() : Leaf.SUCCESS;
  }
}
