package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.cli.Command.Result;

/** The commands that the documents tell a newcomer to type, in their order, as they stand there. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("seamtape.root", ".."));
  private static final String COMMAND = "./seamtape ";

  /** What is not of a moment, and files that a reader brings. */
  private static final List<String> ELSEWHERE =
      List.of("demo", "serve ", "--follow", "OVMF.fd", "oracle ");

  /** Another kernel or host answers otherwise. */
  private static final Set<String> DIFFERENT =
      Set.of(
          "replay qemu.tape --keep-going",
          "replay qemu.tape --keep-going --profile linux-6.2",
          "diff without.tape with.tape --html diff.html");

  @TempDir Path dir;

  private static List<String> commands(String document) throws Exception {
    List<String> commands = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve(document))) {
      String command = line.replaceAll("\\s+#.*", "").strip();
      if (command.startsWith(COMMAND) && ELSEWHERE.stream().noneMatch(command::contains)) {
        commands.add(command.substring(COMMAND.length()));
      }
    }
    return commands;
  }

  private String[] words(String command) {
    List<String> words = new ArrayList<>();
    for (String word : command.replaceAll("'([^' ]+) ([^' ]+) ([^' ]+)'", "$1$2$3").split(" +")) {
      if (word.startsWith("fixtures/")) {
        words.add(ROOT.resolve(word).toString());
      } else if (word.equals("qemu.strace")) {
        words.add(ROOT.resolve("fixtures/corpus/strace/qemu-pc-seabios.strace.gz").toString());
      } else {
        words.add(word.matches(".*\\.(tape|html|json)") ? dir.resolve(word).toString() : word);
      }
    }
    return words.toArray(String[]::new);
  }

  private void assertRun(String document, int atLeast) throws Exception {
    List<String> commands = commands(document);
    assertTrue(commands.size() >= atLeast, commands.toString());
    for (String command : commands) {
      Result result = Command.run(words(command));
      int exit = DIFFERENT.contains(command) ? Exit.DIFFERENT : Exit.DONE;
      assertEquals(exit, result.exit(), () -> document + ": " + command + ": " + result.err());
    }
  }

  @Test
  void theCommandsOfTheReadmeDoWhatItSays() throws Exception {
    PackedTest.openRecording(dir.resolve("killed.tape"));
    assertRun("README.md", 18);
  }

  @Test
  void theRecordingsOfTheTourAreMadeAsItSays() throws Exception {
    Files.createDirectory(dir.resolve("tour"));
    assertRun("docs/TOUR.md", 5);
  }
}
