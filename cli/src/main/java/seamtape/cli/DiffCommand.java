package seamtape.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.diff.Between;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffPage;
import seamtape.replayer.diff.DiffReport;
import seamtape.replayer.symbols.IgnoreRule;
import seamtape.replayer.symbols.IgnoreRules;

/** {@code seamtape diff}. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Compare two recordings call by call: aligned per thread and vCPU, fds and addresses as symbols,"
          + " time left out.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape diff before.tape after.tape",
      "  seamtape diff before.tape after.tape --ignore apic_base --ignore cr8",
      "  seamtape diff before.tape after.tape --rules known.rules --html diff.html",
      "  seamtape diff before.tape after.tape --json | jq .first",
      "",
      "A file of rules has one a line: FIELD, CALL.FIELD or CALL, * for any call; # begins the reason:",
      "  KVM_GET_SREGS.apic_base   # the other host has its APIC elsewhere",
      "  *.tsc_khz                 # measured",
    })
final class DiffCommand implements Callable<Integer> {
  private static final int MAX_CHANGES = 10_000;
  private static final int SHOWN = 50;
  private static final String RED = "\u001b[31m";
  private static final String GREEN = "\u001b[32m";
  private static final String DIM = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  @Parameters(index = "0", paramLabel = "A", description = "The first recording.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "The second recording.")
  private Path second;

  @Option(
      names = "--ignore",
      paramLabel = "FIELD",
      split = ",",
      description = "A field that does not count, by name or path; may be repeated.")
  private List<String> ignored = List.of();

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = "What does not count, and why; see below.")
  private Path rules;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the comparison as one HTML file.")
  private Path html;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    try (Tape a = Recordings.open(first);
        Tape b = Recordings.open(second);
        Progress progress = new Progress("Comparing", a.eventCount() + b.eventCount(), output)) {
      DiffReport report = Diff.compare(a, b, new DiffOptions(rules(), MAX_CHANGES, progress));
      progress.close();
      if (html != null) {
        TextFile.replace(html, DiffPage.of(report, first.toString(), second.toString()));
      }
      print(report);
      output.document(document(report));
      return report.same() ? Exit.DONE : Exit.DIFFERENT;
    }
  }

  private void print(DiffReport report) {
    boolean colours = Output.colours();
    report.changes().stream().limit(SHOWN).forEach(change -> print(change, colours));
    long all = report.changed() + report.onlyA() + report.onlyB();
    if (all > SHOWN) {
      output.line(String.format("… and %,d more; --json has them", all - SHOWN));
    }
    for (Between between : report.between()) {
      output.line(
          "  " + between.what() + ": a " + named(between.a()) + ", b " + named(between.b()));
    }
    for (IgnoreRule rule : report.unmetRules()) {
      output.message("The rule " + rule.text() + " met nothing: neither recording has it");
    }
    output.line(DiffPage.sentence(report));
  }

  private static String named(String value) {
    return value.isEmpty() ? "none" : value;
  }

  private IgnoreRules rules() throws IOException {
    try {
      IgnoreRules told = IgnoreRules.of(ignored);
      return rules == null
          ? told
          : told.and(IgnoreRules.parse(TextFile.lines(rules), rules.toString()));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private void print(Change change, boolean colours) {
    String red = colours ? RED : "";
    String green = colours ? GREEN : "";
    String dim = colours ? DIM : "";
    String plain = colours ? PLAIN : "";
    String follows = change.root() ? "" : dim + "  (follows from an earlier change)" + plain;
    String what = change.actor() + " " + change.call() + change.about();
    switch (change.kind()) {
      case ONLY_A -> output.line(red + "- a:" + change.a() + " " + what + plain + follows);
      case ONLY_B -> output.line(green + "+ b:" + change.b() + " " + what + plain + follows);
      case CHANGED -> {
        output.line("! a:" + change.a() + " b:" + change.b() + " " + what + follows);
        for (Change.FieldChange field : change.fields()) {
          output.line(red + "    - " + field.field() + " = " + field.valueA() + plain);
          output.line(green + "    + " + field.field() + " = " + field.valueB() + plain);
        }
      }
    }
  }

  private static Map<String, Object> document(DiffReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("same", report.same());
    document.put("matched", report.matched());
    document.put("changed", report.changed());
    document.put("onlyA", report.onlyA());
    document.put("onlyB", report.onlyB());
    document.put("roots", report.roots());
    document.put("first", report.first() == null ? null : change(report.first()));
    document.put(
        "between",
        report.between().stream()
            .map(one -> Map.of("what", one.what(), "a", one.a(), "b", one.b()))
            .toList());
    document.put("unmetRules", report.unmetRules().stream().map(IgnoreRule::text).toList());
    document.put("changes", report.changes().stream().map(DiffCommand::change).toList());
    return document;
  }

  private static Map<String, Object> change(Change change) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("a", change.a());
    document.put("b", change.b());
    document.put("call", change.call());
    document.put("field", change.field());
    document.put("valueA", change.valueA());
    document.put("valueB", change.valueB());
    document.put("kind", change.kind().name().toLowerCase(java.util.Locale.ROOT));
    document.put("actor", change.actor());
    document.put("about", change.about());
    document.put("root", change.root());
    return document;
  }
}
