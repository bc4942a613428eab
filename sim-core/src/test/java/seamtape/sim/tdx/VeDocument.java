package seamtape.sim.tdx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tables of tdx-ve.md. */
public final class VeDocument {
  private VeDocument() {}

  /** The rows of the table of a section, without its head, cell by cell. */
  public static List<List<String>> table(int section) throws IOException {
    Path file = Path.of(System.getProperty("seamtape.root"), "fixtures", "abi", "tdx-ve.md");
    List<List<String>> rows = new ArrayList<>();
    int at = 0;
    for (String line : Files.readAllLines(file)) {
      at = line.startsWith("## ") ? Integer.parseInt(line.substring(3, 4)) : at;
      if (at == section && line.startsWith("|")) {
        String inner = line.substring(1, line.length() - 1);
        rows.add(Arrays.stream(inner.split("\\|")).map(String::strip).toList());
      }
    }
    return rows.subList(2, rows.size());
  }
}
