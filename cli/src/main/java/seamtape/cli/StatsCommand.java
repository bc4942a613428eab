package seamtape.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.stats.Stats;

/** {@code seamtape stats}. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    description =
        "Count a recording's calls and errors, with latencies where the source has times.",
    footer = {
      "",
      "Examples:",
      "  seamtape stats qemu.tape",
      "  seamtape stats qemu.tape --json | jq .byCall[0]"
    })
final class StatsCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REC", description = "The recording.")
  private Path recording;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    try (Tape tape = Recordings.open(recording);
        Progress progress = new Progress("Counting", tape.eventCount(), output)) {
      Stats stats = Stats.of(tape, progress);
      progress.close();
      String unit = tape.manifest().clock() == Manifest.Clock.TSC ? "cycles" : "ns";
      print(stats, unit);
      output.document(document(stats, unit));
      return Exit.DONE;
    }
  }

  private void print(Stats stats, String unit) {
    output.line(
        String.format(
            "%,d calls, %,d of them KVM ioctls; %,d events; %,d errors",
            stats.calls(), stats.ioctls(), stats.events(), stats.errors()));
    String times =
        stats.timed()
            ? String.format("%12s %12s %12s", "p50 " + unit, "p99 " + unit, "max " + unit)
            : "";
    output.line(String.format("%-34s %12s %10s %s", "call", "count", "errors", times));
    for (Stats.PerCall row : stats.byCall()) {
      String latency =
          stats.timed() ? String.format("%,12d %,12d %,12d", row.p50(), row.p99(), row.max()) : "";
      output.line(
          String.format("%-34s %,12d %,10d %s", row.call(), row.count(), row.errors(), latency));
      for (Map.Entry<String, Long> cost : row.costs().entrySet()) {
        output.line(
            String.format(
                "  cost %s: %,d, %.1f a call",
                cost.getKey(), cost.getValue(), (double) cost.getValue() / row.count()));
      }
    }
  }

  private static Map<String, Object> document(Stats stats, String unit) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("ioctls", stats.ioctls());
    document.put("calls", stats.calls());
    document.put("events", stats.events());
    document.put("errors", stats.errors());
    if (stats.timed()) {
      document.put("unit", unit);
    }
    document.put("byCall", stats.byCall().stream().map(row -> row(row, stats.timed())).toList());
    return document;
  }

  private static Map<String, Object> row(Stats.PerCall row, boolean timed) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("call", row.call());
    document.put("family", row.family());
    document.put("count", row.count());
    document.put("errors", row.errors());
    if (!row.costs().isEmpty()) {
      document.put("costs", row.costs());
    }
    if (timed) {
      document.put("p50", row.p50());
      document.put("p99", row.p99());
      document.put("max", row.max());
    }
    return document;
  }
}
