package seamtape.sim.coverage;

import java.util.List;
import java.util.StringJoiner;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.SevCommand;
import seamtape.catalog.TdxCommand;

/** docs/COVERAGE.md: every call, and how each profile answers it. */
public final class CoverageDocument {
  private static final String HEAD =
      """
      # Coverage

      Every call of the catalog, profile by profile. Derived from what the machines do; `-Dgolden=update` rewrites it.
      **modelled**: it has behaviour of its own · **regular**: answered from the row's rule alone, as a kernel built without it or as the
      interface says for what it does not serve · **absent**: the profile's kernel does not have it.

      """;

  private CoverageDocument() {}

  public static String text() {
    List<String> profiles = Coverage.profiles();
    StringBuilder text = new StringBuilder(HEAD);
    text.append("| call | family | ").append(String.join(" | ", profiles)).append(" |\n");
    text.append("|---|---|").append("---|".repeat(profiles.size())).append('\n');
    for (Call row : Catalog.calls()) {
      if (row.family() != Family.INPUT) {
        line(text, row.label(), row.family().label(), profile -> Coverage.of(profile).status(row));
      }
    }
    for (SevCommand row : SevCommand.values()) {
      line(text, row.name(), "sev", profile -> Coverage.of(profile).status(row));
    }
    for (TdxCommand row : TdxCommand.values()) {
      line(text, row.name(), "tdx", profile -> Coverage.of(profile).status(row));
    }
    return text.toString();
  }

  private static void line(
      StringBuilder text,
      String name,
      String family,
      java.util.function.Function<String, Status> status) {
    StringJoiner cells = new StringJoiner(" | ", "| ", " |\n");
    cells.add(name).add(family);
    Coverage.profiles().forEach(profile -> cells.add(status.apply(profile).text()));
    text.append(cells);
  }
}
