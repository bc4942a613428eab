package seamtape.replayer.oracle;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import seamtape.machine.MachineFactory;
import seamtape.replayer.explain.Explanations;

/** Runs the cases of an oracle file, one a line, each on a fresh machine. */
public final class Oracle {
  /** Characters of a line. */
  private static final int MAX_LINE = 4 << 20;

  /** A file whose first lines are all no cases is no oracle file. */
  private static final int FIRST_LINES = 20;

  /** Refused lines after which reading on tells nothing new. */
  private static final int MAX_REFUSED = 10_000;

  private static final int MAX_REASON = 300;

  private final MachineFactory machines;
  private final String profile;
  private final Explanations explanations = Explanations.bundled();
  private final List<OracleReport.Disagreement> disagreed = new ArrayList<>();
  private final List<OracleReport.Skipped> skipped = new ArrayList<>();
  private final List<OracleReport.Refused> refused = new ArrayList<>();
  private long cases;
  private long agreed;

  private Oracle(MachineFactory machines, String profile) {
    this.machines = machines;
    this.profile = profile;
  }

  /**
   * Runs a file.
   *
   * @param progress told the number of cases done
   * @throws IOException where the file cannot be read
   * @throws OracleException where it is no oracle file, or for an unknown profile
   */
  public static OracleReport run(
      Path file, MachineFactory machines, String profile, LongConsumer progress)
      throws IOException {
    if (!machines.profiles().contains(profile)) {
      String known = String.join(", ", machines.profiles());
      throw new OracleException("no profile " + profile + ": use one of " + known);
    }
    Oracle oracle = new Oracle(machines, profile);
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      oracle.read(file, in, progress);
    }
    return oracle.report();
  }

  private void read(Path file, BufferedReader in, LongConsumer progress) throws IOException {
    long number = 0;
    StringBuilder line = new StringBuilder();
    while (nextLine(in, line)) {
      number++;
      if (line.length() > MAX_LINE) {
        refuse(number, "", "longer than " + MAX_LINE + " characters");
        throw noOracle(file);
      }
      if (!line.toString().isBlank()) {
        oneCase(number, line.toString());
      }
      boolean nothingYet = refused.size() == cases && cases == FIRST_LINES;
      if (nothingYet || refused.size() > MAX_REFUSED) {
        throw noOracle(file);
      }
      progress.accept(cases);
    }
    if (refused.size() == cases) {
      throw noOracle(file);
    }
  }

  private OracleException noOracle(Path file) {
    OracleReport.Refused last = refused.isEmpty() ? null : refused.get(refused.size() - 1);
    String why = last == null ? "it holds no case" : "line " + last.line() + ": " + last.reason();
    return new OracleException(
        file
            + " is no oracle file: "
            + why
            + ": give one case a line, as fixtures/corpus/ORACLE.md says");
  }

  /** A line without its end; of one that is too long only so much that this shows. */
  private static boolean nextLine(BufferedReader in, StringBuilder line) throws IOException {
    line.setLength(0);
    int c = in.read();
    if (c < 0) {
      return false;
    }
    for (; c >= 0 && c != '\n' && line.length() <= MAX_LINE; c = in.read()) {
      line.append((char) c);
    }
    return true;
  }

  private void oneCase(long number, String line) {
    OracleCase oracleCase;
    try {
      oracleCase = OracleCase.parse(line);
    } catch (Form.Malformed e) {
      refuse(number, OracleCase.idOf(line), e.getMessage());
      return;
    }
    OracleOutcome outcome = new OracleRun(oracleCase, machines, profile, explanations).outcome();
    if (outcome.kind() == OracleOutcome.Kind.REFUSED) {
      refuse(number, oracleCase.id(), outcome.reason());
      return;
    }
    cases++;
    String id = oracleCase.id();
    switch (outcome.kind()) {
      case AGREED -> agreed++;
      case DISAGREED ->
          disagreed.add(new OracleReport.Disagreement(id, outcome.expected(), outcome.got()));
      case SKIPPED -> skipped.add(new OracleReport.Skipped(id, outcome.reason()));
      case REFUSED -> throw new IllegalStateException("refused before");
    }
  }

  private void refuse(long line, String id, String reason) {
    cases++;
    String bounded = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) + "…" : reason;
    refused.add(new OracleReport.Refused(line, id, bounded));
  }

  private OracleReport report() {
    return new OracleReport(profile, cases, agreed, disagreed, skipped, refused);
  }
}
