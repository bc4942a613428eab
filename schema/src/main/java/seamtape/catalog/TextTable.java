package seamtape.catalog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The rows of a text resource: words, without the lines of comment. */
public final class TextTable {
  private TextTable() {}

  /**
   * @param beside a class of the package in which the resource lies
   */
  public static List<String[]> rows(Class<?> beside, String resource) {
    List<String[]> rows = new ArrayList<>();
    try (InputStream in = beside.getResourceAsStream(resource);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.startsWith("#")) {
          rows.add(line.split(" "));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** A number, decimal or 0x; {@code -} is 0. */
  public static long number(String word) {
    if (word.equals("-")) {
      return 0;
    }
    return word.startsWith("0x")
        ? Long.parseUnsignedLong(word.substring(2), 16)
        : Long.parseLong(word);
  }

  /** A 32-bit number, as {@link #number}. */
  public static int u32(String word) {
    return (int) number(word);
  }
}
