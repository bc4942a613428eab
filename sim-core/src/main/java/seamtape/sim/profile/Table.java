package seamtape.sim.profile;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The rows of a text resource beside this class: words, without the lines of comment. */
final class Table {
  private Table() {}

  static List<String[]> rows(String resource) {
    List<String[]> rows = new ArrayList<>();
    try (InputStream in = Table.class.getResourceAsStream(resource);
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

  /** A 32-bit number, decimal or 0x. */
  static int u32(String word) {
    return (int) (long) Long.decode(word);
  }

  /** The subleaf of a CPUID row; a leaf without subleaves has 0. */
  static int subleaf(String word) {
    return word.equals("-") ? 0 : u32(word);
  }
}
