package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Call;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.sim.coverage.UnreachedStatuses;

/**
 * Every status of every row of tdx-seamcall-leaves.csv and tdx-tdcall-leaves.csv is either shown by
 * a case of its own (SeamcallCasesTest, CheckOrderTest, TdcallCasesTest) or stands in
 * unreached-statuses.txt with the reason why this machine cannot give it; nothing stands in both.
 */
class StatusLedgerTest {
  private static final String PREFIX = "TDX_";

  @Test
  void everyStatusOfEverySeamcallRowIsShownOrHasAReasonWhyItIsNot() throws IOException {
    StatusRows rows = new StatusRows();
    Ledger ledger = new Ledger();
    SeamcallCasesTest.cases()
        .forEach(c -> ledger.shown(c.leaf(), c.status().replaceAll("\\(.*", "")));
    for (Seamcall leaf : Rung.leaves()) {
      for (Rung rung : Rung.of(leaf, rows)) {
        ledger.shown(leaf, rung.status.name().substring(PREFIX.length()));
      }
    }
    for (Seamcall leaf : Seamcall.values()) {
      ledger.listed(leaf, rows.names(leaf.number()));
    }
    ledger.balances(706, 578);
  }

  @Test
  void everyStatusOfEveryTdcallRowIsShownOrHasAReasonWhyItIsNot() throws IOException {
    Ledger ledger = new Ledger();
    TdcallCasesTest.cases().forEach(c -> ledger.shown(c.leaf(), c.status()));
    for (Tdcall leaf : Tdcall.values()) {
      ledger.listed(leaf, TdcallRows.listed(leaf));
    }
    ledger.balances(87, 44);
  }

  /** A reason that excuses nothing has become untrue. */
  @Test
  void everyReasonIsNeeded() throws IOException {
    StatusRows rows = new StatusRows();
    for (UnreachedStatuses.Row row : UnreachedStatuses.rows()) {
      if (!row.leaves().startsWith("TDH_") && !row.leaves().startsWith("TDG_")) {
        continue; // HypercallLedgerTest's
      }
      Set<String> idle = new TreeSet<>(row.statuses());
      for (Seamcall leaf : Seamcall.values()) {
        rows.names(leaf.number()).stream().filter(s -> row.names(leaf, s)).forEach(idle::remove);
      }
      for (Tdcall leaf : Tdcall.values()) {
        TdcallRows.listed(leaf).stream().filter(s -> row.names(leaf, s)).forEach(idle::remove);
      }
      assertEquals(Set.of(), idle, row.leaves());
    }
  }

  private static final class Ledger {
    private final Map<String, Set<String>> shown = new TreeMap<>();
    private final List<String> neither = new ArrayList<>();
    private final List<String> both = new ArrayList<>();
    private int listed;
    private int reached;

    void shown(Call leaf, String status) {
      shown.computeIfAbsent(leaf.name(), l -> new TreeSet<>()).add(status);
    }

    void listed(Call leaf, Set<String> statuses) {
      for (String status : statuses) {
        boolean isShown = shown.getOrDefault(leaf.name(), Set.of()).contains(status);
        listed++;
        reached += isShown ? 1 : 0;
        if (isShown == UnreachedStatuses.names(leaf, status)) {
          (isShown ? both : neither).add(leaf.name() + " " + status);
        }
      }
    }

    void balances(int all, int withACase) {
      assertEquals(List.of(), neither, "neither shown nor out of reach");
      assertEquals(List.of(), both, "shown, and said to be out of reach");
      assertEquals(all, listed);
      assertEquals(withACase, reached);
    }
  }
}
