package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdxStatus;

/**
 * The order of checks inside a leaf on a TD (behaviour.md, section 5): with everything wrong at
 * once the first check answers; mended, the next; down to the walk of the secure EPT. What a row
 * does not list its leaf never says on the way.
 */
class CheckOrderTest {
  private static final long RESERVED_IN_GPA = 1L << 52;
  private static final long BEYOND_ALL_TDMRS = 1L << 40;
  private static final long UNMAPPED_GPA = 0x2_0000_0000L;

  static List<Seamcall> leaves() {
    return Rung.leaves();
  }

  @ParameterizedTest
  @MethodSource("leaves")
  void theFirstBrokenCheckAnswers(Seamcall leaf) throws IOException {
    Broken broken = new Broken(leaf);
    List<Rung> ladder = Rung.of(leaf, new StatusRows());
    assertFalse(ladder.isEmpty());
    for (Rung rung : Rung.values()) {
      if (ladder.contains(rung)) {
        assertStatus(rung.expected(leaf), broken.call());
      }
      broken.mend(rung);
    }
  }

  /**
   * The column locks_taken: while others share TDR and TDVPR, as a vCPU that runs does, a leaf that
   * takes its own exclusively is busy. EXCLUSIVE+SHARED is exclusive on the page that comes or on
   * the vCPU, and shared on the TD.
   */
  @ParameterizedTest
  @MethodSource("leaves")
  void aLeafIsBusyBehindASharedLockWhereItsRowTakesItExclusively(Seamcall leaf) throws IOException {
    Broken broken = new Broken(leaf);
    for (Rung rung : Rung.values()) {
      broken.mend(rung);
    }
    broken.vcpu.lock.lockShared();
    broken.td.lock.lockShared();
    String locks = StatusRows.locks(leaf);
    boolean exclusive =
        locks.equals("EXCLUSIVE") || locks.equals("EXCLUSIVE+SHARED") && Rung.ofAVcpu(leaf);
    long status = broken.call();
    assertEquals(exclusive, status == Rung.LOCK.expected(leaf), locks + TdxStatus.text(status));
  }

  /** Of every status that a row has in common with others: how many are shown by this test. */
  @Test
  void theLaddersShowTheseManyRules() throws IOException {
    StatusRows rows = new StatusRows();
    List<Integer> lengths = new ArrayList<>();
    for (Seamcall leaf : Rung.leaves()) {
      lengths.add(Rung.of(leaf, rows).size());
    }
    assertEquals(51, lengths.size());
    assertEquals(480, lengths.stream().mapToInt(Integer::intValue).sum());
  }

  /** A TD and a vCPU, and a call on them, with every check of the order broken. */
  private static final class Broken {
    final Seamcall leaf;
    final TestTdx host = TestTdx.ready();
    final Td td;
    final TdVcpu vcpu;
    final TdOpState allowed;
    final long free = host.page();
    final long first;
    long mapping = UNMAPPED_GPA | RESERVED_IN_GPA;
    long operand;

    Broken(Seamcall leaf) {
      this.leaf = leaf;
      boolean debug = leaf == Seamcall.TDH_MEM_RD || leaf == Seamcall.TDH_MEM_WR;
      long tdr = host.initializedTd(TestTdx.KEY, debug ? Td.ATTRIBUTE_DEBUG : 0);
      host.vcpu(tdr);
      td = host.module.td(tdr);
      vcpu = td.vcpus().get(0);
      allowed = leaf.opStates().stream().findFirst().orElse(td.opState);
      first = Rung.ofAVcpu(leaf) ? vcpu.tdvpr : tdr;
      operand = first | 8;
      vcpu.lock.lockExclusive();
      td.lock.lockExclusive();
      td.fatal = true;
      td.lifecycle = TdLifecycleState.TD_TEARDOWN;
      td.numTdcx = 0;
      td.tdcsLock.lockExclusive();
      if (Rung.forbidden(leaf) != null) {
        td.opState = Rung.forbidden(leaf);
      }
      td.sept.lock.lockExclusive();
    }

    long call() {
      int level = leaf.name().matches("TDH_MEM_(SEPT_ADD|SEPT_REMOVE|PAGE_(PRO|DE)MOTE)") ? 1 : 0;
      long other = leaf == Seamcall.TDH_MNG_ADDCX || leaf == Seamcall.TDH_VP_ADDCX ? free : mapping;
      return Rung.tdInRdx(leaf)
          ? host.call(leaf, other | level, operand, free, free)
          : host.call(leaf, operand, free, 0, 0);
    }

    void mend(Rung rung) {
      switch (rung) {
        case MAPPING -> mapping = UNMAPPED_GPA;
        case ALIGNMENT -> operand = BEYOND_ALL_TDMRS;
        case RANGE -> operand = free;
        case TYPE -> operand = first;
        case LOCK -> {
          td.lock.unlockExclusive();
          vcpu.lock.unlockExclusive();
        }
        case FATAL -> td.fatal = false;
        case KEYS -> td.lifecycle = TdLifecycleState.TD_KEYS_CONFIGURED;
        case CONTROL_PAGES -> td.numTdcx = Td.MIN_TDCX;
        case TDCS_LOCK -> td.tdcsLock.unlockExclusive();
        case OP_STATE -> td.opState = allowed;
        case TREE_LOCK -> td.sept.lock.unlockExclusive();
        case WALK -> {}
      }
    }
  }
}
