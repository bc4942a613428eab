package seamtape.sim;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Cases among the resources of the tests: a line each, bars between their cells; # begins a
 * comment.
 */
public final class CaseTable {
  private CaseTable() {}

  /**
   * @param of a class beside whose package's resources the table lies
   * @param cells that a line may have; those that are missing at its end are empty
   */
  public static Stream<String[]> rows(Class<?> of, String name, int cells) throws IOException {
    try (InputStream in = of.getResourceAsStream(name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> cells(line, cells));
    }
  }

  /** The cells of one line. */
  public static String[] cells(String line, int cells) {
    String[] there = line.split("\\|");
    if (there.length > cells) {
      throw new IllegalArgumentException("more than " + cells + " cells: " + line);
    }
    String[] all = new String[cells];
    Arrays.setAll(all, i -> i < there.length ? there[i].strip() : "");
    return all;
  }
}
