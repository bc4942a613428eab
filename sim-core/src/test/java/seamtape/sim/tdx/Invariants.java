package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import seamtape.catalog.PamtPageType;
import seamtape.catalog.TdLifecycleState;

/** What is true of PAMT, key ids and secure EPTs between any two calls. */
final class Invariants {
  private final TdxModule module;
  private final Map<Td, Long> pages = new LinkedHashMap<>();
  private final Map<Td, Long> septPages = new LinkedHashMap<>();
  private final Map<Td, Long> privatePages = new LinkedHashMap<>();
  private long state;

  private Invariants(TdxModule module) {
    this.module = module;
  }

  /** Checks; gives a hash of what it saw, for a caller that expects no change. */
  static long check(TdxModule module) {
    Invariants invariants = new Invariants(module);
    invariants.pamt();
    invariants.keys();
    invariants.trees();
    return invariants.state;
  }

  private void saw(long value) {
    state = state * 31 + value;
  }

  /** A page has one type, one owner and one size; TDR counts what the TD owns. */
  private void pamt() {
    List<Pamt.Entry> used = module.pamt().used();
    used.sort(Comparator.comparingLong(Pamt.Entry::hpa));
    long end = 0;
    for (Pamt.Entry entry : used) {
      if (entry.type() == PamtPageType.PT_TDR) {
        Td td = module.td(entry.hpa());
        assertEquals(entry.hpa(), td.tdr);
        pages.put(td, 0L);
      }
    }
    for (Pamt.Entry entry : used) {
      long count = 1L << (9 * entry.level());
      assertFalse(entry.hpa() < end, () -> "page used twice: " + entry);
      end = entry.hpa() + count * 4096;
      saw(entry.hpa() + entry.type().value());
      if (entry.type() != PamtPageType.PT_TDR) {
        assertTrue(pages.containsKey(entry.owner()), () -> "owner is gone: " + entry);
        assertEquals(entry.owner().keyId, module.memory().keyId(entry.hpa()), "key of the page");
        pages.merge(entry.owner(), count, Long::sum);
      }
      if (entry.type() == PamtPageType.PT_REG) {
        privatePages.merge(entry.owner(), 1L, Long::sum);
      }
      if (entry.type() == PamtPageType.PT_EPT) {
        septPages.merge(entry.owner(), 1L, Long::sum);
      }
    }
    pages.forEach((td, count) -> assertEquals(td.childCount, count, "CHLDCNT"));
  }

  /** A key id belongs to the module, to one TD that is not in teardown, or to nobody. */
  private void keys() {
    Set<Integer> seen = new HashSet<>();
    for (Td td : pages.keySet()) {
      saw(td.lifecycle.value() << 8 | td.opState.value());
      if (td.lifecycle != TdLifecycleState.TD_TEARDOWN) {
        assertTrue(seen.add(td.keyId), "key id of two TDs: " + td.keyId);
        assertSame(td, module.keyIds().owner(td.keyId));
      }
    }
    for (int id = 32; id < 64; id++) {
      KeyIds.State state = module.keyIds().state(id);
      boolean owned = state == KeyIds.State.ASSIGNED || state == KeyIds.State.FLUSHED;
      saw(state.ordinal());
      int key = id;
      assertEquals(owned, seen.contains(id), () -> "key id " + key + " is " + state);
    }
  }

  private void trees() {
    for (Td td : pages.keySet()) {
      if (td.sept() != null && td.lifecycle == TdLifecycleState.TD_KEYS_CONFIGURED) {
        Tree tree = new Tree(td);
        tree.visit(td.sept().root(), td.sept().rootLevel());
        assertEquals(septPages.getOrDefault(td, 0L), tree.tables, "pages of the tree");
        assertEquals(privatePages.getOrDefault(td, 0L), tree.leaves, "private pages, each mapped");
      }
    }
  }

  /** Every page below the root is the TD's, of the right type and size, and reached once. */
  private final class Tree {
    final Td td;
    final Set<Long> reached = new HashSet<>();
    long tables;
    long leaves;

    Tree(Td td) {
      this.td = td;
    }

    void visit(SeptPage page, int level) {
      int used = 0;
      for (long entry : page.entries) {
        saw(entry);
        SeptState state = SeptPage.state(entry);
        used += state == SeptState.FREE ? 0 : 1;
        if (state.nonLeaf()) {
          tables++;
          visit((SeptPage) owned(entry, PamtPageType.PT_EPT, Pamt.LEVEL_4K), level - 1);
        } else if (state.leaf()) {
          leaves++;
          owned(entry, PamtPageType.PT_REG, level);
        }
      }
      assertEquals(used, page.used, "entries in use");
    }

    private Object owned(long entry, PamtPageType type, int level) {
      long hpa = entry & SeptPage.ADDRESS;
      assertTrue(reached.add(hpa), "page mapped twice");
      Pamt pamt = module.pamt();
      assertTrue(pamt.find(hpa));
      assertEquals(type.value(), pamt.type());
      assertEquals(level, pamt.level());
      assertSame(td, pamt.owner());
      return pamt.control();
    }
  }
}
