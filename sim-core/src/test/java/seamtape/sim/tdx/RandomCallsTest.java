package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdxStatus;

/**
 * Random SEAMCALLs, sensible and not, some of them while a vCPU runs on another logical processor:
 * no invariant breaks, no status is out of its row, and a call that is refused changes nothing.
 */
final class RandomCallsTest {
  private static final int CALLS = Boolean.getBoolean("seamtape.soak") ? 1_000_000 : 100_000;

  /** The first calls are each followed by a look at everything; later one in many is. */
  private static final int EACH_CHECKED = CALLS / 20;

  private static final int CHECK_EVERY = 100;
  private static final int RESTART_EVERY = 300;
  private static final int POOL = 400;

  /** Pairs of leaf and status that a run reaches at least. */
  private static final int PAIRS_1_5 = 400;

  private static final int PAIRS_1_0 = 300;
  private static final Seamcall[] LEAVES = Seamcall.values();

  /** What a host does most, so that TDs get far. */
  private static final Seamcall[] OFTEN = {
    Seamcall.TDH_MEM_SEPT_REMOVE,
    Seamcall.TDH_MNG_CREATE,
    Seamcall.TDH_MNG_KEY_CONFIG,
    Seamcall.TDH_MNG_ADDCX,
    Seamcall.TDH_MNG_ADDCX,
    Seamcall.TDH_MNG_ADDCX,
    Seamcall.TDH_MNG_INIT,
    Seamcall.TDH_VP_CREATE,
    Seamcall.TDH_VP_ADDCX,
    Seamcall.TDH_VP_ADDCX,
    Seamcall.TDH_VP_INIT,
    Seamcall.TDH_VP_ENTER,
    Seamcall.TDH_VP_FLUSH,
    Seamcall.TDH_MEM_SEPT_ADD,
    Seamcall.TDH_MEM_SEPT_ADD,
    Seamcall.TDH_MEM_PAGE_ADD,
    Seamcall.TDH_MEM_PAGE_AUG,
    Seamcall.TDH_MEM_PAGE_AUG,
    Seamcall.TDH_MEM_RANGE_BLOCK,
    Seamcall.TDH_MEM_TRACK,
    Seamcall.TDH_MEM_PAGE_REMOVE,
    Seamcall.TDH_MEM_PAGE_RELOCATE,
    Seamcall.TDH_MEM_PAGE_DEMOTE,
    Seamcall.TDH_MEM_PAGE_PROMOTE,
    Seamcall.TDH_MEM_RANGE_UNBLOCK,
    Seamcall.TDH_MR_EXTEND,
    Seamcall.TDH_MR_FINALIZE,
    Seamcall.TDH_PHYMEM_PAGE_RECLAIM
  };

  private final Random random = new Random(20261128);
  private final List<Long> pages = new ArrayList<>();
  private final TreeMap<String, Integer> succeeded = new TreeMap<>();

  /** Leaves with statuses that they gave. */
  private final TreeSet<String> seen = new TreeSet<>();

  private StatusRows rows;
  private boolean running;
  private TestTdx host;
  private long params;
  private SensibleHost sensible;
  private Seamcall last;

  /** Of pages, keys and secure EPTs after the last look. */
  private long state;

  /** The TDs there are; null when that may have changed. */
  private List<Td> known;

  @ParameterizedTest
  @EnumSource(names = {"V1_0", "V1_5_01", "V1_5"})
  void neverBreakAnInvariantAndAnswerWithinTheRow(TdxModuleVersion version) throws IOException {
    rows = new StatusRows();
    host = new TestTdx(version, this::whileItRuns);
    host.bringUp();
    makePools();
    for (int i = 0; i < CALLS; i++) {
      host.lp = random.nextInt(16) == 0 ? 1 : 0;
      long status = checkedStep();
      Seamcall leaf = last;
      if (i < EACH_CHECKED || i % CHECK_EVERY == 0) {
        long before = state;
        state = Invariants.check(host.module);
        boolean compares = i > 0 && i < EACH_CHECKED && i % RESTART_EVERY != 1;
        assertTrue(
            status >= 0 || !compares || state == before,
            () -> leaf + " was refused and did something");
      }
      if (i % RESTART_EVERY == 0) {
        restart();
      }
      if (i % RESTART_EVERY == RESTART_EVERY * 3 / 4) {
        machineCheck();
      }
    }
    Invariants.check(host.module);
    for (Seamcall leaf : OFTEN) {
      assertTrue(succeeded.containsKey(leaf.name()), leaf + " never succeeded: " + succeeded);
    }
    assertEquals(TdxModule.State.READY, host.module.state());
    int floor = version.is15() ? PAIRS_1_5 : PAIRS_1_0;
    assertTrue(seen.size() >= floor, () -> seen.size() + " leaves with statuses: " + seen);
  }

  private long checkedStep() {
    long status = step();
    Seamcall leaf = last;
    boolean exit = leaf == Seamcall.TDH_VP_ENTER && status == 1;
    assertTrue(
        exit || rows.allows(leaf.number(), status), () -> leaf + " " + TdxStatus.text(status));
    if (leaf == Seamcall.TDH_MNG_CREATE || leaf == Seamcall.TDH_PHYMEM_PAGE_RECLAIM) {
      known = null;
    }
    if (status == 0 || exit) {
      succeeded.merge(leaf.name(), 1, Integer::sum);
    }
    seen.add(leaf + " " + (exit ? "exit" : TdxStatus.of(status).orElseThrow().name()));
    return status;
  }

  /** The guest: sometimes the host makes a call elsewhere meanwhile, and finds locks taken. */
  private void whileItRuns(int lp, TdVcpu vcpu, Registers regs) {
    if (!running && random.nextInt(3) == 0) {
      running = true;
      long[] kept = regs.gpr.clone();
      host.lp = lp == 0 ? 1 : 0;
      checkedStep();
      host.lp = lp;
      last = Seamcall.TDH_VP_ENTER;
      System.arraycopy(kept, 0, regs.gpr, 0, kept.length);
      running = false;
    }
    TdGuest.INTERRUPTED.run(lp, vcpu, regs);
  }

  private long step() {
    List<Td> tds = tds();
    if (!tds.isEmpty() && random.nextInt(3) > 0) {
      Td td = tds.get(random.nextInt(tds.size()));
      if (td.lifecycle == TdLifecycleState.TD_TEARDOWN) {
        last = Seamcall.TDH_PHYMEM_PAGE_RECLAIM;
        return host.call(last, page());
      }
      boolean goesOn = td.opState != TdOpState.UNINITIALIZED || random.nextInt(3) == 0;
      if (td.lifecycle.value() < 2 && !td.fatal && goesOn) {
        sensible.next(td);
        last = sensible.leaf;
        return host.call(last, sensible.operands);
      }
    }
    last = random.nextInt(3) == 0 ? any() : OFTEN[random.nextInt(OFTEN.length)];
    int leafVersion = random.nextInt(8) == 0 ? random.nextInt(3) : 0;
    return host.callRaw(last.number() & 0xffff | (long) leafVersion << 16, operands(last));
  }

  /** Shutting down would end the run; it has its own test. */
  private Seamcall any() {
    Seamcall leaf = LEAVES[random.nextInt(LEAVES.length)];
    boolean ends = leaf == Seamcall.TDH_SYS_SHUTDOWN || leaf == Seamcall.TDH_SYS_LP_SHUTDOWN;
    boolean loader = leaf == Seamcall.SEAMLDR_INFO || leaf == Seamcall.SEAMLDR_INSTALL;
    return ends || loader ? Seamcall.TDH_SYS_RD : leaf;
  }

  private void makePools() {
    for (int i = 0; i < POOL; i++) {
      pages.add(host.page());
    }
    long large = host.memory.allocateBlock(16L << 20, 1L << 21) - (8 << 20) & -(1L << 21);
    for (int i = 0; i < 4; i++) {
      pages.add(large + ((long) i << 21));
    }
    params = host.params();
    sensible =
        new SensibleHost(random, this::free, () -> pages.get(POOL + random.nextInt(4)), params);
  }

  /** A TD is fatal from here on; like any other it can be torn down. */
  private void machineCheck() {
    List<Td> tds = tds();
    if (!tds.isEmpty() && random.nextBoolean()) {
      tds.get(random.nextInt(tds.size())).fatal = true;
    }
  }

  /** Tears one TD down from time to time, a dying one first: pages and key ids must not run out. */
  private void restart() {
    List<Td> tds = tds();
    if (tds.isEmpty()) {
      return;
    }
    Td td = tds.get(random.nextInt(tds.size()));
    for (Td other : tds) {
      td = other.lifecycle.value() >= 2 || other.fatal ? other : td;
    }
    for (TdVcpu vcpu : td.vcpus()) {
      if (vcpu.assocLp != TdVcpu.NO_LP) {
        host.lp = vcpu.assocLp;
        host.must(Seamcall.TDH_VP_FLUSH, vcpu.tdvpr);
      }
    }
    host.lp = 0;
    host.call(Seamcall.TDH_MNG_VPFLUSHDONE, td.tdr);
    host.call(Seamcall.TDH_PHYMEM_CACHE_WB);
    host.call(Seamcall.TDH_MNG_KEY_FREEID, td.tdr);
    for (Pamt.Entry entry : host.module.pamt().used()) {
      if (entry.owner() == td) {
        host.must(Seamcall.TDH_PHYMEM_PAGE_RECLAIM, entry.hpa());
      }
    }
    host.must(Seamcall.TDH_PHYMEM_PAGE_RECLAIM, td.tdr);
    known = null;
  }

  private List<Td> tds() {
    if (known == null) {
      known = findTds();
    }
    return known;
  }

  private List<Td> findTds() {
    List<Td> tds = new ArrayList<>();
    for (long page : pages) {
      Td td = host.module.td(page);
      if (td != null) {
        tds.add(td);
      }
    }
    return tds;
  }

  private long tdr() {
    List<Td> tds = tds();
    return tds.isEmpty() || random.nextInt(30) == 0
        ? page()
        : tds.get(random.nextInt(tds.size())).tdr;
  }

  private long tdvpr() {
    Td td = host.module.td(tdr());
    boolean none = td == null || td.vcpus().isEmpty() || random.nextInt(30) == 0;
    return none ? page() : td.vcpus().get(random.nextInt(td.vcpus().size())).tdvpr;
  }

  private long page() {
    long page = pages.get(random.nextInt(pages.size()));
    return switch (random.nextInt(60)) {
      case 0 -> page + random.nextInt(4096);
      case 1 -> page | 40L << 46;
      case 2 -> random.nextLong();
      default -> page;
    };
  }

  private long free() {
    for (int tries = 0; tries < 20; tries++) {
      boolean large = random.nextInt(4) == 0;
      long page = pages.get(large ? POOL + random.nextInt(4) : random.nextInt(POOL));
      if (host.module.pamt().find(page) && host.module.pamt().type() == 0) {
        return page;
      }
    }
    return page();
  }

  private long gpa() {
    int level = random.nextInt(5) == 0 ? random.nextInt(6) : random.nextInt(2);
    long gpa = (long) random.nextInt(2) << 21 | (long) random.nextInt(3) << 12;
    long aligned = random.nextInt(10) == 0 ? gpa : gpa & -(1L << (12 + 9 * level));
    return aligned | level | (random.nextInt(50) == 0 ? 1L << 47 : 0);
  }

  private long[] operands(Seamcall leaf) {
    long junk = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(4) - 1;
    return switch (leaf) {
      case TDH_MNG_CREATE -> new long[] {free(), 30 + random.nextInt(8)};
      case TDH_MNG_ADDCX -> new long[] {free(), tdr()};
      case TDH_MNG_INIT -> new long[] {tdr(), random.nextInt(4) == 0 ? page() : params};
      case TDH_VP_CREATE -> new long[] {free(), tdr()};
      case TDH_VP_ADDCX -> new long[] {free(), tdvpr()};
      case TDH_VP_INIT, TDH_VP_ENTER, TDH_VP_FLUSH, TDH_VP_RD, TDH_VP_WR ->
          new long[] {tdvpr(), junk, junk, junk};
      case TDH_PHYMEM_PAGE_RECLAIM, TDH_PHYMEM_PAGE_RDMD, TDH_PHYMEM_PAGE_WBINVD ->
          new long[] {page()};
      case TDH_PHYMEM_CACHE_WB -> new long[] {random.nextInt(3)};
      case TDH_MEM_RD, TDH_MEM_WR, TDH_MR_EXTEND ->
          new long[] {gpa() & -8L & -(1L << random.nextInt(13)), tdr(), junk};
      case TDH_MEM_TRACK,
          TDH_MR_FINALIZE,
          TDH_MNG_KEY_CONFIG,
          TDH_MNG_VPFLUSHDONE,
          TDH_MNG_KEY_FREEID,
          TDH_MNG_RD,
          TDH_MNG_WR ->
          new long[] {tdr(), junk, junk, junk};
      default -> operandsByRow(leaf);
    };
  }

  /** TDR or TDVPR where the row has it. */
  private long[] operandsByRow(Seamcall leaf) {
    boolean inRcx = Rung.leaves().contains(leaf) && !Rung.tdInRdx(leaf);
    return inRcx
        ? new long[] {Rung.ofAVcpu(leaf) ? tdvpr() : tdr(), free(), page(), -1}
        : new long[] {gpa(), tdr(), free(), page(), -1, -1};
  }
}
