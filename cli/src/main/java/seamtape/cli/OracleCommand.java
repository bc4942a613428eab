package seamtape.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.json.Json;
import seamtape.replayer.oracle.Oracle;
import seamtape.replayer.oracle.OracleReport;
import seamtape.sim.workload.WorkloadRunner;

/** {@code seamtape oracle}. */
@Command(
    name = "oracle",
    mixinStandardHelpOptions = true,
    description = {
      "Run cases of a real kernel's answers against the machine and list agreement.",
      "A case that depends on the measured host and is answered otherwise is skipped with its"
          + " reason; so is what a machine cannot do.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape oracle fixtures/corpus/oracle.jsonl",
      "  seamtape oracle fixtures/corpus/oracle.jsonl --profile linux-6.12 --json"
    })
final class OracleCommand implements Callable<Integer> {
  private static final int SHOWN = 50;
  private static final int SHOWN_CHARS = 400;

  @Parameters(paramLabel = "FILE", description = "Cases, one JSON object a line.")
  private Path file;

  @Option(names = "--profile", description = "Simulated kernel; default: linux-7.3.")
  private String profile = WorkloadRunner.DEFAULT_PROFILE;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    OracleReport report;
    try (Progress progress = new Progress("Running cases", 0, output)) {
      report = Oracle.run(file, Simulators.builtIn(), profile, progress);
    }
    print(report);
    output.document(document(report));
    report.refused().stream()
        .limit(SHOWN)
        .forEach(r -> output.message("seamtape: " + file + " " + words(r)));
    if (!report.disagreed().isEmpty()) {
      return Exit.DIFFERENT;
    }
    return report.refused().isEmpty() ? Exit.DONE : Exit.USAGE;
  }

  private static String words(OracleReport.Refused refused) {
    String id = refused.id().isEmpty() ? "" : " (" + refused.id() + ")";
    return "line " + refused.line() + id + ": " + refused.reason() + ": not run";
  }

  private void print(OracleReport report) {
    report
        .skipped()
        .forEach(s -> output.line(String.format("  skipped   %s: %s", s.id(), s.reason())));
    report.disagreed().stream().limit(SHOWN).forEach(this::print);
    output.line(
        String.format(
            "%,d cases on %s: %,d agreed, %,d disagreed, %,d skipped, %,d refused",
            report.cases(),
            report.profile(),
            report.agreed(),
            report.disagreed().size(),
            report.skipped().size(),
            report.refused().size()));
  }

  private void print(OracleReport.Disagreement d) {
    output.line(
        String.format(
            "  disagreed %s: kernel %s, machine %s",
            d.id(), bounded(d.expected()), bounded(d.got())));
  }

  private static String bounded(Object value) {
    String text = Json.write(value);
    return text.length() > SHOWN_CHARS ? text.substring(0, SHOWN_CHARS) + "…" : text;
  }

  private static Map<String, Object> document(OracleReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("cases", report.cases());
    document.put("agreed", report.agreed());
    document.put("disagreed", report.disagreed().stream().map(OracleCommand::document).toList());
    document.put("skipped", report.skipped().stream().map(OracleCommand::document).toList());
    document.put("refused", report.refused().stream().map(OracleCommand::document).toList());
    document.put("profile", report.profile());
    return document;
  }

  private static Map<String, Object> document(OracleReport.Disagreement d) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("id", d.id());
    document.put("expected", d.expected());
    document.put("got", d.got());
    return document;
  }

  private static Map<String, Object> document(OracleReport.Skipped skipped) {
    return new LinkedHashMap<>(Map.of("id", skipped.id(), "reason", skipped.reason()));
  }

  private static Map<String, Object> document(OracleReport.Refused refused) {
    return new LinkedHashMap<>(
        Map.of("line", refused.line(), "id", refused.id(), "reason", refused.reason()));
  }
}
