package seamtape.replayer.explain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rows of {@code fixtures/explanations.csv}, read from the top: the first that matches is the
 * explanation.
 */
public final class Explanations {
  private static final String RESOURCE = "/seamtape/explanations.csv";
  private static final String HEADER = "call,field,rule,use,reason,words,source";
  private static final int COLUMNS = 7;

  private final List<Explanation> rows;

  private Explanations(List<Explanation> rows) {
    this.rows = List.copyOf(rows);
  }

  /** The table of this build. */
  public static Explanations bundled() {
    try (InputStream in = Explanations.class.getResourceAsStream(RESOURCE);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return parse(reader.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a table.
   *
   * @throws IllegalArgumentException naming the line that is wrong
   */
  public static Explanations parse(List<String> lines) {
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new IllegalArgumentException("line 1 is not " + HEADER);
    }
    List<Explanation> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      rows.add(row(i + 1, columns(lines.get(i))));
    }
    return new Explanations(rows);
  }

  private static Explanation row(int line, List<String> c) {
    if (c.size() != COLUMNS) {
      throw new IllegalArgumentException(
          "line " + line + " has " + c.size() + " columns, not " + COLUMNS);
    }
    Explanation.Use use =
        Stream.of(Explanation.Use.values())
            .filter(u -> u.word().equals(c.get(3)))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("line " + line + ": no use " + c.get(3)));
    return new Explanation(line, c.get(0), c.get(1), c.get(2), use, c.get(4), c.get(5), c.get(6));
  }

  /** Comma-separated, quotes around what holds a comma. */
  static List<String> columns(String line) {
    List<String> columns = new ArrayList<>();
    StringBuilder column = new StringBuilder();
    boolean quoted = false;
    for (char c : line.toCharArray()) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        columns.add(column.toString());
        column.setLength(0);
      } else {
        column.append(c);
      }
    }
    columns.add(column.toString());
    return columns;
  }

  public List<Explanation> rows() {
    return rows;
  }

  /**
   * The explanation of a difference.
   *
   * @param facts what is known of the call by name: {@code recorded}, {@code replayed}, {@code arg}
   *     and the fields of its argument
   */
  public Optional<Explanation> of(String call, String field, Map<String, Object> facts) {
    return rows.stream().filter(row -> row.matches(call, field, facts)).findFirst();
  }

  /** The row that has a use for a call, whatever its field. */
  public Optional<Explanation> of(Explanation.Use use, String call, Map<String, Object> facts) {
    return rows.stream()
        .filter(row -> row.use() == use && row.matches(call, row.field(), facts))
        .findFirst();
  }
}
