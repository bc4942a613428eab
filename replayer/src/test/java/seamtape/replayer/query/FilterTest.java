package seamtape.replayer.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.event.Subject;
import seamtape.recorder.tape.Tape;

class FilterTest {
  private static final byte[] NONE = {};

  @TempDir static Path dir;
  private static Tape tape;
  private static CallReader reader;

  /**
   * The recording that the tables below speak of, by event: 1 KVM_GET_API_VERSION = 12; 3
   * KVM_CREATE_VM = 4; 5 KVM_CHECK_EXTENSION cap 0 = 1; 7 KVM_CREATE_VCPU 1 = EEXIST; 9
   * KVM_SET_USER_MEMORY_REGION slot 2, size 0x8000...; 11 KVM_RUN of vCPU 1, IO, holding 12
   * TDH.VP.ENTER = busy, holding 13 TDG.VP.VMCALL; 17 KVM_RUN of vCPU 0, in flight.
   */
  @BeforeAll
  static void write() throws IOException {
    try (CallTape to = new CallTape(dir.resolve("f.tape"))) {
      to.call(KvmIoctl.KVM_GET_API_VERSION, Subject.SYSTEM, 12, 3, 0);
      to.call(KvmIoctl.KVM_CREATE_VM, Subject.SYSTEM, 4, 3, 0);
      to.call(KvmIoctl.KVM_CHECK_EXTENSION, Subject.vm(0), 1, 4, 0);
      to.call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(0), -17, 4, 1);
      byte[] region = new byte[32];
      region[0] = 2;
      region[23] = (byte) 0x80;
      to.returns(
          to.enter(KvmIoctl.KVM_SET_USER_MEMORY_REGION, Subject.vm(0), region, 4, 0x7000), NONE, 0);
      CallTape.Expected run = to.enter(KvmIoctl.KVM_RUN, Subject.vcpu(0, 1), NONE, 5, 0);
      CallTape.Expected seamcall = to.nested(Seamcall.TDH_VP_ENTER, run, 0);
      to.returns(to.nested(Tdcall.TDG_VP_VMCALL, seamcall, 0), NONE, 0);
      to.returns(seamcall, NONE, 0x8000020000000001L);
      to.returns(run, NONE, 0, 2);
      to.enter(KvmIoctl.KVM_RUN, Subject.vcpu(0, 0), NONE, 6, 0);
      to.seal();
    }
    tape = Tape.open(dir.resolve("f.tape"));
    reader = new CallReader(tape);
  }

  @AfterAll
  static void close() throws IOException {
    reader.close();
    tape.close();
  }

  private static List<Long> passing(String filter) throws Exception {
    Matches matches = new Matches(Filter.parse(filter));
    while (!matches.complete()) {
      matches.advance(reader, System.nanoTime());
    }
    List<Long> events = new ArrayList<>();
    for (int i = 0; i < matches.count(); i++) {
      events.add(reader.window(matches.position(i), 1).get(0).event());
    }
    return events;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "                                        | [1, 3, 5, 7, 9, 11, 12, 13, 17]",
        "KVM_RUN                                 | [11, 17]",
        "call == KVM_RUN && vcpu == 1            | [11]",
        "call == \"kvm_run\"                     | [11, 17]",
        "\"VP\"                                  | [12, 13]",
        "TDH.VP.ENTER                            | [12]",
        "name == \"TDH.VP.ENTER\"                | [12]",
        "seamcall or tdcall                      | [12, 13]",
        "family == seamcall                      | [12]",
        "EEXIST                                  | [7]",
        "errno == EEXIST                         | [7]",
        "errno == 17                             | [7]",
        "errno                                   | [7]",
        "errno != 0                              | [7]",
        "error                                   | [7, 12]",
        "errno == 0 and ret > 0                  | [1, 3, 5, 12]",
        "ret == 12                               | [1]",
        "ret in {1, 4..12}                       | [1, 3, 5]",
        "ret == -17                              | [7]",
        "ret == TDX_OPERAND_BUSY                 | [12]",
        "ret < 0                                 | [7]",
        "ret & 0x8000000000000000                | [7, 12]",
        "ret == 0x8000020000000001               | [12]",
        "not (vm == 0)                           | [1, 3]",
        "vm != 0                                 | [1, 3]",
        "vm                                      | [5, 7, 9, 11, 12, 13, 17]",
        "depth >= 1                              | [12, 13]",
        "under(KVM_RUN)                          | [12, 13]",
        "under(seamcall)                         | [13]",
        "has(tdcall)                             | [11, 12]",
        "not has(tdcall) and KVM_RUN             | [17]",
        "exit.reason == KVM_EXIT_IO              | [11]",
        "KVM_EXIT_IO                             | [11]",
        "arg.cap == KVM_CAP_IRQCHIP              | [5]",
        "arg.cap ~ \"^KVM_CAP_IRQ\"              | [5]",
        "arg.slot == 2                           | [9]",
        "arg.memory_size > 0x7fffffffffffffff    | [9]",
        "in.vcpu_id == 1 xor event == 5          | [5, 7]",
        "event in {5..9}                         | [5, 7, 9]",
        "phase == enter                          | [17]",
        "actor contains \"vcpu0\"                | [12, 13]",
        "tid == 7 and on == \"vm0\"              | [5, 7, 9]",
        "KVM_RUN or \"VM\" and errno == 0        | [1, 3, 5, 9, 11, 13, 17]",
        "lat >= 0 and t < 20                     | [1]",
      })
  void passesTheCallsItDescribes(String filter, String events) throws Exception {
    assertEquals(events, passing(filter == null ? "" : filter).toString(), filter);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "errno =                 | 6 | 1 | equality is written ==",
        "errno ==                | 8 | 1 | where a value is needed",
        "erno == 1               | 0 | 4 | no field or name is called",
        "errno == EEXISTS        | 9 | 7 | no name that is known",
        "arg.nonsense == 1       | 0 | 12 | no call has the field",
        "(errno                  | 6 | 1 | where “)” is needed",
        "errno)                  | 5 | 1 | not expected here",
        "\"abc                   | 0 | 4 | no end",
        "ret == 0xzz             | 7 | 4 | not a number",
        "ret in 5                | 7 | 1 | where “{” is needed",
        "call ~ \"(\"            | 7 | 3 | cannot be read",
        "call ~ 5                | 7 | 1 | needs a text in quotes",
        "ret & call              | 6 | 4 | a mask is a number",
        "and                     | 0 | 3 | no field or name",
        "ret == 1 ret            | 9 | 3 | not expected here",
        "errno # 1               | 6 | 1 | means nothing here",
      })
  void saysWhereAFilterIsWrong(String filter, int position, int length, String message) {
    FilterException e = assertThrows(FilterException.class, () -> Filter.parse(filter));
    assertEquals(position, e.position(), e.getMessage());
    assertEquals(length, e.length(), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void suggestsWhatAMistypedNameMayMean() {
    FilterException e = assertThrows(FilterException.class, () -> Filter.parse("erno == 1"));
    assertTrue(e.expected().contains("errno"), e.expected().toString());
    e = assertThrows(FilterException.class, () -> Filter.parse("errno == EEXISTS"));
    assertTrue(e.expected().contains("EEXIST"), e.expected().toString());
  }

  @Test
  void limitsLengthNodesAndDepth() {
    for (String filter :
        List.of(
            " ".repeat(Filter.MAX_LENGTH) + "ret",
            "ret or ".repeat(Filter.MAX_NODES) + "ret",
            "(".repeat(Filter.MAX_DEPTH + 1) + "ret" + ")".repeat(Filter.MAX_DEPTH + 1),
            "!".repeat(Filter.MAX_DEPTH + 1) + "ret")) {
      FilterException e = assertThrows(FilterException.class, () -> Filter.parse(filter));
      assertTrue(e.getMessage().contains("at most"), e.getMessage());
    }
  }

  @Test
  void stopsAPatternThatWouldNotEnd() {
    for (String pattern : List.of("^(.+)+\\1!", "(.*)(.*)(.*)(.*)(.*)(.*)!")) {
      FilterException e =
          assertThrows(FilterException.class, () -> passing("call ~ r\"" + pattern + "\""));
      assertTrue(e.getMessage().contains("too many steps"), e.getMessage());
    }
  }

  @Test
  void neverFailsOtherwiseThanWithAFilterException() {
    Random random = new Random(11);
    List<String> words =
        List.of(
            "(",
            ")",
            "!",
            "not",
            "and",
            "or",
            "xor",
            "==",
            "!=",
            "<",
            "in",
            "{",
            "}",
            "..",
            ",",
            "errno",
            "arg.slot",
            "KVM_RUN",
            "under",
            "has",
            "\"x\"",
            "r\"\\d\"",
            "0x1f",
            "-5",
            "5us",
            "~",
            "contains",
            "&",
            "1.5",
            "9999999999999999999999",
            "\u0000",
            "é",
            "\"",
            "in.",
            ".");
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(words.get(random.nextInt(words.size())))
            .append(random.nextInt(3) > 0 ? " " : "");
      }
      try {
        Filter.parse(text.toString());
      } catch (FilterException e) {
        assertTrue(e.position() >= 0 && e.position() <= text.length(), text.toString());
        assertTrue(e.length() >= 1, text.toString());
      }
    }
  }
}
