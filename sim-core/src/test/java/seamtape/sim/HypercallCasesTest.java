package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.catalog.Family;
import seamtape.catalog.HvStatus;
import seamtape.catalog.HypervHypercall;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.XenHypercall;

/**
 * Rows S14 and S15: every hypercall of KVM, Hyper-V and Xen by the cases of hypercall-cases.txt,
 * made by a guest through KVM_RUN; that each row and each of its outcomes has a case is held by
 * HypercallLedgerTest.
 */
class HypercallCasesTest {
  private static final int CELLS = 5;

  private static final long ANSWER = 0x55;
  private static final long LOW = 0xffff_ffffL;
  private static final String OTHERS = "XEN_.*|HVCALL_.*";

  record Case(Call row, List<String> setup, Map<String, String> regs, String outcome, String left) {
    @Override
    public String toString() {
      return row.name() + " " + setup + " " + regs + " -> " + outcome;
    }
  }

  static Stream<Case> cases() throws IOException {
    List<Case> listed =
        CaseTable.rows(HypercallCasesTest.class, "hypercall-cases.txt", CELLS)
            .map(HypercallCasesTest::parse)
            .toList();
    return Stream.concat(listed.stream(), plainRows(listed));
  }

  /** The rows that KVM knows nothing of: Xen's go to user space, Hyper-V's are refused. */
  private static Stream<Case> plainRows(List<Case> listed) {
    List<Call> done = listed.stream().map(Case::row).toList();
    return Stream.of(XenHypercall.values(), HypervHypercall.values())
        .<Call>flatMap(Arrays::stream)
        .filter(row -> !done.contains(row) && row.name().matches(OTHERS))
        .map(
            row ->
                row.family() == Family.XEN_HYPERCALL
                    ? parse(row.name() + " | xen | rax=" + (row.number() >>> 16) + " rbx=77 | exit")
                    : parse(
                        row.name()
                            + " | hyperv prot | hc="
                            + row.number()
                            + " | INVALID_HYPERCALL_CODE"));
  }

  private static Case parse(String line) {
    return parse(CaseTable.cells(line, CELLS));
  }

  private static Case parse(String[] cells) {
    Map<String, String> regs = new LinkedHashMap<>();
    for (String pair : words(cells[2])) {
      regs.put(pair.split("=")[0], pair.split("=")[1]);
    }
    return new Case(row(cells[0]), words(cells[1]), regs, cells[3], cells[4]);
  }

  private static List<String> words(String cell) {
    return cell.isEmpty() ? List.of() : List.of(cell.split(" "));
  }

  private static Call row(String name) {
    return name.startsWith("KVM_")
        ? KvmHypercall.valueOf(name)
        : name.startsWith("XEN_") ? XenHypercall.valueOf(name) : HypervHypercall.valueOf(name);
  }

  private static long number(String word) {
    return word.startsWith("0x")
        ? Long.parseUnsignedLong(word.substring(2), 16)
        : Long.parseLong(word);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void comesToWhatTheRowSays(Case c) {
    HypercallGuest guest = new HypercallGuest(c.setup);
    int exit = guest.call(registers(c, guest));
    if (c.outcome.equals("#UD")) {
      assertEquals(KvmExit.KVM_EXIT_SHUTDOWN.number(), exit, "nobody takes #UD");
      return;
    }
    if (c.outcome.equals("exit")) {
      assertEquals(exitOf(c.row).number(), exit);
      userSpaceAnswers(c, guest);
      exit = guest.run();
    }
    assertEquals(KvmExit.KVM_EXIT_IO.number(), exit, "the guest goes on");
    assertEquals(result(c, guest), answer(c.row, guest));
    CallLog.Entry told = guest.log.entries().get(0);
    // A number above those of the rows is an unknown call's.
    boolean known = told.row().name().equals(c.row.name()) || told.row().name().contains("UNKNOWN");
    assertEquals(true, known, told.row().name());
  }

  private static Map<String, Long> registers(Case c, HypercallGuest guest) {
    Map<String, Long> values = new LinkedHashMap<>();
    c.regs.forEach(
        (name, word) -> {
          switch (name) {
            case "xmm" ->
                guest.xmm(Stream.of(word.split(",")).map(HypercallCasesTest::number).toList());
            case "hc" -> operand(values, guest.wide(), "rcx", "rdx", "rax", number(word));
            case "in" -> operand(values, guest.wide(), "rdx", "rbx", "rcx", number(word));
            case "out" -> operand(values, guest.wide(), "r8", "rdi", "rsi", number(word));
            default -> values.put(name, number(word));
          }
        });
    return values;
  }

  private static void operand(
      Map<String, Long> values, boolean wide, String one, String high, String low, long value) {
    if (wide) {
      values.put(one, value);
    } else {
      values.put(high, value >>> 32);
      values.put(low, value & LOW);
    }
  }

  private static KvmExit exitOf(Call row) {
    return switch (row.family()) {
      case XEN_HYPERCALL -> KvmExit.KVM_EXIT_XEN;
      case HYPERV_HYPERCALL -> KvmExit.KVM_EXIT_HYPERV;
      default -> KvmExit.KVM_EXIT_HYPERCALL;
    };
  }

  /** Into hypercall.ret, hyperv.u.hcall.result or xen.u.hcall.result. */
  private static void userSpaceAnswers(Case c, HypercallGuest guest) {
    int at =
        switch (c.row.family()) {
          case XEN_HYPERCALL -> 56;
          case HYPERV_HYPERCALL -> 48;
          default -> 88;
        };
    guest.m.storeNumber(TestMachine.RUN + at, 8, ANSWER);
    if (c.left.startsWith("params0=")) {
      assertEquals(number(c.left.substring(8)), guest.exitWord(56));
    }
  }

  private static long result(Case c, HypercallGuest guest) {
    long value =
        switch (c.outcome) {
          case "SUCCESS" -> 0;
          case "exit" -> ANSWER;
          default -> c.outcome.startsWith("=") ? number(c.outcome.substring(1)) : error(c);
        };
    boolean cut = !guest.wide() && c.row.family() != Family.HYPERV_HYPERCALL;
    return cut ? value & LOW : value;
  }

  private static long error(Case c) {
    return switch (c.row.family()) {
      case HYPERV_HYPERCALL -> HvStatus.valueOf("HV_STATUS_" + c.outcome).number();
      case KVM_HYPERCALL ->
          c.outcome.equals("ENOSYS") ? -KvmHypercall.ENOSYS : Errno.valueOf(c.outcome).result();
      default -> Errno.valueOf(c.outcome).result();
    };
  }

  private static long answer(Call row, HypercallGuest guest) {
    long rax = guest.register("rax");
    return row.family() == Family.HYPERV_HYPERCALL && !guest.wide()
        ? guest.register("rdx") << 32 | rax
        : rax;
  }
}
