package seamtape.replayer.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import seamtape.sim.Simulator;

/** The grammar of ORACLE.md, form by form, with cases that the given file does not have. */
final class OracleGrammarTest {
  private static final long SEED = Long.getLong("seamtape.seed", 1);
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final int DAMAGED = SOAK ? 100_000 : 1_500;

  /** A file with more than 10,000 refused lines is none. */
  private static final int DAMAGED_IN_A_FILE = 5_000;

  /** What a number may be damaged to. */
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "0",
          "4294967296",
          "9223372036854775807",
          "18446744073709551615",
          "-9223372036854775808",
          "99999999999999999999",
          "1e9",
          "0.5",
          "\"0xffffffffffffffff\"",
          "\"0x\"",
          "null",
          "[]",
          "{}",
          "true");

  @TempDir private Path dir;

  private static List<String> cases() throws IOException {
    try (var in = OracleGrammarTest.class.getResourceAsStream("grammar.jsonl")) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
          .lines()
          .toList();
    }
  }

  private OracleReport run(List<String> lines) throws IOException {
    Path file = dir.resolve("cases.jsonl");
    Files.write(file, lines);
    return Oracle.run(file, new Simulator(), "linux-7.3", done -> {});
  }

  @Test
  void everyFormOfStepArgumentValueAndSourceIsUnderstood() throws IOException {
    List<String> cases = cases();
    OracleReport report = run(cases);
    assertEquals(List.of(), report.refused());
    assertEquals(List.of(), report.disagreed());
    assertEquals(
        List.of("case.host_specific_with_why"),
        report.skipped().stream().map(OracleReport.Skipped::id).toList());
    assertEquals(cases.size() - 1, report.agreed());
  }

  /** Each case is asked for another answer: a runner that compares nothing would agree. */
  @Test
  void aCaseWithAnotherAnswerDisagrees() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String line : cases()) {
      if (line.contains("\"host_specific\": false") && !line.contains("killed_by_signal")) {
        wrong.add(line.replaceFirst("(?<=\"expect\": \\{\"ret\": )-?\\d+", "77"));
      }
    }
    OracleReport report = run(wrong);
    assertEquals(List.of(), report.refused());
    assertEquals(0, report.agreed());
    assertTrue(report.disagreed().size() > 50, () -> "disagreed: " + report.disagreed().size());
  }

  /** Lines with bytes changed, members gone, numbers made huge: a verdict each, never an end. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void damagedCasesGetAVerdictEach() throws IOException {
    Random random = new Random(SEED);
    for (int left = DAMAGED; left > 0; left -= DAMAGED_IN_A_FILE) {
      damagedFile(Math.min(left, DAMAGED_IN_A_FILE), random);
    }
  }

  private void damagedFile(int count, Random random) throws IOException {
    List<String> cases = cases();
    List<String> damaged = new ArrayList<>(cases);
    for (int i = 0; i < count; i++) {
      damaged.add(damage(cases.get(random.nextInt(cases.size())), random));
    }
    OracleReport report = run(damaged);
    long verdicts =
        report.agreed()
            + report.disagreed().size()
            + report.skipped().size()
            + report.refused().size();
    assertEquals(report.cases(), verdicts);
    assertEquals(damaged.stream().filter(line -> !line.isBlank()).count(), report.cases());
    assertTrue(report.refused().size() > count / 10, "the damage is seen");
    report.refused().forEach(refused -> assertTrue(refused.reason().length() <= 301));
  }

  private static String damage(String line, Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> oneNumber(line, random);
      case 1 -> oneWord(line, random);
      case 2 -> line.substring(0, random.nextInt(line.length()));
      case 3 -> swapped(line, random);
      default -> {
        char[] chars = line.toCharArray();
        chars[random.nextInt(chars.length)] = (char) (' ' + random.nextInt(95));
        yield new String(chars);
      }
    };
  }

  private static String oneNumber(String line, Random random) {
    var found = java.util.regex.Pattern.compile("(?<=: )-?\\d+").matcher(line).results().toList();
    return replace(line, found, NUMBERS.get(random.nextInt(NUMBERS.size())), random);
  }

  private static String oneWord(String line, Random random) {
    var found =
        java.util.regex.Pattern.compile("(?<=\")[A-Za-z_0-9.+]+(?=\")")
            .matcher(line)
            .results()
            .toList();
    String other = found.get(random.nextInt(found.size())).group();
    return replace(line, found, other, random);
  }

  private static String replace(
      String line, List<java.util.regex.MatchResult> found, String with, Random random) {
    var at = found.get(random.nextInt(found.size()));
    return line.substring(0, at.start()) + with + line.substring(at.end());
  }

  /** Two pieces of the line change places: steps in another order, as a rule. */
  private static String swapped(String line, Random random) {
    String[] parts = line.split("(?<=\\}), ");
    int a = random.nextInt(parts.length);
    int b = random.nextInt(parts.length);
    String part = parts[a];
    parts[a] = parts[b];
    parts[b] = part;
    return String.join(", ", parts);
  }
}
