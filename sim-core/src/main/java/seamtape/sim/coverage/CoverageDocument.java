package seamtape.sim.coverage;

import java.util.List;
import java.util.StringJoiner;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.Seamcall;
import seamtape.catalog.SevCommand;
import seamtape.catalog.TdxCommand;
import seamtape.sim.tdx.TdxModuleVersion;

/** docs/COVERAGE.md: every call, and how each profile answers it. */
public final class CoverageDocument {
  private static final String HEAD =
      """
      # Coverage

      Every call of the catalog, profile by profile. Derived from what the machines do; `-Dgolden=update` rewrites it.
      **modelled**: it has behaviour of its own · **regular**: answered from the row's rule alone, as a kernel built without it or as the
      interface says for what it does not serve · **absent**: the profile's kernel does not have it.

      """;

  private static final String MODULES =
      """

      ## SEAMCALL leaves by TDX module

      A host on `linux-7.3` leads a module of each version, and two TDs on it, from the first call to the last. **modelled**: the leaf
      succeeded on the way · **regular**: the module knows it, checks what its row says and then refuses it · **absent**: answered as a
      number that nobody knows. The table above is that of 1.5. The leaves of SEAMLDR need a SEAM loader, and there is none.

      """;

  private static final String UNREACHED =
      """

      ## Statuses out of reach

      What the rows of the tables of SEAMCALLs, TDCALLs, TDVMCALLs and hypercalls list and this machine never answers, and why. A test holds that every other status of every
      row is shown by a case.

      | calls | statuses | why |
      |---|---|---|
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
    modules(text);
    unreached(text);
    return text.toString();
  }

  /** The same leaves by version of the module, on the newest kernel. */
  private static void modules(StringBuilder text) {
    List<TdxModuleVersion> versions = Coverage.modules();
    text.append(MODULES).append("| call ");
    versions.forEach(version -> text.append("| ").append(version.label()).append(' '));
    text.append("|\n|---|").append("---|".repeat(versions.size())).append('\n');
    for (Seamcall leaf : Seamcall.values()) {
      StringJoiner cells = new StringJoiner(" | ", "| ", " |\n").add(leaf.label());
      versions.forEach(version -> cells.add(Coverage.of("linux-7.3").status(leaf, version).text()));
      text.append(cells);
    }
  }

  private static void unreached(StringBuilder text) {
    text.append(UNREACHED);
    for (UnreachedStatuses.Row row : UnreachedStatuses.rows()) {
      String leaves = row.leaves().replace("|", "\\|");
      text.append("| `").append(leaves).append("` | ").append(String.join(", ", row.statuses()));
      text.append(" | ").append(row.reason()).append(" |\n");
    }
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
