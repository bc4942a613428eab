package seamtape.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.catalog.Seamcall;
import seamtape.sim.coverage.Coverage;
import seamtape.sim.coverage.Status;
import seamtape.sim.workload.WorkloadRunner;

/** {@code seamtape catalog}. */
@Command(
    name = "catalog",
    mixinStandardHelpOptions = true,
    description =
        "List the calls that Seamtape knows, and the commands of SEV and TDX, with numbers and fields.",
    footer = {
      "",
      "Examples:",
      "  seamtape catalog",
      "  seamtape catalog --call KVM_CREATE_VCPU --json",
      "  seamtape catalog --call KVM_SEV_LAUNCH_START",
      "  seamtape catalog --profile linux-6.2"
    })
final class CatalogCommand implements Callable<Integer> {
  @Option(names = "--call", paramLabel = "NAME", description = "Only this call.")
  private String name;

  @Option(
      names = "--profile",
      paramLabel = "P",
      description = "Only the calls that this profile has, and how it answers them.")
  private String profile;

  @Mixin private Output output;

  @Override
  public Integer call() {
    if (profile != null && !Coverage.profiles().contains(profile)) {
      throw new UsageException(
          "no profile " + profile + ": use one of " + String.join(", ", Coverage.profiles()));
    }
    List<Call> rows =
        Catalog.calls().stream()
            .filter(row -> row.family() != Family.INPUT)
            .filter(row -> name == null || named(row))
            .filter(row -> profile == null || status(profile, row) != Status.ABSENT)
            .toList();
    List<SubCommand> commands =
        SubCommand.all().stream()
            .filter(row -> name == null || row.name().equalsIgnoreCase(name))
            .filter(row -> profile == null || row.status(profile) != Status.ABSENT)
            .toList();
    if (rows.isEmpty() && commands.isEmpty()) {
      throw new UsageException(
          known()
              ? profile + " has no " + name + ": leave out --profile to see it"
              : "no call named " + name + ": 'seamtape catalog' lists them");
    }
    rows.forEach(this::print);
    commands.forEach(this::print);
    Map<String, Object> document = new LinkedHashMap<>();
    if (output.json) {
      List<Object> calls = new ArrayList<>(rows.stream().map(this::document).toList());
      commands.forEach(row -> calls.add(row.document(shown())));
      document.put("calls", calls);
    }
    output.document(document);
    return Exit.DONE;
  }

  private boolean known() {
    return Catalog.calls().stream().anyMatch(this::named)
        || SubCommand.all().stream().anyMatch(row -> row.name().equalsIgnoreCase(name));
  }

  private List<String> shown() {
    return profile == null ? Coverage.profiles() : List.of(profile);
  }

  private boolean named(Call row) {
    return row.name().equalsIgnoreCase(name) || row.label().equalsIgnoreCase(name);
  }

  private void print(Call row) {
    output.line(
        String.format(
            "%-10s %-10s %-40s %s%s",
            row.family().label(), number(row), row.label(), answered(row), row.doc()));
    if (name != null) {
      row.in().forEach(field -> print("in ", field));
      row.out().forEach(field -> print("out", field));
      if (row instanceof Seamcall leaf) {
        output.line("    by TDX module: " + words(modules(leaf)));
      }
    }
  }

  private void print(SubCommand row) {
    String answered = profile == null ? "" : String.format("%-9s", row.status(profile).text());
    String number = "0x" + Integer.toHexString(row.id());
    output.line(
        String.format(
            "%-10s %-10s %-40s %s%s", row.family(), number, row.name(), answered, row.doc()));
    if (name != null) {
      row.details().forEach(output::line);
    }
  }

  private void print(String direction, Field field) {
    output.line(
        String.format(
            "    %s %-24s %-12s %s",
            direction, field.name(), field.format().name().toLowerCase(Locale.ROOT), field.doc()));
  }

  private static Status status(String profile, Call row) {
    return Coverage.of(profile).status(row);
  }

  private String answered(Call row) {
    return profile == null ? "" : String.format("%-9s", status(profile, row).text());
  }

  private static String number(Call row) {
    return "0x" + Integer.toHexString(row.number());
  }

  private Map<String, Object> document(Call row) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", row.label());
    document.put("family", row.family().label());
    document.put("number", number(row));
    List<Object> fields = new ArrayList<>();
    row.in().forEach(field -> fields.add(field(field, "in")));
    row.out().forEach(field -> fields.add(field(field, "out")));
    document.put("fields", fields);
    Map<String, Object> profiles = new LinkedHashMap<>();
    shown().forEach(each -> profiles.put(each, status(each, row).text()));
    document.put("profiles", profiles);
    if (row instanceof Seamcall leaf) {
      document.put("modules", modules(leaf));
    }
    document.put("doc", row.doc());
    return document;
  }

  private static String words(Map<String, Object> modules) {
    StringJoiner words = new StringJoiner(", ");
    modules.forEach((version, status) -> words.add(version + " " + status));
    return words.toString();
  }

  /** How each version of the TDX module answers a leaf, on the usual profile. */
  private static Map<String, Object> modules(Seamcall leaf) {
    Map<String, Object> modules = new LinkedHashMap<>();
    Coverage.modules()
        .forEach(
            version ->
                modules.put(
                    version.label(),
                    Coverage.of(WorkloadRunner.DEFAULT_PROFILE).status(leaf, version).text()));
    return modules;
  }

  private static Map<String, Object> field(Field field, String direction) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", field.name());
    document.put("direction", direction);
    document.put("format", field.format().name().toLowerCase(Locale.ROOT));
    document.put("role", field.role().name().toLowerCase(Locale.ROOT));
    document.put("doc", field.doc());
    return document;
  }
}
