package seamtape.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The sixteen rows that the project started from: each has tests that carry its name, as {@code
 * s7...} or {@code rowS7...} at the beginning of the method or as a word of its
 * {@code @DisplayName}.
 */
class RowsTest {
  private static final Path ROOT = Path.of(System.getProperty("seamtape.root"));

  private static final Pattern TEST =
      Pattern.compile(
          "@(?:Test|ParameterizedTest|TestFactory)\\b(.*?)\\bvoid (\\w+)\\(", Pattern.DOTALL);

  private static final Pattern METHOD = Pattern.compile("(?:s|row(?:s)?S)(\\d+)[A-Z]\\w*");
  private static final Pattern SHOWN = Pattern.compile("@DisplayName\\(\\s*\"([^\"]*)\"");
  private static final Pattern WORD = Pattern.compile("\\bS(\\d+)\\b");

  private static TreeSet<Integer> named;

  static List<Integer> rows() {
    return Stream.iterate(1, row -> row + 1).limit(16).toList();
  }

  @ParameterizedTest(name = "S{0}")
  @MethodSource("rows")
  void everyRowHasATestThatNamesIt(int row) {
    assertTrue(named().contains(row), "no test names row S" + row);
  }

  @Test
  void noTestNamesARowThatThereIsNot() {
    assertEquals(List.of(), named().tailSet(rows().size() + 1).stream().toList());
  }

  private static synchronized TreeSet<Integer> named() {
    if (named == null) {
      named = new TreeSet<>();
      for (String room : List.of("schema", "sim-core", "recorder", "replayer", "web-ui", "cli")) {
        tests(ROOT.resolve(room).resolve("src/test/java"));
      }
    }
    return named;
  }

  private static void tests(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).sorted().toList()) {
        rowsOf(Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void rowsOf(String source) {
    Matcher test = TEST.matcher(source);
    while (test.find()) {
      Matcher method = METHOD.matcher(test.group(2));
      if (method.matches()) {
        named.add(Integer.parseInt(method.group(1)));
      }
      Matcher shown = SHOWN.matcher(test.group(1));
      while (shown.find()) {
        Matcher word = WORD.matcher(shown.group(1));
        while (word.find()) {
          named.add(Integer.parseInt(word.group(1)));
        }
      }
    }
  }
}
