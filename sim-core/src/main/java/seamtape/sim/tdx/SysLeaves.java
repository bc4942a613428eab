package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_KEY_CONFIGURED;
import static seamtape.catalog.TdxStatus.TDX_KEY_GENERATION_FAILED;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_RND_NO_ENTROPY;
import static seamtape.catalog.TdxStatus.TDX_SYS_BUSY;
import static seamtape.catalog.TdxStatus.TDX_SYS_CONFIG_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_INIT_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_INVALID_HANDOFF;
import static seamtape.catalog.TdxStatus.TDX_SYS_KEY_CONFIG_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_LP_INIT_DONE;
import static seamtape.catalog.TdxStatus.TDX_SYS_LP_INIT_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TDMR_ALREADY_INITIALIZED;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.tdx.TdxModule.State;

/** TDH.SYS.*: the module's own life, from its initialization to its shutdown. */
final class SysLeaves {
  /** Pointers to TDMR_INFO that SYS.CONFIG takes. */
  static final int MAX_TDMRS = 64;

  /** Version of handoff data that this module writes. */
  static final int MODULE_HANDOFF_VERSION = 0;

  private final TdxModule module;
  private final Operands operands;
  private final boolean[] lpInitialized;
  private long packagesConfigured;

  SysLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.lpInitialized = new boolean[module.platform.lps()];
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_SYS_INIT, this::init);
    table.add(Seamcall.TDH_SYS_LP_INIT, this::lpInit);
    table.add(Seamcall.TDH_SYS_CONFIG, this::config);
    table.add(Seamcall.TDH_SYS_KEY_CONFIG, this::keyConfig);
    table.add(Seamcall.TDH_SYS_TDMR_INIT, this::tdmrInit);
    table.add(Seamcall.TDH_SYS_LP_SHUTDOWN, this::lpShutdown);
    table.add(Seamcall.TDH_SYS_SHUTDOWN, this::shutdown);
    table.add(Seamcall.TDH_SYS_UPDATE, this::update);
  }

  boolean lpInitialized(int lp) {
    return lpInitialized[lp];
  }

  private long init(int lp, long[] regs) {
    if (regs[RCX] != 0) {
      return Operands.invalid(RCX);
    }
    if (module.lock.busyExclusive()) {
      return TDX_SYS_BUSY.value();
    }
    if (module.state != State.SYSINIT_PENDING) {
      return TDX_SYS_INIT_NOT_PENDING.value();
    }
    if (module.entropy.dry()) {
      return TDX_RND_NO_ENTROPY.value();
    }
    long bad = module.lps.cpuidLimit(lp);
    if (bad != 0) {
      return bad;
    }
    module.lps.sysInit(lp);
    module.state = State.SYSINIT_DONE;
    clear(regs, RCX, RDX, R8, Gpr.R9, Gpr.R10);
    return Leaf.SUCCESS;
  }

  private long lpInit(int lp, long[] regs) {
    if (module.lock.busyShared()) {
      return TDX_SYS_BUSY.value();
    }
    if (module.state != State.SYSINIT_DONE) {
      return TDX_SYS_LP_INIT_NOT_PENDING.value();
    }
    if (lpInitialized[lp]) {
      return TDX_SYS_LP_INIT_DONE.value();
    }
    if (module.entropy.dry()) {
      return TDX_RND_NO_ENTROPY.value();
    }
    long bad = module.lps.cpuidLimit(lp);
    if (bad == 0) {
      bad = module.lps.tscAdjust(lp);
    }
    if (bad != 0) {
      return bad;
    }
    lpInitialized[lp] = true;
    clear(regs, RCX, RDX, R8);
    return Leaf.SUCCESS;
  }

  private boolean allLpsInitialized() {
    for (boolean initialized : lpInitialized) {
      if (!initialized) {
        return false;
      }
    }
    return true;
  }

  private long config(int lp, long[] regs) {
    if (module.lock.busyExclusive()) {
      return TDX_SYS_BUSY.value();
    }
    if (module.state != State.SYSINIT_DONE || !allLpsInitialized()) {
      return TDX_SYS_CONFIG_NOT_PENDING.value();
    }
    if (regs[R8] >>> 16 != 0) {
      return Operands.invalid(R8);
    }
    long bad = operands.shared(regs[RCX], 512, RCX);
    if (bad != 0) {
      return bad;
    }
    if (regs[RDX] < 1 || regs[RDX] > MAX_TDMRS) {
      return Operands.invalid(RDX);
    }
    if (!module.keyIds.isPrivate(regs[R8])) {
      return Operands.invalid(R8);
    }
    return configure(regs[RCX], (int) regs[RDX], (int) regs[R8]);
  }

  private long configure(long pointers, int count, int keyId) {
    TdmrConfig config = new TdmrConfig(module.platform.cmrs());
    byte[] array = operands.bytes(pointers);
    int offset = (int) pointers & (PhysicalMemory.PAGE_SIZE - 1);
    for (int i = 0; i < count; i++) {
      long info = Bytes.u64(array, offset + 8 * i);
      if (operands.shared(info, 512, RCX) != 0) {
        return seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID.with(TdxOperand.TDMR_INFO_PA);
      }
      int at = (int) info & (PhysicalMemory.PAGE_SIZE - 1);
      long bad = config.add(operands.bytes(info), at);
      if (bad != 0) {
        return bad;
      }
    }
    long bad = config.checkPamts();
    if (bad != 0) {
      return bad;
    }
    module.tdmrs = config.tdmrs();
    module.tdmrs.forEach(module.pamt::add);
    module.globalKeyId = keyId;
    module.keyIds.reserve(keyId);
    module.state = State.SYSCONFIG_DONE;
    return Leaf.SUCCESS;
  }

  private long keyConfig(int lp, long[] regs) {
    if (module.lock.busyShared()) {
      return TDX_SYS_BUSY.value();
    }
    if (module.state != State.SYSCONFIG_DONE) {
      return TDX_SYS_KEY_CONFIG_NOT_PENDING.value();
    }
    long bit = 1L << module.platform.packageOf(lp);
    if ((packagesConfigured & bit) != 0) {
      return TDX_KEY_CONFIGURED.value();
    }
    if (module.keyIds.lock.busyShared()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.KET);
    }
    if (module.entropy.dry()) {
      return TDX_KEY_GENERATION_FAILED.value();
    }
    packagesConfigured |= bit;
    if (packagesConfigured == module.platform.allPackages()) {
      module.state = State.READY;
    }
    return Leaf.SUCCESS;
  }

  private long tdmrInit(int lp, long[] regs) {
    Tdmr tdmr = null;
    for (Tdmr candidate : module.tdmrs) {
      if (candidate.base() == regs[RCX]) {
        tdmr = candidate;
      }
    }
    if (tdmr == null) {
      return Operands.invalid(RCX);
    }
    if (module.lock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.TDMR);
    }
    if (tdmr.complete()) {
      return TDX_TDMR_ALREADY_INITIALIZED.value();
    }
    tdmr.step();
    regs[RDX] = tdmr.usableEnd();
    return Leaf.SUCCESS;
  }

  /** Up to 1.0 it ended the module; since 1.5 it does nothing. */
  private long lpShutdown(int lp, long[] regs) {
    if (!module.version.is15()) {
      module.state = State.SHUTDOWN;
    }
    return Leaf.SUCCESS;
  }

  private long shutdown(int lp, long[] regs) {
    if (regs[RCX] != MODULE_HANDOFF_VERSION) {
      return Operands.invalid(RCX);
    }
    if (module.lock.busyExclusive()) {
      return TDX_SYS_BUSY.value();
    }
    module.state = State.SHUTDOWN;
    return Leaf.SUCCESS;
  }

  /** No module was there before this one, so there is never handoff data to take over. */
  private long update(int lp, long[] regs) {
    if (module.lock.busyExclusive()) {
      return TDX_SYS_BUSY.value();
    }
    if (module.state != State.SYSINIT_DONE || !allLpsInitialized()) {
      return TDX_SYS_STATE_INCORRECT.value();
    }
    return TDX_SYS_INVALID_HANDOFF.value();
  }

  private static void clear(long[] regs, int... which) {
    for (int register : which) {
      regs[register] = 0;
    }
  }
}
