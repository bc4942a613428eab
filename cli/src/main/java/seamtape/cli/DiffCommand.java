package seamtape.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;

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
      "  seamtape diff before.tape after.tape --json | jq .first",
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

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    try (Tape a = Recordings.open(first);
        Tape b = Recordings.open(second);
        Progress progress = new Progress("Comparing", a.eventCount() + b.eventCount(), output)) {
      DiffOptions options = new DiffOptions(Set.copyOf(ignored), MAX_CHANGES, progress);
      DiffReport report = Diff.compare(a, b, options);
      progress.close();
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
    output.line(
        report.same()
            ? String.format("Same: %,d calls matched", report.matched())
            : String.format(
                "%,d calls matched, %,d changed, %,d only in A, %,d only in B; %,d causes",
                report.matched(),
                report.changed(),
                report.onlyA(),
                report.onlyB(),
                report.roots()));
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
