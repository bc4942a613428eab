package seamtape.recorder.strace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The logs of real runs and what their manifest says of each. */
final class Corpus {
  /** A row of the manifest's table. */
  record Row(String file, int kept, int ioctls, int runs, String exits, String errors) {}

  static final Path ROOT = Path.of(System.getProperty("seamtape.root", ".."));
  private static final Path FILES = ROOT.resolve("fixtures/corpus");

  private Corpus() {}

  static Path log(String name) {
    return FILES.resolve("strace").resolve(name);
  }

  static List<Path> logs() throws IOException {
    try (Stream<Path> files = Files.list(FILES.resolve("strace"))) {
      return files.sorted().toList();
    }
  }

  static Map<String, Row> manifest() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    for (String line : Files.readAllLines(FILES.resolve("MANIFEST.md"))) {
      String[] cells = line.split("\\|");
      boolean row = cells.length == 10 && cells[2].trim().matches("\\d+/\\d+");
      if (row) {
        String file = cells[1].trim();
        int kept = Integer.parseInt(cells[2].trim().split("/")[1]);
        int ioctls = Integer.parseInt(cells[4].trim());
        int runs = Integer.parseInt(cells[5].trim());
        rows.put(file, new Row(file, kept, ioctls, runs, cells[6].trim(), cells[7].trim()));
      }
    }
    return rows;
  }
}
