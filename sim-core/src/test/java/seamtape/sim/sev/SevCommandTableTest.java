package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;
import static seamtape.sim.sev.SevMachine.DATA;
import static seamtape.sim.sev.SevMachine.OUT;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.SevCommand;

/**
 * S7: every command of {@code abi/sev-commands.csv} with its errors in the order of their checks.
 * The cases are in {@code sev-commands.txt}; a command without any fails, and so does one whose row
 * names an errno that no case of it gives.
 */
final class SevCommandTableTest {
  /** Errnos of rows that this machine does not give, and why. */
  private static final Map<String, String> OUT_OF_REACH =
      Map.of(
          "KVM_SEV_ES_INIT ENOTTY", "the CPU has SEV-ES",
          "KVM_SEV_SNP_LAUNCH_START EBADF", "without that fd there is no context: ENOTTY",
          "KVM_SEV_LAUNCH_START ENOMEM", "the kernel has memory for a blob",
          "KVM_SEV_LAUNCH_UPDATE_VMSA EINTR", "a thread that waits for a vCPU's mutex is killed",
          "KVM_SEV_LAUNCH_UPDATE_VMSA EBUSY", "a vCPU's mutex is held and nobody waits for it",
          "KVM_SEV_LAUNCH_MEASURE ENOMEM", "the kernel has memory for a blob",
          "KVM_SEV_SEND_START ENOMEM", "the kernel has memory for a blob",
          "KVM_SEV_DBG_DECRYPT ENOMEM", "the kernel has memory for a page",
          "KVM_SEV_DBG_ENCRYPT ENOMEM", "the kernel has memory for a page",
          "KVM_SEV_GET_ATTESTATION_REPORT ENOMEM", "the kernel has memory for a blob");

  private static final Pattern ERRNO = Pattern.compile("\\bE[A-Z]{3,}\\b");

  /** One line: command, kernel line, state, argument, result and firmware code, why. */
  private record Case(
      SevCommand command, String line, String state, String data, String result, String why) {
    @Override
    public String toString() {
      return command + ": " + why;
    }
  }

  static List<Case> cases() throws IOException {
    Path table = Path.of("src/test/resources/seamtape/sim/sev/sev-commands.txt");
    return Files.readAllLines(table).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(SevCommandTableTest::parse)
        .toList();
  }

  private static Case parse(String line) {
    String[] c = Stream.of(line.split("\\|")).map(String::strip).toArray(String[]::new);
    assertEquals(6, c.length, line);
    return new Case(SevCommand.valueOf(c[0]), c[1], c[2], c[3], c[4], c[5]);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void s7ACommandAnswersAsItsRowSays(Case test) {
    SevMachine sev = new SevMachine("linux-" + test.line);
    new State(sev).reach(test.state);
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
    Path table = Path.of(System.getProperty("seamtape.root"), "fixtures/abi/sev-commands.csv");
    Map<String, String> rules = new TreeMap<>();
    for (String line : Files.readAllLines(table)) {
      String[] columns = line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
      rules.put(columns[0], columns[6].replace("not ENOTTY", ""));
    }
    rules.put("KVM_SEV_DBG_ENCRYPT", rules.get("KVM_SEV_DBG_DECRYPT"));
    return rules;
  }

  /** Brings a machine into the state in which a command is tried. */
  private static final class State {
    private final SevMachine sev;

    State(SevMachine sev) {
      this.sev = sev;
    }

    void reach(String words) {
      Arrays.stream(words.split("\\+")).forEach(this::step);
    }

    private void step(String word) {
      switch (word) {
        case "plain" -> sev.createVm(0);
        case "sev" -> made(sev.createVm(0), sev.init(false));
        case "es" -> made(sev.createVm(0), sev.init(true));
        case "type2", "type3", "type4" -> sev.createVm(word.charAt(4) - '0');
        case "init2" -> made(0, sev.init2(0, 0, 0));
        case "full" -> full();
        case "vcpu" -> sev.createVcpu(0);
        case "debugged" -> debugged();
        case "started" -> made(0, sev.launchStart(0));
        case "esstarted" -> made(0, sev.launchStart(4));
        case "vmsa" -> made(0, sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
        case "data" -> made(0, sev.updateData(GUEST, 0x1000));
        case "measured" -> made(0, sev.measure(48));
        case "secret" -> secret();
        case "running" -> sev.running(0);
        case "closed" -> sev.running(1 | 8);
        case "sending" -> sending();
        case "receiving" -> receiving();
        case "mirror" -> mirror();
        case "badfd" -> sev.sevFd = sev.m.kvm;
        case "fdgone" -> sev.m.machine.close(seamtape.sim.TestMachine.TID, sev.sevFd);
        case "snp" -> made(sev.createVm(4), sev.init2(0, 0, 0));
        case "snpstarted" -> snpStarted();
        case "memory" -> memory(false);
        case "private" -> memory(true);
        default -> throw new IllegalArgumentException(word);
      }
    }

    private static void made(long fd, String result) {
      assertEquals("0 0", result, "on the way");
    }

    private void full() {
      for (int i = 0; i < 99; i++) {
        made(sev.createVm(0), sev.init(true));
      }
      sev.createVm(0);
    }

    private void secret() {
      try {
        sev.secret();
      } catch (java.security.GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }

    private void debugged() {
      sev.m.store(DATA, sev.struct(128).putInt(0, 1).array());
      assertEquals(0, sev.m.ioctl(sev.m.vcpu, seamtape.catalog.KvmIoctl.KVM_SET_GUEST_DEBUG, DATA));
    }

    private void sending() {
      sev.running(0);
      ByteBuffer start = sev.struct(72).putLong(56, OUT).putInt(64, 128);
      for (int blob = 8; blob <= 40; blob += 16) {
        start.putLong(blob, BLOB).putInt(blob + 8, 64);
      }
      made(0, sev.command(SevCommand.KVM_SEV_SEND_START, start));
    }

    private void receiving() {
      sending();
      ByteBuffer data = sev.struct(48).putLong(16, GUEST).putInt(24, 16);
      data.putLong(0, OUT + 0x100).putInt(8, 52).putLong(32, OUT + 0x200).putInt(40, 16);
      made(0, sev.command(SevCommand.KVM_SEV_SEND_UPDATE_DATA, data));
      made(sev.createVm(0), sev.init(false));
      ByteBuffer start = sev.struct(40).putLong(8, BLOB).putInt(16, 64);
      start.putLong(24, OUT).putInt(32, 128);
      made(0, sev.command(SevCommand.KVM_SEV_RECEIVE_START, start));
      // The packet lies where cases look for one.
      sev.m.store(BLOB + 0x100, sev.bytes(OUT + 0x100, 0x200));
    }

    private void mirror() {
      int owner = sev.vm;
      sev.createVm(0);
      var copy = seamtape.catalog.KvmCapability.KVM_CAP_VM_COPY_ENC_CONTEXT_FROM;
      assertEquals("0", sev.enableCap(sev.vm, copy, owner));
    }

    private void snpStarted() {
      step("snp");
      ByteBuffer start = sev.struct(64).putLong(0, 0x30000);
      made(0, sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, start));
    }

    private void memory(boolean isPrivate) {
      sev.memfdSlot(0x4000);
      sev.setAttributes(0, 0x4000, isPrivate ? 8 : 0);
    }
  }
}
