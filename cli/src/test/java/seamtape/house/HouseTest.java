package seamtape.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house, held against its source. */
class HouseTest {
  private static final Path ROOT = Path.of(System.getProperty("seamtape.root"));

  /** Rooms from the top; a room may import only from rooms after it. */
  private static final List<String> ROOMS =
      List.of("cli", "web-ui", "replayer", "recorder", "sim-core", "schema");

  private static final Map<String, String> DEPENDENCY_ROOM =
      Map.ofEntries(
          Map.entry("org.apache.avro", "schema"),
          Map.entry("net.openhft", "recorder"),
          Map.entry("org.snakeyaml", "recorder"),
          Map.entry("com.github.luben", "recorder"),
          Map.entry("org.HdrHistogram", "replayer"),
          Map.entry("io.vertx", "web-ui"),
          Map.entry("picocli", "cli"));

  /** What of the schema room the simulator may use. */
  private static final Set<String> FOR_SIMULATOR =
      Set.of("seamtape.catalog", "seamtape.event", "seamtape.machine", "seamtape.workload");

  private static final int MAX_FILE_LINES = 400;

  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?([\\w.]+);", Pattern.MULTILINE);

  private record Source(String room, Path file, String text) {
    String name() {
      return ROOT.relativize(file).toString();
    }

    List<String> imports() {
      List<String> found = new ArrayList<>();
      Matcher matcher = IMPORT.matcher(text);
      while (matcher.find()) {
        found.add(matcher.group(1));
      }
      return found;
    }
  }

  @Test
  void arrowsPointDownwardsOnly() {
    Map<String, String> roomOfPackage = roomOfPackage();
    List<String> wrong = new ArrayList<>();
    for (Source source : sources("main")) {
      for (String imported : source.imports()) {
        String room = roomOf(imported, roomOfPackage);
        if (room != null && ROOMS.indexOf(room) < ROOMS.indexOf(source.room)) {
          wrong.add(source.name() + " imports " + imported + " of " + room);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void aDependencyHasOneRoom() {
    List<String> wrong = new ArrayList<>();
    for (Source source : sources("main")) {
      for (String imported : source.imports()) {
        DEPENDENCY_ROOM.forEach(
            (prefix, room) -> {
              if (imported.startsWith(prefix + ".") && !room.equals(source.room)) {
                wrong.add(source.name() + " imports " + imported + ", which lives in " + room);
              }
            });
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void theSimulatorUsesTheJdkAndTheSchemasModelOnly() {
    List<String> wrong = new ArrayList<>();
    for (Source source : sources("main")) {
      if (!source.room.equals("sim-core")) {
        continue;
      }
      for (String imported : source.imports()) {
        boolean own = imported.startsWith("seamtape.sim.");
        boolean allowed =
            FOR_SIMULATOR.stream().anyMatch(prefix -> imported.startsWith(prefix + "."));
        boolean jdk = imported.startsWith("java.") || imported.startsWith("javax.crypto.");
        if (!jdk && !own && !allowed) {
          wrong.add(source.name() + " imports " + imported);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void theSimulatorIsDeterministicByItsWords() {
    List<String> banned =
        List.of(
            "System.nanoTime",
            "System.currentTimeMillis",
            "Math.random",
            "new Random(",
            "Instant.now",
            "UUID.randomUUID",
            "ThreadLocalRandom",
            "SecureRandom",
            "parallelStream",
            "identityHashCode",
            "java.util.HashSet",
            "IdentityHashMap",
            "WeakHashMap",
            "ConcurrentHashMap");
    List<String> wrong = new ArrayList<>();
    for (Source source : sources("main")) {
      for (String word : banned) {
        if (source.room.equals("sim-core") && source.text.contains(word)) {
          wrong.add(source.name() + " says " + word);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void filesFitOnAFewScreens() {
    List<String> wrong = new ArrayList<>();
    for (Source source : sources("main")) {
      long lines = source.text.lines().count();
      boolean table = source.text.contains("public enum ");
      if (lines > MAX_FILE_LINES && !table) {
        wrong.add(source.name() + " has " + lines + " lines");
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void nothingIsPromisedInTheSource() {
    List<String> words =
        List.of("TO" + "DO", "FIX" + "ME", "XX" + "X ", "HA" + "CK", "@Dis" + "abled");
    List<String> wrong = new ArrayList<>();
    for (String kind : List.of("main", "test")) {
      for (Source source : sources(kind)) {
        words.stream()
            .filter(source.text::contains)
            .forEach(word -> wrong.add(source.name() + " says " + word));
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void documentsNameWhatExists() throws IOException {
    Set<String> classes = new TreeSet<>();
    for (String kind : List.of("main", "test")) {
      sources(kind).forEach(s -> classes.add(s.file.getFileName().toString().replace(".java", "")));
    }
    List<String> wrong = new ArrayList<>();
    for (String document :
        List.of(
            "README.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "docs/ARCHITECTURE.md",
            "docs/ADDING-AN-IOCTL.md")) {
      String text = Files.readString(ROOT.resolve(document));
      named(text, "`([A-Z][a-z]+[A-Za-z]*)`")
          .filter(name -> !classes.contains(name))
          .forEach(name -> wrong.add(document + " names " + name));
      named(text, "\\]\\(([^)#:]+)\\)")
          .filter(link -> !Files.exists(ROOT.resolve(document).resolveSibling(link)))
          .forEach(link -> wrong.add(document + " links to " + link));
    }
    assertEquals(List.of(), wrong);
  }

  private static Stream<String> named(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1));
  }

  private static Map<String, String> roomOfPackage() {
    Map<String, String> rooms = new java.util.TreeMap<>();
    for (Source source : sources("main")) {
      Matcher matcher =
          Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE).matcher(source.text);
      if (matcher.find()) {
        String other = rooms.put(matcher.group(1), source.room);
        assertEquals(other == null ? source.room : other, source.room, "package split in two");
      }
    }
    return rooms;
  }

  private static String roomOf(String imported, Map<String, String> roomOfPackage) {
    for (String name = imported;
        name.contains(".");
        name = name.substring(0, name.lastIndexOf('.'))) {
      String room = roomOfPackage.get(name.substring(0, name.lastIndexOf('.')));
      if (room != null) {
        return room;
      }
    }
    return null;
  }

  private static List<Source> sources(String kind) {
    List<Source> sources = new ArrayList<>();
    for (String room : ROOMS) {
      Path directory = ROOT.resolve(room).resolve("src").resolve(kind).resolve("java");
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
          sources.add(new Source(room, file, Files.readString(file)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return sources;
  }
}
