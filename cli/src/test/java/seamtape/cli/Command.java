package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import seamtape.json.Json;
import seamtape.recorder.tape.Verification;

/** Runs the command as users do: another process, its output and exit code. */
final class Command {
  /** What a command line gave. */
  record Result(int exit, String out, String err) {
    @SuppressWarnings("unchecked")
    Map<String, Object> json() {
      return (Map<String, Object>) Json.parse(out.trim());
    }
  }

  private static final long LIMIT_SECONDS = 180;

  /** How long a machine with much else to do may need for what takes a moment. */
  static final int PATIENCE_SECONDS = 120;

  private Command() {}

  /** Runs in this process, as a process of its own would: to be used by one test at a time. */
  static Result run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, false, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, false, StandardCharsets.UTF_8));
      int exit = Main.run(arguments);
      System.out.flush();
      System.err.flush();
      return new Result(
          exit,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** Runs as a process of its own. */
  static Result process(String... arguments) throws IOException, InterruptedException {
    return runWith(ownJava(), arguments);
  }

  /** Runs on the Java of a path. */
  static Result runWith(Path java, String... arguments) throws IOException, InterruptedException {
    List<String> line = line(java, arguments);
    Path out = Files.createTempFile("seamtape", ".out");
    Path err = Files.createTempFile("seamtape", ".err");
    try {
      Process process =
          new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("no end within " + LIMIT_SECONDS + " s: " + line);
      }
      return new Result(process.exitValue(), read(out), read(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Starts a command that does not end by itself. */
  static Process start(String... arguments) throws IOException {
    return new ProcessBuilder(line(arguments)).start();
  }

  /** Starts to record so many exits, and comes back once the first of them are there to be read. */
  static Process recording(Path tape, long exits) throws IOException, InterruptedException {
    Process process =
        start("record", "pio-storm", "--set", "count=" + exits, "-o", tape.toString());
    assertTrue(soon(() -> !process.isAlive() || begun(tape)), "no recording");
    return process;
  }

  private static boolean begun(Path tape) {
    try {
      return Verification.of(tape).events() > 0;
    } catch (IOException half) {
      return false;
    }
  }

  /** Looks again and again until something is so; false when it is not for long. */
  static boolean soon(BooleanSupplier question) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!question.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(2);
    }
    return true;
  }

  /** True when a process ends within what a busy machine may need. */
  static boolean ends(Process process) throws InterruptedException {
    return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Starts a command in a directory; its messages come out with what it prints. */
  static Process startIn(Path dir, List<String> line) throws IOException {
    return new ProcessBuilder(line).directory(dir.toFile()).redirectErrorStream(true).start();
  }

  /** Reads what a process prints until it ends, and expects that it ends well. */
  static String donePrinting(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(Exit.DONE, process.waitFor(), out);
    return out;
  }

  /** What a process says on stderr until it ends. */
  static String messages(Process process) throws IOException {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** The command line of a process of its own, for those who change something of it. */
  static List<String> line(String... arguments) {
    return line(ownJava(), arguments);
  }

  private static Path ownJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  private static List<String> line(Path java, String... arguments) {
    List<String> line = new ArrayList<>();
    line.add(java.toString());
    line.addAll(flags());
    line.add("-cp");
    line.add(System.getProperty("java.class.path"));
    line.add("seamtape.cli.Main");
    line.addAll(List.of(arguments));
    return line;
  }

  /**
   * The module flags of the manifest of the command's jar, in their form for a class path, and a
   * quick start.
   */
  private static List<String> flags() {
    // Most of what these processes do is starting.
    List<String> flags = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    for (String export :
        List.of(
            "java.base/jdk.internal.misc",
            "java.base/jdk.internal.ref",
            "java.base/jdk.internal.util",
            "java.base/sun.nio.ch",
            "jdk.unsupported/sun.misc")) {
      flags.add("--add-exports=" + export + "=ALL-UNNAMED");
    }
    for (String open : List.of("java.io", "java.lang", "java.util", "java.lang.reflect")) {
      flags.add("--add-opens=java.base/" + open + "=ALL-UNNAMED");
    }
    return flags;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
