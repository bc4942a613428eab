package seamtape.sim.tdx;

import static seamtape.catalog.TdxOperand.TDCS;
import static seamtape.catalog.TdxOperand.TDR;
import static seamtape.catalog.TdxOperand.TDVPR;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_ADDR_RANGE_ERROR;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_OP_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_PAGE_METADATA_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TDCS_NOT_ALLOCATED;
import static seamtape.catalog.TdxStatus.TDX_TDCX_NUM_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TD_FATAL;
import static seamtape.catalog.TdxStatus.TDX_TD_KEYS_NOT_CONFIGURED;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdxStatus;

/** Checks of operands that all leaves share; a status other than 0 says what is wrong. */
final class Operands {
  private static final long PAGE_OFFSET = PhysicalMemory.PAGE_SIZE - 1;

  private final TdxModule module;
  private final Pamt pamt;

  /** Found by {@link #tdr}, {@link #td} and {@link #vcpu}. */
  Td td;

  /** Found by {@link #vcpu}. */
  TdVcpu vcpu;

  Operands(TdxModule module) {
    this.module = module;
    this.pamt = module.pamt;
  }

  /** OPERAND_INVALID of a register. */
  static long invalid(int register) {
    return TDX_OPERAND_INVALID.value() | register;
  }

  static long blame(TdxStatus status, int register) {
    return status.value() | register;
  }

  /** A shared address: aligned, in the physical width, without a private key id, with memory. */
  long shared(long hpa, long alignment, int register) {
    boolean good =
        (hpa & (alignment - 1)) == 0
            && hpa >>> TdxPlatform.PHYSICAL_BITS == 0
            && !module.keyIds.isPrivate(hpa >>> TdxPlatform.KEY_ID_SHIFT)
            && module.memory.exists(plain(hpa));
    return good ? Leaf.SUCCESS : invalid(register);
  }

  /** The address without its key id. */
  static long plain(long hpa) {
    return hpa & ((1L << TdxPlatform.KEY_ID_SHIFT) - 1);
  }

  /** The bytes of a checked shared page. */
  byte[] bytes(long hpa) {
    return module.memory.page(plain(hpa));
  }

  /** A page of TDX memory: aligned, no key id, in an initialized TDMR; finds its PAMT entry. */
  long page(long hpa, int register) {
    if ((hpa & PAGE_OFFSET) != 0 || hpa >>> TdxPlatform.KEY_ID_SHIFT != 0) {
      return invalid(register);
    }
    return pamt.find(hpa) ? Leaf.SUCCESS : blame(TDX_OPERAND_ADDR_RANGE_ERROR, register);
  }

  /** A page that is nobody's; {@link Pamt} stands on its entry. */
  long freePage(long hpa, int register) {
    return freePage(hpa, register, true);
  }

  /**
   * A page that is nobody's.
   *
   * @param exclusive how its entry is locked
   */
  long freePage(long hpa, int register, boolean exclusive) {
    long bad = page(hpa, register);
    if (bad != 0) {
      return bad;
    }
    return pamt.type() == Pamt.NDA ? Leaf.SUCCESS : wrongType(exclusive, register);
  }

  /** Of a page of another type: it is locked before its type is looked at. */
  private long wrongType(boolean exclusive, int register) {
    ModuleLock lock = null;
    if (pamt.control() instanceof Td other) {
      lock = other.lock;
    } else if (pamt.control() instanceof TdVcpu other) {
      lock = other.lock;
    }
    boolean busy = lock != null && (exclusive ? lock.busyExclusive() : lock.busyShared());
    return blame(busy ? TDX_OPERAND_BUSY : TDX_PAGE_METADATA_INCORRECT, register);
  }

  /** A page of a size that is nobody's, and no smaller page in it either. */
  long freePage(long hpa, int level, int register) {
    if (level == Pamt.LEVEL_4K) {
      return freePage(hpa, register);
    }
    if ((hpa & ((1L << (12 + 9 * level)) - 1)) != 0) {
      return invalid(register);
    }
    long bad = freePage(hpa, register);
    if (bad != 0) {
      return bad;
    }
    if (!pamt.allSmallFree(hpa)) {
      return blame(TDX_PAGE_METADATA_INCORRECT, register);
    }
    pamt.findAt(hpa, level);
    return Leaf.SUCCESS;
  }

  /** A TDR page and its lock. */
  long tdr(long hpa, int register, boolean exclusive) {
    long bad = page(hpa, register);
    if (bad != 0) {
      return bad;
    }
    if (pamt.type() != Pamt.TDR) {
      return wrongType(exclusive, register);
    }
    td = (Td) pamt.control();
    boolean busy = exclusive ? td.lock.busyExclusive() : td.lock.busyShared();
    return busy ? TDX_OPERAND_BUSY.with(TDR) : Leaf.SUCCESS;
  }

  /** A TDR page whose TD is alive and in a state that lets the leaf pass. */
  long td(Seamcall leaf, long hpa, int register, boolean exclusive) {
    long bad = tdr(hpa, register, exclusive);
    return bad != 0 ? bad : alive(leaf, exclusive);
  }

  /** Fatal, keys, TDCS, its lock, OP_STATE: in this order. */
  private long alive(Seamcall leaf, boolean exclusive) {
    long bad = keyed();
    if (bad != 0) {
      return bad;
    }
    if (td.numTdcx < Td.MIN_TDCX) {
      return TDX_TDCS_NOT_ALLOCATED.value();
    }
    boolean busy = exclusive ? td.tdcsLock.busyExclusive() : td.tdcsLock.busyShared();
    if (busy) {
      return TDX_OPERAND_BUSY.with(TDCS);
    }
    return opState(leaf, td.opState);
  }

  long keyed() {
    return td.fatal ? TDX_TD_FATAL.value() : withKeys();
  }

  long withKeys() {
    return td.lifecycle == TdLifecycleState.TD_KEYS_CONFIGURED
        ? Leaf.SUCCESS
        : TDX_TD_KEYS_NOT_CONFIGURED.value();
  }

  static long opState(Seamcall leaf, TdOpState state) {
    return OpStates.allows(leaf, state) ? Leaf.SUCCESS : TDX_OP_STATE_INCORRECT.value();
  }

  /** A TDVPR page and its lock. */
  long tdvpr(long hpa, int register, boolean exclusive) {
    long bad = page(hpa, register);
    if (bad != 0) {
      return bad;
    }
    if (pamt.type() != Pamt.TDVPR) {
      return wrongType(exclusive, register);
    }
    vcpu = (TdVcpu) pamt.control();
    td = vcpu.td;
    boolean busy = exclusive ? vcpu.lock.busyExclusive() : vcpu.lock.busyShared();
    return busy ? TDX_OPERAND_BUSY.with(TDVPR) : Leaf.SUCCESS;
  }

  /** A TDVPR page whose TD is alive and in a state that lets the leaf pass. */
  long vcpu(Seamcall leaf, long hpa, int register, boolean exclusive) {
    long bad = tdvpr(hpa, register, exclusive);
    return bad != 0 ? bad : alive(leaf, false);
  }

  /** The vCPU has the control pages it needs. */
  long complete() {
    return vcpu.numPages < TdVcpu.MIN_PAGES ? TDX_TDCX_NUM_INCORRECT.value() : Leaf.SUCCESS;
  }

  /** Gives a free large page that the PAMT stands on to the TD. */
  void takeLarge(int type, int level) {
    take(type, null);
    long pages = 1L << (9 * level);
    td.childCount += pages - 1;
    for (long i = 1; i < pages; i++) {
      module.memory.keyId(pamt.base() + i * PhysicalMemory.PAGE_SIZE, td.keyId);
    }
  }

  /** Takes a page back from the TD. */
  void release(long hpa) {
    pamt.find(hpa);
    td.childCount -= 1L << (9 * pamt.level());
    pamt.release();
  }

  /** Gives the free page that the PAMT stands on to the TD. */
  void take(int type, Object control) {
    pamt.take(type, td, control);
    td.childCount++;
    module.memory.keyId(pamt.base(), td.keyId);
  }
}
