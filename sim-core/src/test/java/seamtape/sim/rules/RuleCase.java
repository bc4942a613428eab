package seamtape.sim.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One case of a file of rules: a line of steps for a fresh machine, beneath the sentence that it
 * shows. The head of fixtures/rules/kvm.rules has the syntax.
 */
record RuleCase(String where, String sentence, String profile, String vendor, List<Step> steps) {
  /** A call or a word of the setup, and what it must give. */
  record Step(
      String name,
      String fd,
      List<String> arguments,
      String expected,
      String saved,
      List<String> checks) {}

  private static final Path RULES = Path.of(System.getProperty("seamtape.root"), "fixtures/rules");

  @Override
  public String toString() {
    return where + " " + sentence;
  }

  static Stream<RuleCase> all() {
    List<RuleCase> cases = new ArrayList<>();
    try (Stream<Path> files = Files.list(RULES)) {
      for (Path file : files.sorted().toList()) {
        read(file, cases);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return cases.stream();
  }

  private static void read(Path file, List<RuleCase> cases) throws IOException {
    String sentence = "";
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith(" ")) {
        cases.add(of(file.getFileName() + ":" + number, sentence, line.strip()));
      } else {
        sentence = line;
      }
    }
  }

  private static RuleCase of(String where, String sentence, String line) {
    String profile = "linux-7.3";
    String vendor = "intel";
    String rest = line;
    if (rest.startsWith("[")) {
      String[] machine = rest.substring(1, rest.indexOf(']')).split(" ");
      profile = machine[0];
      vendor = machine.length > 1 ? machine[1] : vendor;
      rest = rest.substring(rest.indexOf(']') + 1);
    }
    List<Step> steps = Stream.of(rest.split(";")).map(String::strip).map(RuleCase::step).toList();
    return new RuleCase(where, sentence, profile, vendor, steps);
  }

  private static Step step(String text) {
    List<String> arguments = new ArrayList<>();
    List<String> checks = new ArrayList<>();
    String[] words = text.split("\\s+");
    String expected = "";
    String saved = "";
    List<String> target = arguments;
    for (int i = 1; i < words.length; i++) {
      switch (words[i]) {
        case "=" -> expected = words[++i];
        case "->" -> saved = words[++i];
        case ":" -> target = checks;
        default -> target.add(words[i]);
      }
    }
    int at = words[0].indexOf('@');
    String name = at < 0 ? words[0] : words[0].substring(0, at);
    String fd = at < 0 ? "" : words[0].substring(at + 1);
    return new Step(name, fd, arguments, expected, saved, checks);
  }
}
