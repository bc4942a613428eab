package seamtape.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import seamtape.replayer.diff.Change;
import seamtape.replayer.symbols.IgnoreRules;

/** fixtures/workloads/deltas.csv: what a diff over two kernel lines shows of each workload. */
final class Deltas {
  static final List<String> LINES = List.of("linux-6.2", "linux-6.12", "linux-7.3");

  private static final Path ROOT = Path.of(System.getProperty("seamtape.root"));
  private static final int COLUMNS = 9;

  /** One change. */
  record Row(
      String workload,
      String from,
      String to,
      String call,
      String about,
      String field,
      String valueFrom,
      String valueTo,
      String rule) {

    /** The change without what a diff does not show. */
    String shown() {
      return String.join(" ", call, about, field, valueFrom, "->", valueTo);
    }
  }

  private Deltas() {}

  /** A change as {@link Row#shown} writes it. */
  static String shown(Change change) {
    String about = change.about().strip().replaceAll("[()]", "");
    if (change.kind() == Change.Kind.ONLY_B) {
      return String.join(" ", change.call(), about, "call absent -> made");
    }
    String values = change.valueA() + " -> " + change.valueB();
    return String.join(" ", change.call(), about, change.field(), values);
  }

  /** The rows in the order of the file; the rule is the last column and may hold commas. */
  static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("fixtures/workloads/deltas.csv"))) {
      String[] cell = line.split(",", COLUMNS);
      String rule = cell[8].replaceAll("^\"|\"$", "");
      rows.add(
          new Row(cell[0], cell[1], cell[2], cell[3], cell[4], cell[5], cell[6], cell[7], rule));
    }
    return rows.subList(1, rows.size());
  }

  /** What a comparison of a workload leaves out: the rules beside it, if it has any. */
  static IgnoreRules rules(String workload) throws IOException {
    Path file = ROOT.resolve("fixtures/workloads/" + workload + ".rules");
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    return IgnoreRules.parse(lines, file.toString());
  }

  /** The part of docs/PROFILES.md that is derived. */
  static String document() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("\n## Signs of a difference that show none here\n\n");
    text.append("| section | of `behaviour.md` | why |\n|---|---|---|\n");
    marks().stream().filter(row -> row[2].isEmpty()).map(Deltas::reason).forEach(text::append);
    text.append(
        "| | a removed number (`KVM_SET_MEMORY_REGION`, `KVM_ASSIGN_*`, `KVM_DEBUG_GUEST`) |");
    text.append(" gone from the header after 6.1, but handled by none of the lines |\n");
    for (int i = 1; i < LINES.size(); i++) {
      String from = LINES.get(i - 1);
      String to = LINES.get(i);
      text.append("\n## From ").append(from).append(" to ").append(to).append("\n\n");
      text.append(
          "| call | field | before | after | rule | workload |\n|---|---|---|---|---|---|\n");
      rows().stream().filter(row -> row.to().equals(to)).map(Deltas::line).forEach(text::append);
    }
    return text.toString();
  }

  /** Section, text, workload, call, reason: of each sign of a difference in the rules. */
  static List<String[]> marks() throws IOException {
    Path file = ROOT.resolve("fixtures/workloads/delta-marks.csv");
    return Files.readAllLines(file).stream().skip(1).map(row -> row.split("\\|", -1)).toList();
  }

  private static String reason(String[] mark) {
    return "| " + mark[0] + " | " + mark[1] + " … | " + mark[4] + " |\n";
  }

  private static String line(Row row) {
    String call = "`" + row.call() + "`" + (row.about().isEmpty() ? "" : " " + row.about());
    List<String> cells =
        List.of(call, row.field(), row.valueFrom(), row.valueTo(), row.rule(), row.workload());
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
