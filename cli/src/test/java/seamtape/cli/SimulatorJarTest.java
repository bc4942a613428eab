package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.cli.Command.Result;

/** A recording made with one build of the simulator replays on another, loaded apart from it. */
class SimulatorJarTest {
  private static final List<String> CARRIED =
      List.of("seamtape/sim/", "seamtape/catalog/", "seamtape/event/", "seamtape/workload/");

  @TempDir Path dir;

  @Test
  void replaysOnASimulatorThatAJarBrings() throws Exception {
    Path jar = dir.resolve("simulator.jar");
    build(jar);
    String tape = dir.resolve("pio-echo.tape").toString();
    assertEquals(Exit.DONE, Command.run("record", "pio-echo", "-o", tape).exit());
    Result result = Command.run("replay", tape, "--simulator", jar.toString(), "--json");
    assertEquals(Exit.DONE, result.exit(), result.out() + result.err());
    assertEquals(true, result.json().get("identical"));
    String recordedThere = dir.resolve("there.tape").toString();
    Result there =
        Command.run("record", "pio-echo", "-o", recordedThere, "--simulator", jar.toString());
    assertEquals(Exit.DONE, there.exit(), there.err());
    assertEquals(Exit.DONE, Command.run("diff", tape, recordedThere).exit());
  }

  @Test
  void refusesAJarThatIsNoSimulator() throws Exception {
    Path jar = dir.resolve("empty.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry("nothing.txt"));
    }
    String tape = dir.resolve("x.tape").toString();
    Result result = Command.run("record", "minimal", "-o", tape, "--simulator", jar.toString());
    assertEquals(Exit.USAGE, result.exit());
    assertTrue(result.err().contains("is not a simulator"), result.err());
  }

  /**
   * The simulator's classes and resources of this build as one jar, as sim-core's build makes it.
   */
  private static void build(Path jar) throws IOException {
    TreeSet<String> seen = new TreeSet<>();
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        Path path = Path.of(entry);
        if (Files.isDirectory(path)) {
          add(path, out, seen);
        } else if (path.getFileName().toString().startsWith("seamtape-")) {
          try (FileSystem zip = FileSystems.newFileSystem(path)) {
            add(zip.getPath("/"), out, seen);
          }
        }
      }
    }
  }

  private static void add(Path root, JarOutputStream out, TreeSet<String> seen) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = root.relativize(file).toString();
        boolean resource = name.startsWith("seamtape/") && name.endsWith(".txt");
        if ((resource || CARRIED.stream().anyMatch(name::startsWith)) && seen.add(name)) {
          out.putNextEntry(new ZipEntry(name));
          Files.copy(file, out);
        }
      }
    }
  }
}
