package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.machine.NestedCalls;

/** S7: the MSR protocol of SEV-ES and SNP guests (behaviour.md section 6, sev-measure.md 7). */
final class GhcbMsrTest {
  private static final int HYPERCALL = 3;
  private static final int SYSTEM_EVENT = 24;
  private static final int AP_RESET_HOLD = 32;

  @ParameterizedTest
  @CsvSource({
    "SEV information: 2 is the highest version here, false, 0x002, 0x0002000133000001",
    "CPUID 0x8000001f EBX, false, 0x8000001f40000004, 0x0000003340000005",
    "hypervisor features, false, 0x080, 0x3081",
    "preferred GPA, true, 0x010, 0xfffffffffffff011",
    "register GPA, true, 0x9012, 0x9013",
    "page state change without the exit, true, 0x0010000000004014, 0x100000015",
    "page state change of an unknown kind, true, 0x0030000000004014, 0x100000015",
    "VMPL is nobody's here, true, 0x016, 0x016",
    "an unknown request, false, 0x7ff, 0x7ff"
  })
  void s7ARequestIsAnsweredInTheMsr(String what, boolean snp, String request, String answer) {
    EsGuest guest = EsGuest.looping(snp);
    long given = guest.msr(Long.parseUnsignedLong(request.substring(2), 16));
    assertEquals(answer.substring(2).replaceFirst("^0+", ""), Long.toHexString(given), what);
  }

  @ParameterizedTest
  @CsvSource({
    "termination, false, 0x213100",
    "preferred GPA of a guest without SNP, false, 0x010",
    "register GPA of a guest without SNP, false, 0x9012",
    "page state change of a guest without SNP, false, 0x0010000000004014"
  })
  void s7TheGuestIsTerminated(String what, boolean snp, String request) {
    EsGuest guest = EsGuest.looping(snp);
    long msr = Long.parseUnsignedLong(request.substring(2), 16);
    assertEquals(SYSTEM_EVENT, guest.exit(msr), what);
    assertEquals(6 | 1L << 32, guest.runField(32), "KVM_SYSTEM_EVENT_SEV_TERM, one word");
    assertEquals(msr, guest.runField(40));
  }

  @ParameterizedTest
  @CsvSource({"1, 16, 0, 0x15", "2, 0, 0, 0x15", "1, 16, 22, 0x100000015"})
  void s7APageStateChangeGoesToUserSpace(
      long operation, long attributes, long result, String answer) {
    EsGuest guest = EsGuest.looping(true);
    guest.exitsOnMapGpa();
    assertEquals(HYPERCALL, guest.exit(operation << 52 | 0x4014));
    assertEquals(12, guest.runField(32), "KVM_HC_MAP_GPA_RANGE");
    assertEquals(0x4000, guest.runField(40));
    assertEquals(1, guest.runField(48), "one page");
    assertEquals(attributes, guest.runField(56));
    guest.m.storeNumber(seamtape.sim.TestMachine.RUN + 88, 8, result);
    assertEquals(5, guest.run());
    long given = guest.m.number(seamtape.sim.TestMachine.GUEST + EsGuest.MAILBOX + 8, 8);
    assertEquals(Long.decode(answer), given);
  }

  @Test
  void s7ResetHoldWithoutALapicIsUserSpaces() {
    EsGuest guest = EsGuest.looping(false);
    assertEquals(AP_RESET_HOLD, guest.exit(0x006));
    assertEquals(5, guest.run());
    assertEquals(
        7, guest.m.number(seamtape.sim.TestMachine.GUEST + EsGuest.MAILBOX + 8, 8), "no SIPI");
  }

  @Test
  void s7BeforeVersion2OfTheProtocolThereAreNoFeatures() {
    EsGuest guest = new EsGuest("linux-6.2", false, NestedCalls.NONE);
    guest.launched(EsGuest.LOOP, "hlt");
    assertEquals(0x0001_0001_3300_0001L, guest.msr(0x002));
    assertEquals(0x080, guest.msr(0x080));
    assertEquals(0x9012, guest.msr(0x9012));
  }

  @Test
  void s7AnAddressThatIsNoPageResumesTheGuest() {
    EsGuest guest = EsGuest.looping(false);
    assertEquals(0, guest.msr(0));
    assertEquals(0x7_0000_0000L, guest.msr(0x7_0000_0000L));
  }
}
