package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.event.Event;
import seamtape.recorder.log.Warnings.Kind;

/** Requests, arguments and results of ioctls in the forms that strace gives them. */
class IoctlCallsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "ioctl(5, KVM_RUN, 0) = 0~KVM_RUN",
        "ioctl(5, 0xae80, 0) = 0~KVM_RUN",
        "ioctl(0x5, 0xae80, 0) = 0~KVM_RUN",
        "ioctl(5, 0xae80 /* KVM_RUN */, 0) = 0~KVM_RUN",
        "ioctl(5, _IOC(_IOC_NONE, 0xae, 0x80, 0), 0) = 0~KVM_RUN",
        "ioctl(5, _IOC(_IOC_READ|_IOC_WRITE, 0xae, 0xd4, 0x40), 0x7f00) = 7~KVM_CREATE_GUEST_MEMFD",
        "ioctl(5, _IOC(_IOC_WRITE, 0xae, 0xd2, 0x20), 0x7f00) = 0~KVM_SET_MEMORY_ATTRIBUTES",
        "ioctl(5, _IOC(_IOC_WRITE, 0xae, 0x49, 0xa0), 0x7f00) = 0~KVM_SET_USER_MEMORY_REGION2",
        "ioctl(5, KVM_NO_SUCH or KVM_RUN, 0) = 0~KVM_RUN",
        "ioctl(5, 0xaeff, 0x12) = -1 ENOTTY (Inappropriate ioctl for device)~KVM_UNKNOWN_IOCTL",
        "ioctl(5, KVM_ARM_VCPU_INIT, 0x7f00) = 0~KVM_UNKNOWN_IOCTL",
        "ioctl(5<anon_inode:kvm-vcpu:3>, KVM_RUN, 0) = 0 (KVM_EXIT_IO)~KVM_RUN",
        "ioctl(5</a<b>c>, KVM_RUN, 0) = 0~KVM_RUN",
        "ioctl(5</kvm>(deleted), KVM_RUN, 0) = 0~KVM_RUN",
        "ioctl(5, KVM_RUN) = 0~KVM_RUN",
      })
  void readsEveryFormOfARequest(String line, String name) throws IOException {
    Imported imported = Imported.of(line);
    assertEquals(1, imported.report.ioctls());
    assertEquals(name, imported.call(0).name());
    assertEquals(5, imported.call(0).enter().fields[0]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ioctl(1, TCGETS, 0x7fff) = -1 ENOTTY (Inappropriate ioctl for device)",
        "ioctl(1, SNDCTL_TMR_START or TCSETS, {c_iflag=0}) = 0",
        "ioctl(1, 0x5401, 0x7fff) = 0",
        "ioctl(1, _IOC(_IOC_READ, 0x54, 0x32, 0x4), 0x7fff) = 0",
        "write(1, \"ioctl(5, KVM_RUN, 0) = 0\\n\", 25) = 25",
        "read(5<anon_inode:kvm-vm>, \"\\\"ioctl(5, KVM_RUN, 0) = 0\", 25) = 25",
      })
  void leavesOtherCallsAlone(String line) throws IOException {
    Imported imported = Imported.of(line);
    assertEquals(0, imported.report.events());
    assertEquals(1, imported.report.skipped());
    assertTrue(imported.report.warnings().isEmpty());
  }

  @Test
  void keepsTheNumberOfAnUnknownRequest() throws IOException {
    Event enter = Imported.of("ioctl(7, 0xaeff, 0x12) = 3").call(0).enter();
    assertEquals(7, enter.fields[0]);
    assertEquals(0xaeff, enter.fields[1]);
    assertEquals(0x12, enter.fields[2]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY|3",
        "KVM_CHECK_EXTENSION, 0x3 /* KVM_CAP_USER_MEMORY */|3",
        "KVM_CHECK_EXTENSION, 0x3e7 /* KVM_CAP_??? */|999",
        "KVM_CREATE_VM, 0x5|5",
        "KVM_CREATE_VM, KVM_X86_TDX_VM|5",
        "KVM_GET_MSR_INDEX_LIST, 0x7ffc5a2b|2147244587",
        "KVM_GET_MSR_INDEX_LIST, NULL|0",
        "KVM_CREATE_VM, 0xffffffffffffffff|-1",
        "KVM_CHECK_EXTENSION, KVM_CAP_OF_TOMORROW|-1",
      })
  void readsValues(String call, long value) throws IOException {
    assertEquals(value, Imported.of("ioctl(3, " + call + ") = 0").call(0).enter().fields[1]);
  }

  @Test
  void readsAMemorySlot() throws IOException {
    Event enter =
        Imported.of(
                "ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=1, flags=KVM_MEM_LOG_DIRTY_PAGES|"
                    + "KVM_MEM_READONLY, guest_phys_addr=0xfffc0000, memory_size=262144,"
                    + " userspace_addr=0x7f9988400000}) = 0")
            .call(0)
            .enter();
    assertEquals(1, Imported.number(enter, 0, 4));
    assertEquals(3, Imported.number(enter, 4, 4));
    assertEquals(0xfffc0000L, Imported.number(enter, 8, 8));
    assertEquals(262144, Imported.number(enter, 16, 8));
    assertEquals(0x7f9988400000L, Imported.number(enter, 24, 8));
    assertEquals(1, enter.copyCount());
    assertEquals(Event.UNKNOWN, enter.fields[1]);
  }

  @Test
  void readsCpuidEntriesAndLeavesTheirPaddingUnknown() throws IOException {
    Imported.Call call =
        Imported.of(
                "ioctl(3, KVM_GET_SUPPORTED_CPUID, {nent=2, entries=[{function=0, index=0, flags=0,"
                    + " eax=0x10, ebx=0x68747541, ecx=0x444d4163, edx=0x69746e65}, {function=0xd,"
                    + " index=1, flags=KVM_CPUID_FLAG_SIGNIFCANT_INDEX, eax=0xf, ebx=0, ecx=0,"
                    + " edx=0}]}) = 0")
            .call(0);
    Event out = call.returned();
    assertEquals(0, call.enter().copyCount());
    assertEquals(2, Imported.number(out, 0, 4));
    assertEquals(-1, Imported.shown(out, 4), "padding");
    assertEquals(0x68747541, Imported.number(out, 8 + 16, 4));
    assertEquals(0xd, Imported.number(out, 48, 4));
    assertEquals(1, Imported.number(out, 48 + 8, 4));
    assertEquals(-1, Imported.shown(out, 48 + 28), "padding of an entry");
  }

  @Test
  void aTableCutShortShowsItsCount() throws IOException {
    Event enter =
        Imported.of("ioctl(9, KVM_SET_CPUID2, {nent=75, entries=[...]}) = 0").call(0).enter();
    assertEquals(75, Imported.number(enter, 0, 4));
    assertEquals(1, enter.copyCount());
  }

  @Test
  void aStructInTwoStatesIsBothInputAndOutput() throws IOException {
    Imported.Call call =
        Imported.of("ioctl(3, KVM_GET_SUPPORTED_CPUID, {nent=100} => {nent=2, entries=[...]}) = 0")
            .call(0);
    assertEquals(100, Imported.number(call.enter(), 0, 4));
    assertEquals(2, Imported.number(call.returned(), 0, 4));
  }

  @Test
  void namesFieldsAndValuesThatItCannotRead() throws IOException {
    Imported imported =
        Imported.of("ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=what, colour=3, flags=1}) = 0");
    assertEquals(1, imported.warnings(Kind.UNKNOWN_FIELD));
    assertEquals(1, imported.warnings(Kind.UNKNOWN_VALUE));
    assertEquals(-1, Imported.shown(imported.call(0).enter(), 0));
    assertEquals(1, Imported.number(imported.call(0).enter(), 4, 4));
    assertEquals(1, imported.report.warnings().get(0).line());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{slot",
        "{slot=",
        "{slot=1",
        "{slot=1,",
        "{=1}",
        "{{}}",
        "{]}",
        "{slot=]}",
        "[",
        "[}",
        "{slot={}}",
        "{slot=[1, 2]}",
        "{,,,}",
        "{slot=1}}",
        "{slot=\"",
        "{slot=\"\\",
        "{...}",
        "]"
      })
  void survivesBrokenStructs(String text) throws IOException {
    for (String request : new String[] {"KVM_SET_USER_MEMORY_REGION", "KVM_SET_SREGS"}) {
      Imported imported =
          Imported.of("ioctl(4, " + request + ", " + text + ") = 0", "ioctl(4, KVM_RUN, 0) = 0");
      assertTrue(imported.report.ioctls() >= 1);
    }
  }

  @Test
  void joinsTheHalvesOfCalls() throws IOException {
    Imported imported =
        Imported.of(
            "1 1795333489.000001 ioctl(9, KVM_RUN <unfinished ...>",
            "2 1795333489.000002 ioctl(3, KVM_GET_SUPPORTED_CPUID <unfinished ...>",
            "3 1795333489.000003 ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=7} <unfinished ...>",
            "2 1795333489.000004 <... ioctl resumed>, {nent=1, entries=[...]}) = 0 <0.000002>",
            "3 1795333489.000005 <... ioctl resumed>) = 0",
            "1 1795333489.000006 <... ioctl resumed>, 0) = 0 (KVM_EXIT_IO) <0.000004>",
            "1 1795333489.000007 ioctl(9, KVM_RUN <unfinished ...>",
            "1 1795333489.000008 <... ioctl resumed> <unfinished ...>) = ?",
            "1 1795333489.000009 +++ killed by SIGTERM +++");
    assertEquals(4, imported.report.ioctls());
    Imported.Call run = imported.call(0);
    assertEquals(4000, run.returned().time - run.enter().time);
    assertEquals(2, run.returned().fields[1]);
    assertEquals(1, Imported.number(imported.call(1).returned(), 0, 4));
    assertEquals(7, Imported.number(imported.call(2).enter(), 0, 4));
    assertEquals(2000, imported.call(2).returned().time - imported.call(2).enter().time);
    assertNull(imported.call(3).returned());
    assertTrue(imported.warnings(Kind.LOST_RESULT) == 0);
  }

  @Test
  void namesHalvesWithoutTheOtherHalf() throws IOException {
    Imported imported =
        Imported.of(
            "1 <... ioctl resumed>, 0) = 0",
            "2 ioctl(4, KVM_SET_TSS_ADDR, 0xfffbd000 <unfinished ...>",
            "2 ioctl(4, KVM_CREATE_IRQCHIP, 0) = 0");
    assertEquals(2, imported.report.ioctls());
    assertEquals(1, imported.warnings(Kind.LOST_START));
    assertEquals(1, imported.warnings(Kind.LOST_RESULT));
  }

  @Test
  void findsTheRestOfALineThatTheProgramCut() throws IOException {
    Imported imported =
        Imported.of(
            "[pid 7] ioctl(9, KVM_RUNhello",
            ", 0) = 0 (KVM_EXIT_HLT)",
            "[pid 7] ioctl(9, KVM_RUN, 0) = 0");
    assertEquals(2, imported.report.ioctls());
    assertEquals(5, imported.call(0).returned().fields[1]);
    assertEquals(0, imported.warnings(Kind.LOST_RESULT));
  }

  @Test
  void doesNotInventACallFromACutName() throws IOException {
    Imported imported = Imported.of("ioctl(9, KVM_RUN, 0) = 0", "ioctl(9, KVM_R");
    assertEquals(1, imported.report.ioctls());
    assertEquals(1, imported.warnings(Kind.BROKEN_CALL));
  }

  @Test
  void aRestartedCallReturnsTheKernelsRestartCode() throws IOException {
    Imported imported =
        Imported.of(
            "ioctl(9, KVM_SET_CLOCK, 0x7f) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)",
            "ioctl(9, KVM_SET_CLOCK, 0x7f) = 0");
    assertEquals(-512, imported.call(0).ret());
    assertEquals(0, imported.call(1).ret());
  }
}
