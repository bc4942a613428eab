package seamtape.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every line of the given documents on TDX and the CPUs is shown by a test that facts-shown.txt
 * names, or stands there with the reason why none shows it.
 */
class FactsShownTest {
  private static final Path ROOT = Path.of(System.getProperty("seamtape.root"));
  private static final List<String> ROOMS =
      List.of("schema", "sim-core", "recorder", "replayer", "cli");

  /** Where sources and legends of a table stand; they state nothing of their own. */
  private static final Pattern NO_FACT =
      Pattern.compile("^(#|\\|-|Sources|Evidence|$)|^\\| (file|step|version|row) \\|");

  /** A rule: lines of a section that it is about, and what shows them. */
  private record Entry(String document, String section, Pattern words, String shownBy) {
    boolean covers(Line line) {
      boolean here = section.isEmpty() || section.equals(line.section);
      return document.equals(line.document) && here && words.matcher(line.text).find();
    }
  }

  private record Line(String document, String section, String text) {}

  private static List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    String document = "";
    for (String line :
        Files.readAllLines(Path.of("src/test/resources/seamtape/house/facts-shown.txt"))) {
      if (line.startsWith("== ")) {
        document = line.substring(3);
      } else if (!line.isBlank() && !line.startsWith("# ")) {
        int end = line.lastIndexOf(" | ");
        boolean sectioned = line.matches("#\\d+ .*");
        int from = sectioned ? line.indexOf(' ') + 1 : 0;
        String section = sectioned ? line.substring(1, from - 1) : "";
        Pattern words = Pattern.compile(line.substring(from, end));
        entries.add(new Entry(document, section, words, line.substring(end + 3)));
      }
    }
    return entries;
  }

  /** The lines of the documents that state something, each with the number of its section. */
  private static List<Line> facts(List<Entry> entries) throws IOException {
    List<Line> facts = new ArrayList<>();
    for (String name : entries.stream().map(Entry::document).distinct().toList()) {
      String section = "";
      List<String> lines = Files.readAllLines(ROOT.resolve("fixtures/abi").resolve(name));
      for (int i = 0; i < lines.size(); i++) {
        String text = lines.get(i);
        section = text.startsWith("## ") ? text.replaceAll("## (\\d+).*", "$1") : section;
        boolean head = i + 1 < lines.size() && lines.get(i + 1).startsWith("|-");
        if (!head && !NO_FACT.matcher(text).find()) {
          facts.add(new Line(name, section, text));
        }
      }
    }
    return facts;
  }

  @Test
  void everyLineIsShownByATestOrHasAReason() throws IOException {
    List<Entry> entries = entries();
    List<Line> facts = facts(entries);
    List<String> missing = new ArrayList<>();
    for (Line line : facts) {
      if (entries.stream().noneMatch(entry -> entry.covers(line))) {
        missing.add(line.document + " " + line.section + ": " + line.text);
      }
    }
    assertEquals(List.of(), missing, "neither shown nor excused");
    List<String> idle = new ArrayList<>();
    for (Entry entry : entries) {
      if (facts.stream().noneMatch(entry::covers)) {
        idle.add(entry.document + ": " + entry.words);
      }
    }
    assertEquals(List.of(), idle, "about no line");
    assertTrue(facts.size() > 250, "lines: " + facts.size());
  }

  @Test
  void theTestsThatShowThemExist() throws IOException {
    Map<String, String> sources = testSources();
    List<String> gone = new ArrayList<>();
    for (Entry entry : entries()) {
      if (entry.shownBy.startsWith("- ")) {
        continue;
      }
      for (String test : entry.shownBy.split(", ")) {
        String[] name = test.split("\\.");
        String source = sources.getOrDefault(name[0], "");
        if (name.length != 2 || !source.contains(" " + name[1] + "(")) {
          gone.add(test);
        }
      }
    }
    assertEquals(List.of(), gone);
  }

  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    for (String room : ROOMS) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(room).resolve("src/test/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.put(name, Files.readString(file));
        }
      }
    }
    return sources;
  }
}
