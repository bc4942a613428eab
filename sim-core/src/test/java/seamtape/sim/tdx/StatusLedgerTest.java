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
import seamtape.catalog.Seamcall;
import seamtape.sim.coverage.UnreachedStatuses;

/**
 * Every status of every row of tdx-seamcall-leaves.csv is either shown by a case of its own
 * (SeamcallCasesTest, CheckOrderTest) or stands in unreached-statuses.txt with the reason why this
 * machine cannot give it; nothing stands in both.
 */
class StatusLedgerTest {
  private static final String PREFIX = "TDX_";

  @Test
  void everyStatusOfEveryRowIsShownOrHasAReasonWhyItIsNot() throws IOException {
    StatusRows rows = new StatusRows();
    Map<Seamcall, Set<String>> shown = shown(rows);
    List<String> neither = new ArrayList<>();
    List<String> both = new ArrayList<>();
    int listed = 0;
    int reached = 0;
    for (Seamcall leaf : Seamcall.values()) {
      for (String status : rows.names(leaf.number())) {
        boolean isShown = shown.getOrDefault(leaf, Set.of()).contains(status);
        boolean excused = UnreachedStatuses.names(leaf, status);
        listed++;
        reached += isShown ? 1 : 0;
        if (isShown == excused) {
          (isShown ? both : neither).add(leaf + " " + status);
        }
      }
    }
    assertEquals(List.of(), neither, reached + " of " + listed + " are shown; neither nor");
    assertEquals(List.of(), both, "shown, and said to be out of reach");
    assertEquals(706, listed);
    assertEquals(578, reached);
  }

  /** A reason that excuses nothing has become untrue. */
  @Test
  void everyReasonIsNeeded() throws IOException {
    StatusRows rows = new StatusRows();
    for (UnreachedStatuses.Row row : UnreachedStatuses.rows()) {
      Set<String> idle = new TreeSet<>(row.statuses());
      for (Seamcall leaf : Seamcall.values()) {
        rows.names(leaf.number()).stream().filter(s -> row.names(leaf, s)).forEach(idle::remove);
      }
      assertEquals(Set.of(), idle, row.leaves());
    }
  }

  private static Map<Seamcall, Set<String>> shown(StatusRows rows) throws IOException {
    Map<Seamcall, Set<String>> shown = new TreeMap<>();
    SeamcallCasesTest.cases()
        .forEach(c -> add(shown, c.leaf(), c.status().replaceAll("\\(.*", "")));
    for (Seamcall leaf : Rung.leaves()) {
      for (Rung rung : Rung.of(leaf, rows)) {
        add(shown, leaf, rung.status.name().substring(PREFIX.length()));
      }
    }
    return shown;
  }

  private static void add(Map<Seamcall, Set<String>> shown, Seamcall leaf, String status) {
    shown.computeIfAbsent(leaf, l -> new TreeSet<>()).add(status);
  }
}
