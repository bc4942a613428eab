package seamtape.recorder.tape;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import seamtape.recorder.tape.Manifest.Source;

/** A writer that is a process of its own, for faults that are one. */
final class Child {
  private static final int MAX_EVENTS = 2_000_000;

  /**
   * How a child ended.
   *
   * @param acknowledged last event whose append returned
   * @param failure what the writer said was wrong; empty when nothing
   */
  record End(int exit, long acknowledged, String failure, String errors) {}

  private Child() {}

  /** Appends events until the recording fails; says how far it came and why it went no further. */
  public static void main(String[] args) {
    long last = 0;
    String failure = "";
    try (TapeWriter writer =
        TapeWriter.create(
            Path.of(args[0]), Manifest.of(Source.SIM, "linux-7.3"), Durability.valueOf(args[1]))) {
      Events events = new Events(1);
      while (last < MAX_EVENTS) {
        last = writer.append(events.next());
      }
    } catch (TapeException e) {
      failure = e.getMessage();
    } catch (UncheckedIOException e) {
      failure = e.getCause().getMessage();
    }
    System.out.print(last + "\n" + failure);
  }

  /** The command line of a class of the tests, with what Chronicle needs. */
  static List<String> java(String main, List<String> flags, String... arguments) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--add-") || flag.startsWith("-Dchronicle"))
        .forEach(line::add);
    line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    line.addAll(flags);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    line.addAll(List.of(arguments));
    return line;
  }

  static End run(List<String> before, List<String> flags, Path tape, Durability level)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(before);
    line.addAll(java(Child.class.getName(), flags, tape.toString(), level.name()));
    Process process = new ProcessBuilder(line).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("no end");
    }
    String[] lines = out.split("\n", 2);
    long last = lines[0].isEmpty() ? 0 : Long.parseLong(lines[0]);
    return new End(process.exitValue(), last, lines.length < 2 ? "" : lines[1], err);
  }

  /** True when a command can be run here and succeeds. */
  static boolean succeeds(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no such command
    }
  }
}
