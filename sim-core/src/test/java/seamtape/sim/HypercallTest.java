package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.RUN;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Family;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.machine.NestedCalls;

/**
 * Hypercalls of plain guests (rows S14 and S15): served in the kernel, told to the recording, or
 * left to user space.
 */
final class HypercallTest {
  private static final long LOW = 0xffff_ffffL;

  /** mov eax, 12; mov ebx, 0x3000; mov ecx, 2; mov edx, 16; vmcall; hlt. */
  private static final String MAP_TWO_PAGES =
      "66b80c000000" + "66bb00300000" + "66b902000000" + "66ba10000000" + "0f01c1" + "f4";

  private final List<String> told = new ArrayList<>();

  private final NestedCalls nested =
      new NestedCalls() {
        @Override
        public void enter(int tid, long actor, int family, int number, long[] fields) {
          assertEquals(Actor.vcpu(0, 0), actor);
          assertEquals(Family.KVM_HYPERCALL.ordinal(), family);
          told.add("enter " + number + " " + fields[0]);
        }

        @Override
        public void returns(int tid, long[] fields) {
          told.add("returns " + fields[0]);
        }
      };

  /** The result of a hypercall by real-mode code that ends in HLT. */
  private long answerOf(TestMachine m, String code) {
    m.guest(code);
    assertEquals(0, m.run());
    assertEquals(5, m.exitReason());
    return register(m, 0);
  }

  private static long register(TestMachine m, int offset) {
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    return m.number(ARG + offset, 8);
  }

  private static void enableExit(TestMachine m) {
    m.store(ARG, new byte[104]);
    m.storeNumber(ARG, 4, KvmCapability.KVM_CAP_EXIT_HYPERCALL.number());
    m.storeNumber(ARG + 8, 8, 1 << 12);
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_ENABLE_CAP, ARG));
  }

  @Test
  void rowS14AnUnknownHypercallIsAnsweredEnosysAndRecordedWithItsNumber() {
    // mov eax, 77; vmcall; hlt
    TestMachine m = new TestMachine("linux-7.3", nested);
    assertEquals(LOW & -1000, answerOf(m, "66b84d000000" + "0f01c1" + "f4"));
    assertEquals(List.of("enter -1 77", "returns -1000"), told);
  }

  @ParameterizedTest
  @CsvSource({
    "1,  0,     KVM_HC_VAPIC_POLL_IRQ",
    "5,  0,     KVM_HC_KICK_CPU",
    "9,  -95,   KVM_HC_CLOCK_PAIRING without a stable clock",
    "11, 0,     KVM_HC_SCHED_YIELD",
    "12, -1000, KVM_HC_MAP_GPA_RANGE that user space did not ask for",
    "2,  -1000, KVM_HC_MMU_OP of long ago"
  })
  void rowS14KvmServesItsOwnHypercalls(int number, long result, String name) {
    TestMachine m = new TestMachine("linux-7.3", nested);
    String code = "66b8%02x000000".formatted(number) + "0f01c1" + "f4";
    assertEquals(LOW & result, answerOf(m, code), name);
  }

  @ParameterizedTest
  @CsvSource({"intel", "amd"})
  void rowS15VmcallAndVmmcallAreTheSameToAnyVendor(String vendor) {
    assertEquals(0, answerOf(new TestMachine("linux-7.3", vendor, false), "66b80b0000000f01c1f4"));
    assertEquals(0, answerOf(new TestMachine("linux-7.3", vendor, false), "66b80b0000000f01d9f4"));
  }

  /** em_hypercall; kvm-hypercalls-notes.md: the wrong one is patched, or #UD without the quirk. */
  @ParameterizedTest
  @CsvSource({"intel, 0f01d9, c1", "amd, 0f01c1, d9"})
  void rowS15TheOtherVendorsInstructionIsPatchedWhileItsQuirkIsOn(
      String vendor, String code, String patched) {
    TestMachine m = new TestMachine("linux-7.3", vendor, false);
    assertEquals(0, answerOf(m, "66b80b000000" + code + "f4"));
    assertEquals(Integer.parseInt(patched, 16), m.number(TestMachine.GUEST + 0x1008, 1));
    TestMachine strict = new TestMachine("linux-7.3", vendor, false).guest("66b80b000000" + code);
    strict.store(ARG, new byte[104]);
    strict.storeNumber(ARG, 4, KvmCapability.KVM_CAP_DISABLE_QUIRKS2.number());
    strict.storeNumber(ARG + 8, 8, 1 << 5);
    assertEquals(0, strict.ioctl(strict.vm, KvmIoctl.KVM_ENABLE_CAP, ARG));
    strict.ioctl(strict.vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    strict.storeNumber(ARG + 208 + 8, 2, 0);
    strict.ioctl(strict.vcpu, KvmIoctl.KVM_SET_SREGS, ARG);
    assertEquals(0, strict.run());
    assertEquals(8, strict.exitReason(), "#UD that nobody takes");
  }

  @Test
  void rowS15NumberAndArgumentsAreInRaxRbxRcxRdxAndRsi() {
    TestMachine m = new TestMachine("linux-7.3", nested).guest(MAP_TWO_PAGES);
    enableExit(m);
    m.storeNumber(RUN + 64, 8, 0x5555);
    assertEquals(0, m.run());
    assertEquals(3, m.exitReason());
    assertEquals(12, m.number(RUN + 32, 8), "nr");
    assertEquals(0x3000, m.number(RUN + 40, 8), "gpa, of RBX");
    assertEquals(2, m.number(RUN + 48, 8), "pages, of RCX");
    assertEquals(16, m.number(RUN + 56, 8), "attributes, of RDX");
    assertEquals(0x5555, m.number(RUN + 64, 8), "left alone");
    assertEquals(0, m.number(RUN + 96, 8), "no long mode");
  }

  @Test
  void rowS14MapGpaRangeGoesToUserSpaceWhereThatIsEnabled() {
    TestMachine m = new TestMachine("linux-7.3", nested).guest(MAP_TWO_PAGES);
    enableExit(m);
    assertEquals(0, m.run());
    assertEquals(3, m.exitReason());
    m.storeNumber(RUN + 88, 8, 7);
    assertEquals(0, m.run());
    assertEquals(5, m.exitReason());
    assertEquals(List.of("enter 12 12288", "returns 7"), told);
    assertEquals(7, register(m, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "0x3001, 1,          not a page",
    "0x3000, 0,          no page",
    "0,      0xffffffff, as many as fit: no error"
  })
  void rowS14MapGpaRangeRefusesRangesThatAreNone(String gpa, String pages, String why) {
    TestMachine m = new TestMachine("linux-7.3", nested).guest("66b80c0000000f01c1f4");
    enableExit(m);
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    m.storeNumber(ARG + 8, 8, Long.decode(gpa));
    m.storeNumber(ARG + 16, 8, Long.decode(pages));
    m.ioctl(m.vcpu, KvmIoctl.KVM_SET_REGS, ARG);
    assertEquals(0, m.run());
    boolean valid = why.endsWith("no error");
    assertEquals(valid ? 3 : 5, m.exitReason(), why);
    if (!valid) {
      assertEquals(LOW & -22, register(m, 0), why);
    }
  }
}
