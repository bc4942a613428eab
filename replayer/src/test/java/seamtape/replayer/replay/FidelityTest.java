package seamtape.replayer.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.explain.Explanation;
import seamtape.replayer.explain.Explanations;
import seamtape.sim.Simulator;

/** All real logs of the corpus asked again of the simulator; docs/FIDELITY.md is the outcome. */
class FidelityTest {
  private static final Path ROOT = Path.of(System.getProperty("seamtape.root"));
  private static final Path DOCUMENT = ROOT.resolve("docs/FIDELITY.md");
  private static final Path LOGS = ROOT.resolve("fixtures/corpus/strace");

  private static final List<ToLongFunction<Agreement>> COLUMNS =
      List.of(
          Agreement::visibleAgreed,
          Agreement::hostFacts,
          Agreement::explained,
          Agreement::unmodelled,
          Agreement::wrong,
          Agreement::pointerAgreed,
          Agreement::pointerExplained,
          Agreement::pointerWrong,
          Agreement::pointerSkipped,
          Agreement::runs);

  private static final String HEAD =
      """
      # Fidelity: what real programs were told, and what the simulator tells them

      Derived from the logs in `fixtures/corpus/strace`, replayed on `linux-7.3`; `-Dgolden=update` rewrites it.
      The logs are of Linux 6.18 on one host (`fixtures/corpus/MANIFEST.md`). Counted are KVM ioctls that the log shows the end of:

      - **same**: the log has the argument, and result and visible outputs are the same (of a vCPU's state only until its first KVM_RUN: guests
        of an imported log do not execute) · **given**: an answer that describes the host, given to the machine as a fact; asked again it is compared
      - **explained**: another answer, and a row of `fixtures/explanations.csv` says why both may be right · **unmodelled**: another
        answer to a call that the catalog does not know · **wrong**: another answer, and nothing says why
      - pointers: strace shows an address only. Replayed with a neutral argument, success or failure alone can be the **same**;
        **skipped** where no neutral argument exists
      - KVM_RUN: the exit is taken from the log, not compared

      | log | same | given | explained | unmodelled | wrong | pointers: same | explained | wrong | skipped | KVM_RUN |
      |---|---|---|---|---|---|---|---|---|---|---|
      """;

  @TempDir private Path dir;

  private final Map<String, Agreement> scores = new LinkedHashMap<>();
  private final Map<Explanation, Long> used = new LinkedHashMap<>();

  private void replayAll() throws Exception {
    List<Path> logs;
    try (Stream<Path> files = Files.list(LOGS)) {
      logs = files.sorted().toList();
    }
    for (Path log : logs) {
      try (Tape tape = Recordings.log(dir, log)) {
        ReplayReport report = Replay.run(tape, ReplayOptions.keepGoing(new Simulator()));
        Agreement score = report.agreement();
        judgesEveryIoctl(tape, score);
        String name = log.getFileName().toString().replaceAll("(\\.strace)?\\.gz$", "");
        assertEquals(
            List.of(),
            report.kept().stream().filter(d -> d.reason() == null).map(Divergence::words).toList(),
            name);
        scores.put(name, score);
        score.rows().forEach((row, times) -> used.merge(row, times, Long::sum));
      }
    }
  }

  private static void judgesEveryIoctl(Tape tape, Agreement score) {
    long judged = COLUMNS.stream().mapToLong(column -> column.applyAsLong(score)).sum();
    long ioctls = tape.manifest().totals().ioctls();
    long neverReturned = tape.index().callCount() * 2 - tape.eventCount();
    assertTrue(
        judged <= ioctls && judged >= ioctls - Math.max(neverReturned, 0),
        judged + " of " + ioctls);
  }

  @Test
  void noLogOfTheCorpusIsAnsweredWrongly() throws Exception {
    replayAll();
    for (Agreement score : scores.values()) {
      assertEquals(0, score.wrong() + score.pointerWrong() + score.unmodelled());
    }
    String fresh = document();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(DOCUMENT, fresh);
    }
    assertEquals(
        fresh, committed(), "docs/FIDELITY.md is stale: run the tests with -Dgolden=update");
  }

  private static String committed() throws IOException {
    return Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "";
  }

  private String document() {
    StringBuilder text = new StringBuilder(HEAD);
    long[] sums = new long[COLUMNS.size()];
    scores.forEach(
        (name, score) -> {
          text.append("| ").append(name);
          for (int i = 0; i < sums.length; i++) {
            long value = COLUMNS.get(i).applyAsLong(score);
            sums[i] += value;
            text.append(" | ").append(value);
          }
          text.append(" |\n");
        });
    text.append("| **all**");
    for (long sum : sums) {
      text.append(" | **").append(sum).append("**");
    }
    text.append(" |\n");
    rows(text);
    return text.toString();
  }

  private void rows(StringBuilder text) {
    text.append("\n## Rows of the explanations that were needed\n\n");
    text.append("| times | call | field | rule | use | reason | what | source |\n");
    text.append("|---|---|---|---|---|---|---|---|\n");
    List<Explanation> rows = Explanations.bundled().rows();
    rows.stream().filter(used::containsKey).forEach(row -> text.append(line(row)));
    text.append("\n## Rows that no log of the corpus needs\n\n");
    rows.stream()
        .filter(row -> !used.containsKey(row))
        .forEach(
            row ->
                text.append("- line ")
                    .append(row.line())
                    .append(": ")
                    .append(row.call())
                    .append(' ')
                    .append(row.rule())
                    .append(" (")
                    .append(row.use().word())
                    .append("; ")
                    .append(row.text())
                    .append(")\n"));
  }

  private String line(Explanation row) {
    return "| "
        + String.join(
            " | ",
            String.valueOf(used.get(row)),
            row.call(),
            row.field().replace("*", "any"),
            row.rule().replace("*", "\\*"),
            row.use().word(),
            row.reason(),
            row.words(),
            row.source())
        + " |\n";
  }
}
