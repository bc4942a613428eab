package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.cli.Command.Result;

/**
 * Recordings of builds that know more: a newer format is refused by every verb in one line; rows
 * and fields that this catalog has not are shown by their own names, and no verb falls over them.
 */
class NewerBuildTest {
  @TempDir static Path dir;

  @BeforeAll
  static void make() throws Exception {
    Command.run("record", "two-vms", "-o", path("plain.tape"));
    changed("row.tape", text -> text.replace("KVM_SET_USER_MEMORY_REGION\"", "KVM_SET_LATER\""));
    changed("run.tape", text -> text.replace(".KVM_RUN\"", ".KVM_RUN_LATER\""));
    changed("vm.tape", text -> text.replace(".KVM_CREATE_VM\"", ".KVM_CREATE_LATER\""));
    changed("open.tape", text -> text.replace(".OPEN\"", ".OPEN_LATER\""));
    changed(
        "field.tape",
        text -> text.replace("{\"name\":\"fd\",\"type\"", "{\"name\":\"later\",\"type\""));
    copy("newer.tape");
    NewerBuild.manifest(dir.resolve("newer.tape"), members -> members.put("formatVersion", 9L));
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  private static void changed(String name, UnaryOperator<String> change) throws Exception {
    copy(name);
    NewerBuild.schema(dir.resolve(name), change);
  }

  private static void copy(String name) throws Exception {
    Path from = dir.resolve("plain.tape");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, dir.resolve(name).resolve(from.relativize(file).toString()));
      }
    }
  }

  /** Every verb that reads a recording. */
  private static List<List<String>> lines(String tape, String out) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(List.of("verify", tape));
    lines.add(List.of("show", tape));
    lines.add(List.of("show", tape, "--json"));
    lines.add(List.of("show", tape, "--tree"));
    lines.add(List.of("show", tape, "--follow"));
    lines.add(List.of("show", tape, "--filter", "arg.slot == 0 || depth > 0 || call ~ \"LATER\""));
    lines.add(List.of("stats", tape));
    lines.add(List.of("stats", tape, "--json"));
    lines.add(List.of("state", tape, "--at", "40"));
    lines.add(List.of("state", tape, "--at", "91", "--json"));
    lines.add(List.of("diff", tape, tape));
    lines.add(List.of("diff", path("plain.tape"), tape));
    lines.add(List.of("diff", tape, path("plain.tape"), "--json"));
    lines.add(List.of("replay", tape));
    lines.add(List.of("replay", tape, "--keep-going", "--json"));
    for (String format : List.of("jsonl", "csv", "avro", "chrome")) {
      lines.add(List.of("export", tape, "--to", format, "-o", out + "." + format));
    }
    lines.add(List.of("trim", tape, "--from", "3", "--to", "60", "-o", out + "-trimmed.tape"));
    lines.add(List.of("pack", tape, "-o", out + "-packed.tape"));
    lines.add(List.of("recover", tape, "-o", out + "-recovered.tape"));
    return lines;
  }

  @Test
  void aNewerFormatIsRefusedByEveryVerbInOneLine() {
    for (List<String> line : lines(path("newer.tape"), path("never"))) {
      Result result = Command.run(line.toArray(String[]::new));
      assertEquals(Exit.USAGE, result.exit(), line + ": " + result.err());
      assertEquals("", result.out(), line.toString());
      assertEquals(1, result.err().lines().count(), result.err());
      assertTrue(
          result.err().contains("written in format 9; this build reads up to"), result.err());
    }
    assertFalse(Files.exists(dir.resolve("never.csv")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"row", "run", "vm", "open", "field"})
  void rowsOfANewerBuildAreShownAndNoVerbFallsOverThem(String name) {
    List<String> wrong = new ArrayList<>();
    for (List<String> line : lines(path(name + ".tape"), path(name))) {
      Result result = Command.run(line.toArray(String[]::new));
      boolean told = result.exit() == Exit.USAGE && result.err().lines().count() == 1;
      if (result.exit() > Exit.DIFFERENT && !told) {
        wrong.add(line.get(0) + " " + line + " gave " + result.exit() + ": " + result.err());
      }
    }
    assertEquals(List.of(), wrong);
    assertEquals(Exit.DONE, Command.run("verify", path(name + ".tape")).exit());
    if (!name.equals("field") && !name.equals("open")) { // whose label is the old one
      Result shown = Command.run("show", path(name + ".tape"), "--filter", "call ~ \"LATER\"");
      assertTrue(shown.out().contains("LATER"), shown.out() + shown.err());
    }
  }
}
