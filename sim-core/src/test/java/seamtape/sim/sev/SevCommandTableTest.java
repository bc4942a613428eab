package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;
import static seamtape.sim.sev.SevMachine.DATA;
import static seamtape.sim.sev.SevMachine.OUT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.SevCommand;
import seamtape.sim.CaseTable;

/**
 * S7: every command of {@code abi/sev-commands.csv} with its errors in the order of their checks.
 * The cases are in {@code sev-commands.txt}; a command without any fails, and so does one whose row
 * names an errno that no case of it gives.
 */
final class SevCommandTableTest {
  /** Errnos of rows that this machine does not give, and why. */
  private static final Map<String, String> OUT_OF_REACH =
      Map.ofEntries(
          Map.entry("KVM_SEV_ES_INIT ENOTTY", "the CPU has SEV-ES"),
          Map.entry(
              "KVM_SEV_SNP_LAUNCH_START EBADF", "without that fd there is no context: ENOTTY"),
          Map.entry("KVM_SEV_LAUNCH_START ENOMEM", "the kernel has memory for a blob"),
          Map.entry(
              "KVM_SEV_LAUNCH_UPDATE_VMSA EINTR",
              "a thread that waits for a vCPU's mutex is killed"),
          Map.entry("KVM_SEV_LAUNCH_UPDATE_VMSA EBUSY", "SevContextTest has a vCPU that runs"),
          Map.entry("KVM_SEV_LAUNCH_MEASURE ENOMEM", "the kernel has memory for a blob"),
          Map.entry("KVM_SEV_SEND_START ENOMEM", "the kernel has memory for a blob"),
          Map.entry("KVM_SEV_DBG_DECRYPT ENOMEM", "the kernel has memory for a page"),
          Map.entry("KVM_SEV_DBG_ENCRYPT ENOMEM", "the kernel has memory for a page"),
          Map.entry("KVM_SEV_GET_ATTESTATION_REPORT ENOMEM", "the kernel has memory for a blob"),
          Map.entry("KVM_SEV_GUEST_STATUS EIO", "an fd comes with a guest, which has a status"));

  private static final Pattern ERRNO = Pattern.compile("\\bE[A-Z]{2,}\\b");

  /** One line: command, kernel line, state, argument, result and firmware code, why. */
  private record Case(
      SevCommand command, String line, String state, String data, String result, String why) {
    @Override
    public String toString() {
      return command + ": " + why;
    }
  }

  static List<Case> cases() throws IOException {
    return CaseTable.rows(SevCommandTableTest.class, "sev-commands.txt", 6)
        .map(SevCommandTableTest::parse)
        .toList();
  }

  private static Case parse(String[] c) {
    return new Case(SevCommand.valueOf(c[0]), c[1], c[2], c[3], c[4], c[5]);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void s7ACommandAnswersAsItsRowSays(Case test) {
    SevMachine sev = new SevMachine("linux-" + test.line);
    new SevState(sev).reach(test.state);
    sev.m.store(DATA, new byte[128]);
    long address = store(sev, test.data);
    assertEquals(test.result, sev.command(test.command.id(), address), test.toString());
  }

  /**
   * The argument: {@code -} none, {@code bad} an unreadable one, else {@code offset:size=value}s.
   */
  private static long store(SevMachine sev, String data) {
    if (data.equals("-") || data.equals("bad")) {
      return data.equals("-") ? 0 : 8;
    }
    for (String field : data.split(" ")) {
      Matcher matcher = Pattern.compile("(\\d+):(\\d)=(-?\\w+)").matcher(field);
      assertEquals(true, matcher.matches(), field);
      int size = Integer.parseInt(matcher.group(2));
      sev.m.storeNumber(DATA + Long.parseLong(matcher.group(1)), size, value(matcher.group(3)));
    }
    return DATA;
  }

  private static long value(String word) {
    return switch (word) {
      case "GUEST" -> GUEST;
      case "BLOB" -> BLOB;
      case "OUT" -> OUT;
      default -> Long.decode(word);
    };
  }

  @ParameterizedTest
  @EnumSource(SevCommand.class)
  void s7EveryCommandHasCasesForEveryErrnoOfItsRow(SevCommand command) throws IOException {
    TreeSet<String> wanted = new TreeSet<>();
    Matcher errno = ERRNO.matcher(rules().get(command.name()));
    while (errno.find()) {
      wanted.add(errno.group());
    }
    TreeSet<String> given = new TreeSet<>();
    cases().stream().filter(c -> c.command == command).forEach(c -> given.add(first(c.result)));
    assertEquals(false, given.isEmpty(), "no case");
    boolean everRuns = !given.equals(new TreeSet<>(List.of("EINVAL")));
    assertEquals(everRuns, given.contains("0"), "a command that is served succeeds once");
    wanted.removeAll(given);
    wanted.removeIf(name -> OUT_OF_REACH.containsKey(command + " " + name));
    assertEquals(new TreeSet<>(), wanted, "errnos of the row without a case");
  }

  /** A status that is neither listed nor shown, or both shown and excused, is a fault. */
  @Test
  void s7EveryStatusOfTheFirmwareIsShownByACaseOrHasItsReason() throws IOException {
    TreeSet<String> shown = new TreeSet<>();
    cases().stream()
        .filter(c -> c.result.matches("EIO [1-9a-f]\\w*"))
        .forEach(c -> shown.add(c.command + " " + c.result.substring(4)));
    TreeSet<String> listed = new TreeSet<>();
    for (String[] c : CaseTable.rows(SevCommandTableTest.class, "sev-firmware.txt", 3).toList()) {
      if (c[2].equals("-")) {
        listed.add(SevCommand.valueOf(c[0]) + " " + c[1]);
      } else {
        assertEquals(false, shown.contains(c[0] + " " + c[1]), c[0] + " " + c[1]);
      }
    }
    assertEquals(listed, shown);
  }

  @Test
  void s7WhatIsOutOfReachIsInTheTable() throws IOException {
    Map<String, String> rules = rules();
    for (String key : OUT_OF_REACH.keySet()) {
      String[] words = key.split(" ");
      assertEquals(true, rules.get(words[0]).contains(words[1]), key);
    }
  }

  private static String first(String result) {
    return result.split(" ")[0];
  }

  /** The column errno_rules_in_order. */
  private static Map<String, String> rules() throws IOException {
    Map<String, String> rules = column(6);
    rules.replaceAll((command, rule) -> rule.replace("not ENOTTY", ""));
    rules.put("KVM_SEV_DBG_ENCRYPT", rules.get("KVM_SEV_DBG_DECRYPT"));
    return rules;
  }

  /** A column of sev-commands.csv by command. */
  static Map<String, String> column(int number) throws IOException {
    Path table = Path.of(System.getProperty("seamtape.root"), "fixtures/abi/sev-commands.csv");
    Map<String, String> column = new TreeMap<>();
    for (String line : Files.readAllLines(table)) {
      String[] columns = line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
      column.put(columns[0], columns[number].replace("\"", ""));
    }
    return column;
  }
}
