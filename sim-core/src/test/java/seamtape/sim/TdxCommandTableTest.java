package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.ARG;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Errno;
import seamtape.catalog.TdxCommand;
import seamtape.catalog.TdxStatus;
import seamtape.sim.profile.Fixture;

/**
 * S5: every rule of every row of {@code abi/tdx-commands.csv}, in the order of the checks. The
 * cases are in {@code tdx-commands.txt}; each errno of each rule has one, or a reason why none.
 */
class TdxCommandTableTest {
  /** Row, rule and errno that this machine does not give, and why. */
  private static final Map<String, String> OUT_OF_REACH =
      Map.ofEntries(
          Map.entry("KVM_TDX_CAPABILITIES ENOMEM ENOMEM", "the kernel has memory for a struct"),
          Map.entry(
              "KVM_TDX_CAPABILITIES EIO module reports no attributes/xfam EIO",
              "KVM offers no TDs with such a module, so there is no fd to ask"),
          Map.entry("KVM_TDX_INIT_VM EFAULT/ENOMEM copy ENOMEM", "the kernel has memory for it"),
          Map.entry("KVM_TDX_INIT_VM cgroup EBUSY EBUSY", "no cgroup limits key ids"),
          Map.entry("KVM_TDX_INIT_VM ENOMEM ENOMEM", "64 TDs do not use up the host's memory"),
          Map.entry(
              "KVM_TDX_INIT_VM EIO a package has no online CPU EIO", "all processors are online"),
          Map.entry(
              "KVM_TDX_INIT_VM EAGAIN TDH.MNG.CREATE/ADDCX no entropy EAGAIN",
              "seamcall() tries ten times, and entropy comes back sooner"),
          Map.entry(
              "KVM_TDX_INIT_VM EIO other SEAMCALL failure EIO",
              "KVM's order of SEAMCALLs is the module's"),
          Map.entry("KVM_TDX_INIT_VCPU ENOMEM ENOMEM", "as above"),
          Map.entry("KVM_TDX_INIT_VCPU EIO TDH.VP.CREATE/ADDCX/INIT failure EIO", "as above"),
          Map.entry(
              "KVM_TDX_INIT_MEM_REGION EINTR signal pending (progress written back) EINTR",
              "the command is made in one piece: a signal comes before it or after it"),
          Map.entry("KVM_TDX_INIT_MEM_REGION populate EIO", "as EIO SEAMCALL failure"),
          Map.entry("KVM_TDX_INIT_MEM_REGION populate EBUSY", "one thread has the TD's locks"),
          Map.entry("KVM_TDX_INIT_MEM_REGION populate EAGAIN", "one thread has the TD's locks"),
          Map.entry(
              "KVM_TDX_INIT_MEM_REGION EIO SEAMCALL failure EIO",
              "KVM's order of SEAMCALLs is the module's"),
          Map.entry(
              "KVM_TDX_FINALIZE_VM EBUSY SEAMCALL operand busy (hw_error set) EBUSY",
              "a TD that is being built has no vCPU that runs, so nobody holds its locks"),
          Map.entry("KVM_TDX_GET_CPUID ENOMEM ENOMEM", "the kernel has memory for entries"),
          Map.entry(
              "KVM_TDX_GET_CPUID EIO leaf 0 or 0x80000000 unreadable EIO",
              "each module that KVM takes serves both leaves"),
          Map.entry(
              "KVM_TDX_GET_CPUID EFAULT/EINVAL cmd copy EFAULT",
              "TdxCommandTest.theCommandIsCopiedAndItsHwErrorMustBeZero"),
          Map.entry("KVM_TDX_GET_CPUID EFAULT/EINVAL cmd copy EINVAL", "the same test"));

  private static final Pattern ERRNO = Pattern.compile("\\bE(?!PT|NOIOCTLCMD)[A-Z2]{2,}\\b");
  private static final Pattern FIELD = Pattern.compile("(\\d+):(\\d)=(-?\\w+)");
  private static final long DATA = ARG + 0x1000;
  private static final long END = ARG + 0x4000;

  /** Most cases make a VM of their own on this one. */
  private static final TdMachine MACHINE = new TdMachine();

  private record Case(
      String command, String state, int flags, String data, String result, String rule) {
    @Override
    public String toString() {
      return command + " " + state + " " + data + ": " + result;
    }

    int id() {
      String name = command.replaceAll("@.*", "");
      return name.startsWith("KVM") ? TdxCommand.valueOf(name).id() : Integer.parseInt(name);
    }

    boolean onVcpu() {
      return command.contains("@")
          ? command.endsWith("@vcpu")
          : id() == 2 || id() == 3 || id() == 5;
    }
  }

  static List<Case> cases() throws IOException {
    return CaseTable.rows(TdxCommandTableTest.class, "tdx-commands.txt", 6)
        .map(TdxCommandTableTest::parse)
        .toList();
  }

  private static Case parse(String[] c) {
    return new Case(c[0], c[1], Integer.parseInt(c[2]), c[3], c[4], c[5]);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void s5ACommandAnswersAsItsRowSays(Case test) {
    State state = new State(test.state.matches(".*(full|running).*") ? new TdMachine() : MACHINE);
    TdMachine td = state.reach(test.state);
    long data = store(td, test);
    td.log.clear();
    int fd = test.onVcpu() ? td.m.vcpu : td.m.vm;
    long result = td.command(fd, test.id(), test.flags, data, 0);
    String hwError = td.hwError() == 0 ? "" : " " + TdxStatus.text(td.hwError());
    assertEquals(test.result, (result < 0 ? Errno.text(result) : "0") + hwError);
    boolean refused = result < 0 && td.hwError() == 0;
    assertTrue(!refused || test.onVcpu() || td.log.entries().isEmpty(), "without a SEAMCALL");
    state.leave();
  }

  private static long store(TdMachine td, Case test) {
    String[] words = test.data.split(" ");
    if (words[0].equals("-") || words[0].equals("bad")) {
      return words[0].equals("-") ? 0 : 8;
    }
    TdxCommand command = TdxCommand.byId(test.id()).orElseThrow();
    byte[] good = good(command);
    int fixed =
        switch (command) {
          case KVM_TDX_CAPABILITIES -> 2056;
          case KVM_TDX_INIT_VM -> 264;
          default -> 8;
        };
    boolean tail = words[0].equals("tail");
    long at = tail ? END - fixed : DATA;
    td.m.store(at, tail ? Arrays.copyOf(good, fixed) : good);
    for (String word : Arrays.asList(words).subList(1, words.length)) {
      Matcher field = FIELD.matcher(word);
      assertTrue(field.matches(), word);
      int size = Integer.parseInt(field.group(2));
      td.m.storeNumber(at + Long.parseLong(field.group(1)), size, Long.decode(field.group(3)));
    }
    return at;
  }

  private static byte[] good(TdxCommand command) {
    return switch (command) {
      case KVM_TDX_CAPABILITIES -> TdMachine.little(2056).putInt(2048, 64).array();
      case KVM_TDX_INIT_VM -> Arrays.copyOf(TdMachine.initVm(48).array(), 1024);
      case KVM_TDX_INIT_MEM_REGION ->
          TdMachine.little(24).putLong(0, TdMachine.SOURCE).putLong(16, 1).array();
      default -> TdMachine.little(8).putInt(0, 256).array();
    };
  }

  /** A pair of a rule and an errno is shown by a case or listed with its reason, and not both. */
  @Test
  void s5EveryErrnoOfEveryRuleHasACaseOrAReason() throws IOException {
    TreeSet<String> shown = new TreeSet<>();
    TreeSet<String> wanted = new TreeSet<>();
    for (Map<String, String> row : Fixture.csv("tdx-commands.csv")) {
      for (String rule : row.get("errno_rules_in_order").split(";|\\. ")) {
        Matcher errno =
            ERRNO.matcher(rule.replaceAll("6\\.16:[^;]*EINVAL|\\(6\\.16: also[^;]*", ""));
        while (errno.find()) {
          String pair = pair(row.get("name"), rule.strip(), errno.group());
          wanted.add(pair);
          for (Case c : cases()) {
            boolean gives = c.result.split(" ")[0].equals(errno.group());
            boolean named =
                rule.strip().equals(c.rule) || c.rule.contains(" ") && rule.contains(c.rule);
            if (gives && of(c).equals(row.get("name")) && named) {
              shown.add(pair);
            }
          }
        }
      }
    }
    TreeSet<String> both = new TreeSet<>(shown);
    both.retainAll(OUT_OF_REACH.keySet());
    assertEquals(new TreeSet<>(), both, "shown, and said to be out of reach");
    assertEquals(35, shown.size());
    shown.addAll(OUT_OF_REACH.keySet());
    assertEquals(wanted, shown);
  }

  private static String pair(String row, String rule, String errno) {
    boolean populate = rule.startsWith("per page: populate");
    return row + " " + (populate ? "populate" : rule) + " " + errno;
  }

  /** The row of a case; a command on the wrong fd is one of the unknown. */
  private static String of(Case c) {
    if (!c.command.contains("@")) {
      return c.command;
    }
    return c.onVcpu() ? "(unknown id on vcpu fd)" : "(unknown id)";
  }

  /** What a case says that it shows stands in its row, in the notes, or is success. */
  @Test
  void s5EveryCaseShowsARule() throws IOException {
    Path notes = Path.of(System.getProperty("seamtape.root"), "fixtures/abi/tdx-commands-notes.md");
    String common = Files.readString(notes) + "success, not a TD";
    Map<String, String> rules = new TreeMap<>();
    Fixture.csv("tdx-commands.csv")
        .forEach(row -> rules.put(row.get("name"), row.get("errno_rules_in_order")));
    for (Case c : cases()) {
      assertTrue((rules.get(of(c)) + common).contains(c.rule), c + " shows " + c.rule);
      assertEquals(c.rule.equals("success"), c.result.equals("0"), c.toString());
    }
  }

  /** Brings a machine into the state in which a command is tried. */
  private static final class State {
    private final TdMachine td;
    private String state;

    State(TdMachine td) {
      this.td = td;
    }

    /** Gives the TD's key id and its memory back. */
    void leave() {
      td.m.machine.munmap(TestMachine.TID, TestMachine.RUN, 12288);
      for (int fd = td.m.kvm + 1; fd < td.m.kvm + 8; fd++) {
        td.m.machine.close(TestMachine.TID, fd);
      }
      td.log
          .of(seamtape.catalog.Seamcall.TDH_PHYMEM_PAGE_RECLAIM)
          .forEach(call -> assertEquals(0, call.ret(), "all pages come back"));
    }

    TdMachine reach(String words) {
      state = words;
      Arrays.stream(words.split("\\+")).forEach(this::step);
      return td;
    }

    private void step(String word) {
      switch (word) {
        case "plain" -> td.m.createVm();
        case "td" -> td.createVm();
        case "slow" -> td.m.ioctl(td.m.vm, seamtape.catalog.KvmIoctl.KVM_SET_TSC_KHZ, 50_000);
        case "init" -> td.initialized();
        case "full" -> full();
        case "vcpu" -> vcpu();
        case "cpuid" -> td.setCpuid();
        case "initvcpu" -> made(td.command(td.m.vcpu, TdxCommand.KVM_TDX_INIT_VCPU, 0, 0));
        case "memory" -> td.withMemory();
        case "shared" -> made(td.attributes(0, TdMachine.PAGES << 12, 0));
        case "page0" -> made(td.addPages(0, 1, 0));
        case "runnable" -> td.runnable();
        case "running" -> running();
        default -> throw new IllegalArgumentException(word);
      }
    }

    private static void made(long result) {
      assertEquals(0, result, "on the way");
    }

    private void full() {
      for (int i = 0; i < 31; i++) {
        made(td.createVm().initVm(TdMachine.initVm(48)));
      }
      td.createVm();
    }

    private void vcpu() {
      if (!state.contains("plain")) {
        td.initialized();
      }
      td.m.vcpu = (int) td.m.ioctl(td.m.vm, seamtape.catalog.KvmIoctl.KVM_CREATE_VCPU, 0);
      TdMachine.check(td.m.vcpu);
    }

    /** Another thread is in KVM_RUN. */
    private void running() {
      td.runnable();
      int run = seamtape.catalog.KvmIoctl.KVM_RUN.number();
      long result = td.m.machine.ioctl(TestMachine.TID + 1, td.m.vcpu, run, 0, 10);
      assertEquals(seamtape.machine.Machine.IN_PROGRESS, result);
    }
  }
}
