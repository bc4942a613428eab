package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Call;
import seamtape.catalog.HvStatus;
import seamtape.catalog.HypervHypercall;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.XenHypercall;
import seamtape.sim.coverage.UnreachedStatuses;
import seamtape.sim.profile.Fixture;

/**
 * Every outcome that a row of kvm-hypercalls.csv, hyperv-hypercalls.csv, xen-hypercalls.csv or
 * tdvmcall.csv names is shown by a case (HypercallCasesTest, TdvmcallCasesTest) or stands in
 * unreached-statuses.txt with the reason why this machine cannot give it; nothing stands in both.
 */
class HypercallLedgerTest {
  private static final Pattern ERRNO = Pattern.compile("-(?:KVM_)?(E[A-Z]+)");
  private static final Pattern STATUS = Pattern.compile("[A-Z]+(?:_[A-Z]+)+|SUCCESS|RETRY");
  private static final Pattern ARROW = Pattern.compile("-> (\\d+)");

  /** Outcomes by row, as the tables name them. */
  private final Map<Call, Set<String>> named = new LinkedHashMap<>();

  private final Map<Call, Set<String>> shown = new LinkedHashMap<>();

  private void names(Call row, String... outcomes) {
    named.computeIfAbsent(row, r -> new TreeSet<>()).addAll(Arrays.asList(outcomes));
  }

  private void namesAll(Call row, Pattern words, String text) {
    words.matcher(text).results().forEach(found -> names(row, found.group(found.groupCount())));
  }

  private void shows(Call row, String outcome) {
    shown.computeIfAbsent(row, r -> new TreeSet<>()).add(outcome);
  }

  private void kvm() throws IOException {
    for (Map<String, String> cells : Fixture.csv("kvm-hypercalls.csv")) {
      KvmHypercall row = KvmHypercall.valueOf(cells.get("name"));
      String outcomes = cells.get("return") + ";" + cells.get("host_behaviour");
      namesAll(row, ERRNO, outcomes);
      boolean exits = outcomes.contains("exits to user space");
      boolean ofOthers = cells.get("status").matches("removed|.* only.*");
      names(row, ofOthers ? "ENOSYS" : exits ? "exit" : "SUCCESS");
      if (outcomes.startsWith("count")) {
        names(row, "=");
      }
    }
  }

  private void hyperv() throws IOException {
    String before = "";
    for (Map<String, String> cells : Fixture.csv("hyperv-hypercalls.csv")) {
      HypervHypercall row = HypervHypercall.of(Long.decode(cells.get("code")));
      String outcomes = cells.get("statuses");
      outcomes = outcomes.startsWith("as 0x69") ? before : outcomes;
      before = outcomes;
      namesAll(row, STATUS, outcomes);
      ARROW
          .matcher(outcomes)
          .results()
          .map(found -> HvStatus.of(Long.parseLong(found.group(1))).orElseThrow().name())
          .forEach(status -> names(row, status.substring("HV_STATUS_".length())));
      if (outcomes.contains("reps") || outcomes.contains("rep_cnt in result")) {
        names(row, "=");
      }
      String by = cells.get("handled_by");
      if (by.contains("user space")) {
        names(row, "exit");
      }
      if (!by.startsWith("not handled")) {
        // hyperv-notes.md: the checks before the call's own.
        names(row, "ACCESS_DENIED");
      }
      if (cells.get("since").equals("6.3+")) {
        names(row, "INVALID_HYPERCALL_CODE");
      }
    }
  }

  private void xen() throws IOException {
    for (Map<String, String> cells : Fixture.csv("xen-hypercalls.csv")) {
      boolean other = cells.get("name").equals("any other number");
      XenHypercall row =
          other
              ? XenHypercall.XEN_UNKNOWN
              : XenHypercall.of(Long.parseLong(cells.get("nr")), command(cells.get("sub_command")));
      String outcomes = cells.get("return") + ";" + cells.get("handled_by");
      namesAll(row, ERRNO, cells.get("return"));
      if (cells.get("return").startsWith("0") || cells.get("return").startsWith("xen_version")) {
        names(row, "kernel");
      }
      // xen-notes.md: a call of CPL > 0 is user space's.
      names(row, "exit");
      assertEquals(true, outcomes.contains("user space") || outcomes.contains("kernel"));
    }
  }

  private static long command(String cell) {
    return cell.matches("[A-Z]\\w+\\(\\d+\\)")
        ? Long.parseLong(cell.replaceAll(".*\\(|\\)", ""))
        : XenHypercall.ANY;
  }

  private void tdvmcall() throws IOException {
    for (Map<String, String> cells : Fixture.csv("tdvmcall.csv")) {
      boolean vendor = cells.get("code_hex").equals("R10!=0");
      Tdvmcall row = Tdvmcall.of(vendor ? 1 : 0, vendor ? 0 : Long.decode(cells.get("code_hex")));
      for (String word : cells.get("r10_status").split("[|;]")) {
        STATUS.matcher(word).results().findFirst().ifPresent(found -> names(row, found.group()));
      }
      if (vendor) {
        names(row, "errno");
      }
      String handling = cells.get("kvm_handling(7.3)");
      if (handling.contains("KVM_EXIT_") && !handling.contains("impossible")) {
        names(row, "exit");
      }
    }
  }

  @Test
  void everyOutcomeOfEveryHypercallRowIsShownOrHasAReasonWhyItIsNot() throws IOException {
    kvm();
    hyperv();
    xen();
    for (HypercallCasesTest.Case c : HypercallCasesTest.cases().toList()) {
      boolean value = c.outcome().startsWith("=");
      boolean xen = c.row() instanceof XenHypercall;
      boolean kernel = xen && (value || c.outcome().equals("SUCCESS"));
      shows(c.row(), kernel ? "kernel" : value ? "=" : c.outcome());
      if (value && !xen) {
        shows(c.row(), "SUCCESS");
      }
    }
    balances(12 + 72 + 47);
  }

  @Test
  void everyStatusOfEveryTdvmcallRowIsShownOrHasAReasonWhyItIsNot() throws IOException {
    tdvmcall();
    for (TdvmcallCasesTest.Case c : TdvmcallCasesTest.cases().toList()) {
      if (!c.exit().equals("-")) {
        shows(c.row(), "exit");
      }
      if (c.status().equals("halted")) {
        shows(c.row(), "SUCCESS");
      } else if (!c.status().equals("any")) {
        long word = Long.parseUnsignedLong(c.status().replace("0x", ""), 16);
        String status = TdvmcallStatus.of(word).map(Enum::name).orElse("errno");
        shows(c.row(), status.replace("TDVMCALL_STATUS_", ""));
      }
    }
    balances(16);
  }

  private void balances(int rows) {
    assertEquals(rows, named.size(), "rows");
    Map<String, Set<String>> neither = new TreeMap<>();
    Map<String, Set<String>> both = new TreeMap<>();
    named.forEach(
        (row, outcomes) -> {
          for (String outcome : outcomes) {
            boolean isShown = shown.getOrDefault(row, Set.of()).contains(outcome);
            if (isShown == UnreachedStatuses.names(row, outcome)) {
              (isShown ? both : neither)
                  .computeIfAbsent(row.name(), r -> new TreeSet<>())
                  .add(outcome);
            }
          }
        });
    for (UnreachedStatuses.Row reason : UnreachedStatuses.rows()) {
      Set<String> idle = new TreeSet<>(reason.statuses());
      named.forEach((row, all) -> idle.removeIf(s -> reason.names(row, s) && all.contains(s)));
      boolean ours = named.keySet().stream().anyMatch(row -> row.name().matches(reason.leaves()));
      assertEquals(Set.of(), ours ? idle : Set.of(), "excuses nothing: " + reason.leaves());
    }
    assertEquals(Map.of(), neither, "neither shown nor out of reach");
    assertEquals(Map.of(), both, "shown, and said to be out of reach");
    assertEquals(List.of(), named.keySet().stream().filter(r -> !shown.containsKey(r)).toList());
  }
}
