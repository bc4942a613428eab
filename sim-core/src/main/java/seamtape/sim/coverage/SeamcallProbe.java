package seamtape.sim.coverage;

import static seamtape.catalog.Seamcall.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatus;

/**
 * Leads a TDX module from SYS.INIT to its shutdown, and two TDs on it from their creation to the
 * last page, and makes every SEAMCALL on the way where it can succeed. A leaf is modelled where it
 * did; regular where the module knows it and only ever refuses it; absent where it is answered as a
 * number that nobody knows.
 */
final class SeamcallProbe {
  private static final long GIB = 1L << 30;
  private static final long SECOND_RANGE = 4 * GIB;
  private static final int TDMRS = 2;
  private static final int GLOBAL_KEY = 32;
  private static final int KEY = 33;
  private static final int DEBUG_KEY = 34;
  private static final int ATTRIBUTE_DEBUG = 1;

  /** Pages of TDCS and of TDVPS: no version needs more, and one too many is only refused. */
  private static final int CONTROL_PAGES = 9;

  private static final long UNKNOWN = TdxStatus.TDX_OPERAND_INVALID.with(TdxOperand.RAX);
  private static final long GPA = 0x1000;
  private static final long NEXT = 0x2000;

  /** A 2 MiB entry, and host memory for it that the kernel's allocator does not reach. */
  private static final long LARGE = 0x20_0000 | 1;

  private static final long LARGE_PAGE = SECOND_RANGE + GIB / 2;
  private static final long OTHER_LARGE = 0x40_0000 | 1;

  /** A metadata field id that asks for the first one. */
  private static final long FIRST = -1;

  private static final long TDCS_XFAM = 0x9110_0003_0000_0003L;

  /** NOTIFY_ENABLES, which the host of a debug TD may write in every version. */
  private static final long TDCS_NOTIFY = 0x9110_0003_0000_0010L;

  private static final long POSTED_INTERRUPT_DESCRIPTOR = 0x203c;

  private final ProbedModule at;
  private long tdr;
  private long tdvpr;

  private SeamcallProbe(ProbedModule at) {
    this.at = at;
  }

  /** How each leaf is answered by a module on a machine of a profile. */
  static Map<Seamcall, Status> ask(String profile, String module) {
    Map<Seamcall, Status> statuses = new EnumMap<>(Seamcall.class);
    try (ProbedModule at = new ProbedModule(profile, module)) {
      if (at.open()) {
        new SeamcallProbe(at).lead();
      }
      for (Seamcall leaf : Seamcall.values()) {
        statuses.put(leaf, at.open() ? status(at, leaf) : Status.ABSENT);
      }
    }
    return statuses;
  }

  private static Status status(ProbedModule at, Seamcall leaf) {
    if (at.succeeded(leaf)) {
      return Status.MODELLED;
    }
    // SEAMCALL_? stands for the numbers that nobody knows: their rule is the refusal.
    boolean known = leaf == SEAMCALL_UNKNOWN || at.dispatches(leaf, UNKNOWN);
    return known ? Status.REGULAR : Status.ABSENT;
  }

  private void lead() {
    bringUp();
    metadata();
    tdr = created(KEY);
    initialize(0);
    measure();
    vcpu();
    at.call(TDH_MR_FINALIZE, tdr);
    at.call(TDH_VP_ENTER, tdvpr);
    change();
    resize();
    tearDown();
    tdr = created(DEBUG_KEY);
    initialize(ATTRIBUTE_DEBUG);
    debug();
    everyLeaf();
    at.call(TDH_SYS_SHUTDOWN);
    at.call(TDH_SYS_LP_SHUTDOWN);
  }

  private void bringUp() {
    at.call(TDH_SYS_INIT);
    for (at.lp = 0; at.lp < ProbedModule.LPS; at.lp++) {
      at.call(TDH_SYS_LP_INIT);
    }
    at.lp = 0;
    at.call(TDH_SYS_UPDATE);
    at.call(TDH_SYS_INFO, at.page(), 1024, at.page(), 32);
    ByteBuffer pointers = page();
    pointers.putLong(at.page(tdmr(0, 0x10_0000)));
    pointers.putLong(at.page(tdmr(SECOND_RANGE, 0)));
    at.call(TDH_SYS_CONFIG, at.page(pointers.array()), TDMRS, GLOBAL_KEY);
    at.call(TDH_SYS_KEY_CONFIG);
    for (long base : new long[] {0, SECOND_RANGE}) {
      while (at.call(TDH_SYS_TDMR_INIT, base) == 0 && at.rdx() < base + GIB) {
        // One call initializes a part.
      }
    }
  }

  private static ByteBuffer page() {
    return ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** TDMR_INFO of a GiB that begins with a hole, and whose last 5 MiB are for its PAMTs. */
  private static byte[] tdmr(long base, long hole) {
    long pamts = GIB - (5 << 20);
    ByteBuffer info = page().putLong(base).putLong(GIB);
    info.putLong(base + pamts).putLong(4096);
    info.putLong(base + pamts + 4096).putLong(8192);
    info.putLong(base + pamts + 0x10_0000).putLong(4 << 20);
    if (hole > 0) {
      info.putLong(0).putLong(hole);
    }
    return info.putLong(pamts).putLong(5 << 20).array();
  }

  private void metadata() {
    at.call(TDH_SYS_RD, 0, FIRST);
    at.call(TDH_SYS_RDALL, 0, at.page(), FIRST);
    at.call(TDH_PHYMEM_PAGE_WBINVD, at.page());
    at.call(TDH_MNG_KEY_RECLAIMID);
  }

  private long created(int key) {
    long root = at.page();
    at.call(TDH_MNG_CREATE, root, key);
    at.call(TDH_MNG_KEY_CONFIG, root);
    for (int i = 0; i < CONTROL_PAGES; i++) {
      at.call(TDH_MNG_ADDCX, at.page(), root);
    }
    return root;
  }

  /** TD_PARAMS that every version accepts: attributes, XFAM, vCPUs, EPT, TSC frequency. */
  private void initialize(int attributes) {
    ByteBuffer params = page().putLong(0, attributes).putLong(8, 7).putShort(16, (short) 4);
    params.putLong(24, 6 | 3 << 3).putShort(40, (short) 80);
    at.call(TDH_MNG_INIT, tdr, at.page(params.array()));
    for (int level = 3; level > 0; level--) {
      at.call(TDH_MEM_SEPT_ADD, level, tdr, at.page());
    }
    at.call(TDH_MEM_PAGE_ADD, GPA, tdr, at.page(), at.page());
  }

  private void measure() {
    at.call(TDH_MR_EXTEND, GPA, tdr);
    at.call(TDH_MNG_RD, tdr, TDCS_XFAM);
    at.call(TDH_MEM_SEPT_RD, GPA, tdr);
    at.call(TDH_PHYMEM_PAGE_RDMD, tdr);
  }

  private void vcpu() {
    tdvpr = at.page();
    at.call(TDH_VP_CREATE, tdvpr, tdr);
    for (int i = 0; i < CONTROL_PAGES; i++) {
      at.call(TDH_VP_ADDCX, at.page(), tdvpr);
    }
    at.call(TDH_VP_INIT, tdvpr, 0);
    at.version(1, TDH_VP_RD, tdvpr, FIRST);
    at.call(TDH_VP_RD, tdvpr, POSTED_INTERRUPT_DESCRIPTOR);
    at.call(TDH_VP_WR, tdvpr, POSTED_INTERRUPT_DESCRIPTOR, at.page(), -1);
  }

  /** Each with a TD, which is what most ask for first; those that end the module come last. */
  private void everyLeaf() {
    for (Seamcall leaf : values()) {
      if (leaf != TDH_SYS_SHUTDOWN && leaf != TDH_SYS_LP_SHUTDOWN) {
        at.call(leaf, tdr, tdr);
      }
    }
  }

  /** A page is blocked and comes back, moves, and another one goes. */
  private void change() {
    at.call(TDH_MEM_PAGE_AUG, NEXT, tdr, at.page());
    block(GPA);
    at.call(TDH_MEM_RANGE_UNBLOCK, GPA, tdr);
    block(GPA);
    at.call(TDH_MEM_PAGE_RELOCATE, GPA, tdr, at.page());
    block(NEXT);
    at.call(TDH_MEM_PAGE_REMOVE, NEXT, tdr);
  }

  private void block(long mapping) {
    at.call(TDH_MEM_RANGE_BLOCK, mapping, tdr);
    at.call(TDH_MEM_TRACK, tdr);
    at.call(TDH_VP_ENTER, tdvpr);
  }

  /** 2 MiB become 512 pages and 2 MiB again; an empty page of the Secure EPT goes. */
  private void resize() {
    at.call(TDH_MEM_PAGE_AUG, LARGE, tdr, LARGE_PAGE);
    block(LARGE);
    at.call(TDH_MEM_PAGE_DEMOTE, LARGE, tdr, at.page());
    block(LARGE);
    at.call(TDH_MEM_PAGE_PROMOTE, LARGE, tdr);
    at.call(TDH_MEM_SEPT_ADD, OTHER_LARGE, tdr, at.page());
    block(OTHER_LARGE);
    at.call(TDH_MEM_SEPT_REMOVE, OTHER_LARGE, tdr);
  }

  private void tearDown() {
    at.call(TDH_VP_FLUSH, tdvpr);
    at.call(TDH_MNG_VPFLUSHDONE, tdr);
    at.call(TDH_PHYMEM_CACHE_WB);
    at.call(TDH_MNG_KEY_FREEID, tdr);
    at.call(TDH_PHYMEM_PAGE_RECLAIM, tdvpr);
  }

  private void debug() {
    at.call(TDH_MEM_RD, GPA, tdr);
    at.call(TDH_MEM_WR, GPA, tdr, 1);
    at.call(TDH_MNG_WR, tdr, TDCS_NOTIFY, 1, 1);
  }
}
