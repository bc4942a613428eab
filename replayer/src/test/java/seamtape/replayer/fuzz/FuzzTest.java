package seamtape.replayer.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The corpus of {@code fixtures/fuzz} read as it is, and a bounded run of Jazzer from there, in a
 * process of its own because its agent rewrites classes. A finding is a file with the bytes, to be
 * kept in the corpus once it is mended: {@code docs/decisions/012}.
 */
class FuzzTest {
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final Path CORPUS = Path.of(System.getProperty("seamtape.root"), "fixtures/fuzz");

  /** A run ends after so many inputs or seconds, whatever comes first. */
  private static final int RUNS = SOAK ? 100_000_000 : 20_000;

  private static final int SECONDS = SOAK ? 1200 : 10;

  /** For the start of the agent, and a machine that has other work. */
  private static final int PATIENCE_SECONDS = SECONDS + 300;

  private static final Pattern COVERAGE = Pattern.compile("INITED cov: (\\d+)");
  private static final Pattern DONE = Pattern.compile("#(\\d+)\\s+DONE\\s+cov: (\\d+)");

  @TempDir Path dir;

  private static List<Path> corpus(FuzzedReader reader) throws IOException {
    try (Stream<Path> files = Files.list(CORPUS.resolve(reader.label()))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theKeptCorpusGivesValuesOrTheReadersOwnExceptions(FuzzedReader reader) throws IOException {
    List<Path> files = corpus(reader);
    assertTrue(files.size() > 2, reader.label() + " has a corpus of " + files.size());
    for (Path file : files) {
      try {
        reader.read(Files.readAllBytes(file));
      } catch (RuntimeException | Error e) {
        throw new AssertionError(file + ": " + e, e);
      }
    }
  }

  @Test
  void aBoundedRunGuidedByCoverageFindsNothing() throws Exception {
    Path inputs = Files.createDirectory(dir.resolve("inputs"));
    int given = inputs(inputs);
    Path log = dir.resolve("log");
    Process jazzer =
        new ProcessBuilder(jazzer(inputs))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = jazzer.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    jazzer.destroyForcibly().waitFor();
    String text = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
    assertTrue(ended, "no end: " + tail(text));
    assertEquals(0, jazzer.exitValue(), () -> "a finding: " + tail(text));
    Matcher done = DONE.matcher(text);
    assertTrue(done.find(), () -> "it said nothing at its end: " + tail(text));
    Matcher begun = COVERAGE.matcher(text);
    assertTrue(begun.find(), () -> "it was not guided: " + tail(text));
    assertTrue(
        Long.parseLong(done.group(1)) > given, "it made no inputs of its own: " + done.group());
    assertTrue(Integer.parseInt(begun.group(1)) > 1000, "classes were not instrumented");
  }

  private static int inputs(Path to) throws IOException {
    int count = 0;
    for (FuzzedReader reader : FuzzedReader.values()) {
      for (Path file : corpus(reader)) {
        byte[] input = FuzzEntry.input(reader, Files.readAllBytes(file));
        Files.write(to.resolve(reader.label() + "-" + file.getFileName()), input);
        count++;
      }
      Files.write(to.resolve(reader.label()), FuzzEntry.input(reader, reader.seed()));
      count++;
    }
    return count;
  }

  private List<String> jazzer(Path inputs) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--") || flag.startsWith("-Dchronicle"))
        .forEach(line::add);
    line.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "-XX:TieredStopAtLevel=" + (SOAK ? 4 : 1)));
    line.add("-Djava.io.tmpdir=" + dir);
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.add("com.code_intelligence.jazzer.Jazzer");
    line.add("--target_class=" + FuzzEntry.class.getName());
    line.add("--instrumentation_includes=seamtape.**");
    line.add("--instrumentation_excludes=" + FuzzEntry.class.getPackageName() + ".**");
    line.add("--custom_hook_includes=none.**"); // of serialisation, shells, servers: none is here
    // A filter's pattern is meant to come from outside; what it may cost is bounded elsewhere.
    line.add("--disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexInjection");
    line.add("--reproducer_path=" + dir);
    line.add("-artifact_prefix=" + artifacts() + "/");
    line.addAll(List.of("-seed=1", "-runs=" + RUNS, "-max_total_time=" + SECONDS));
    line.addAll(List.of("-timeout=60", "-rss_limit_mb=4096", "-max_len=4096", "-len_control=0"));
    line.addAll(List.of("-print_final_stats=1", inputs.toString()));
    return line;
  }

  /** Findings outlive the test. */
  private static Path artifacts() {
    return Path.of("target").toAbsolutePath();
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - 3000));
  }
}
