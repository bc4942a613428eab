package seamtape.sim.tdx;

import static seamtape.catalog.TdLifecycleState.TD_BLOCKED;
import static seamtape.catalog.TdLifecycleState.TD_HKID_ASSIGNED;
import static seamtape.catalog.TdLifecycleState.TD_KEYS_CONFIGURED;
import static seamtape.catalog.TdLifecycleState.TD_TEARDOWN;
import static seamtape.catalog.TdxStatus.TDX_FLUSHVP_NOT_DONE;
import static seamtape.catalog.TdxStatus.TDX_HKID_NOT_FREE;
import static seamtape.catalog.TdxStatus.TDX_KEY_CONFIGURED;
import static seamtape.catalog.TdxStatus.TDX_KEY_GENERATION_FAILED;
import static seamtape.catalog.TdxStatus.TDX_LIFECYCLE_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_RND_NO_ENTROPY;
import static seamtape.catalog.TdxStatus.TDX_TDCX_NUM_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TD_FATAL;
import static seamtape.catalog.TdxStatus.TDX_WBCACHE_NOT_COMPLETE;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;

/** TDH.MNG.*: a TD from its key id to the end of its key id. */
final class MngLeaves {
  private final TdxModule module;
  private final Operands operands;

  MngLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MNG_CREATE, this::create);
    table.add(Seamcall.TDH_MNG_KEY_CONFIG, this::keyConfig);
    table.add(Seamcall.TDH_MNG_ADDCX, this::addCx);
    table.add(Seamcall.TDH_MNG_INIT, this::init);
    table.add(Seamcall.TDH_MNG_VPFLUSHDONE, this::vpFlushDone);
    table.add(Seamcall.TDH_MNG_KEY_FREEID, this::keyFreeId);
    table.add(Seamcall.TDH_MNG_KEY_RECLAIMID, (lp, regs) -> Leaf.SUCCESS);
  }

  private long create(int lp, long[] regs) {
    long tdr = regs[RCX];
    long keyId = regs[RDX];
    if (keyId >>> 16 != 0 || !module.keyIds.isPrivate(keyId)) {
      return Operands.invalid(RDX);
    }
    long bad = operands.freePage(tdr, RCX);
    if (bad != 0) {
      return bad;
    }
    if (module.keyIds.lock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.KOT);
    }
    if (module.keyIds.state((int) keyId) != KeyIds.State.FREE) {
      return TDX_HKID_NOT_FREE.value();
    }
    if (module.entropy.dry()) {
      return TDX_RND_NO_ENTROPY.value();
    }
    Td td = new Td(tdr, (int) keyId);
    for (int i = 0; i < td.uuid.length; i++) {
      td.uuid[i] = module.entropy.next();
    }
    module.keyIds.assign((int) keyId, td);
    module.pamt.take(Pamt.TDR, null, td);
    module.memory.keyId(tdr, module.globalKeyId);
    return Leaf.SUCCESS;
  }

  private long keyConfig(int lp, long[] regs) {
    long bad = operands.tdr(regs[RCX], RCX, true);
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    if (td.fatal) {
      return TDX_TD_FATAL.value();
    }
    if (td.lifecycle != TD_HKID_ASSIGNED) {
      return TDX_LIFECYCLE_STATE_INCORRECT.value();
    }
    if (module.keyIds.lock.busyShared()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.KET);
    }
    long bit = 1L << module.platform.packageOf(lp);
    if ((td.packagesConfigured & bit) != 0) {
      return TDX_KEY_CONFIGURED.value();
    }
    if (module.entropy.dry()) {
      return TDX_KEY_GENERATION_FAILED.value();
    }
    td.packagesConfigured |= bit;
    if (td.packagesConfigured == module.platform.allPackages()) {
      td.lifecycle = TD_KEYS_CONFIGURED;
    }
    return Leaf.SUCCESS;
  }

  private long addCx(int lp, long[] regs) {
    long bad = operands.tdr(regs[RDX], RDX, true);
    if (bad == 0) {
      bad = operands.keyed();
    }
    if (bad == 0) {
      bad = Operands.opState(Seamcall.TDH_MNG_ADDCX, operands.td.opState);
    }
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    if (td.numTdcx == Td.MAX_TDCX) {
      return TDX_TDCX_NUM_INCORRECT.value();
    }
    bad = operands.freePage(regs[RCX], RCX);
    if (bad != 0) {
      return bad;
    }
    if (module.entropy.dry()) {
      return TDX_RND_NO_ENTROPY.value();
    }
    operands.take(Pamt.TDCX, null);
    td.tdcx[td.numTdcx++] = regs[RCX];
    return Leaf.SUCCESS;
  }

  private long init(int lp, long[] regs) {
    long tdr = regs[RCX];
    long paramsAt = regs[RDX];
    regs[RCX] = 0;
    long bad = module.lps.cpuidLimit(lp);
    if (bad == 0) {
      bad = operands.td(Seamcall.TDH_MNG_INIT, tdr, RCX, true);
    }
    if (bad == 0) {
      bad = operands.shared(paramsAt, TdParamsReader.SIZE, RDX);
    }
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    TdParamsReader reader = new TdParamsReader(module.version, module.cpu, td.numTdcx);
    int offset = (int) paramsAt & (PhysicalMemory.PAGE_SIZE - 1);
    bad = reader.read(operands.bytes(paramsAt), offset, module.lps.tscAdjust(lp));
    if (bad != 0) {
      regs[RCX] = reader.badCpuidLeaf();
      return bad;
    }
    TdParams params = reader.params();
    td.initialize(params, new TdCpuid(params, module.cpu), module.pamt);
    td.startTsc(module.hostTsc(), module.cpu.tscKhz());
    return Leaf.SUCCESS;
  }

  private long vpFlushDone(int lp, long[] regs) {
    long bad = operands.tdr(regs[RCX], RCX, true);
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    if (module.keyIds.lock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.KOT);
    }
    if (td.lifecycle != TD_HKID_ASSIGNED && td.lifecycle != TD_KEYS_CONFIGURED) {
      return TDX_LIFECYCLE_STATE_INCORRECT.value();
    }
    if (td.numAssocVcpus != 0) {
      return TDX_FLUSHVP_NOT_DONE.value();
    }
    td.lifecycle = TD_BLOCKED;
    module.keyIds.flushed(td.keyId);
    return Leaf.SUCCESS;
  }

  private long keyFreeId(int lp, long[] regs) {
    long bad = operands.tdr(regs[RCX], RCX, true);
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    if (module.keyIds.lock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.KOT);
    }
    if (td.lifecycle != TD_BLOCKED) {
      return TDX_LIFECYCLE_STATE_INCORRECT.value();
    }
    if (!module.keyIds.writtenBackEverywhere(td.keyId)) {
      return TDX_WBCACHE_NOT_COMPLETE.value();
    }
    td.lifecycle = TD_TEARDOWN;
    module.keyIds.free(td.keyId);
    return Leaf.SUCCESS;
  }
}
