package seamtape.recorder.ftrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Input;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.recorder.log.ImportException;
import seamtape.recorder.log.Warnings.Kind;

/** What tracepoints become, line by line. */
class FtraceReaderTest {
  /** Lines of one task, 10 microseconds apart. */
  private static String[] task(String... texts) {
    return named("qemu-system-x86-71", texts);
  }

  private static String[] named(String name, String... texts) {
    String[] lines = new String[texts.length];
    for (int i = 0; i < texts.length; i++) {
      lines[i] = String.format(" %s   [000] .....  7.%06d: kvm_%s", name, i * 10, texts[i]);
    }
    return lines;
  }

  private static List<String> runs(String... texts) throws IOException {
    return Traced.text(task(texts)).runs().stream()
        .map(run -> Traced.fields(run).toString())
        .toList();
  }

  @Test
  void aPortWriteBeforeTheExitIsWhatTheExitIsAbout() throws IOException {
    List<String> runs =
        runs(
            "fpu: load",
            "pio: pio_write at 0x3f8 size 1 count 1 val 0x34 ",
            "fpu: unload",
            "userspace_exit: reason KVM_EXIT_IO (2)");
    assertTrue(runs.get(0).contains("direction=KVM_EXIT_IO_OUT"), runs.toString());
    assertTrue(runs.get(0).contains("port=0x3f8"), runs.toString());
    assertTrue(runs.get(0).contains("data=34"), runs.toString());
  }

  @Test
  void aPortReadAtTheBeginningOfARunIsTheExitBeforeAndTheVmmsAnswer() throws IOException {
    Traced traced =
        Traced.text(
            task(
                "fpu: load",
                "pio: pio_write at 0x70 size 1 count 1 val 0x8f ",
                "fpu: unload",
                "userspace_exit: reason KVM_EXIT_IO (2)",
                "fpu: load",
                "update_master_clock: masterclock 1 hostclock tsc offsetmatched 1",
                "pio: pio_read at 0x71 size 1 count 1 val 0x2a ",
                "fpu: unload",
                "userspace_exit: reason restart (4)"));
    String exit = Traced.fields(traced.runs().get(0)).toString();
    assertTrue(exit.contains("KVM_EXIT_IO_IN") && exit.contains("port=0x71"), exit);
    Event second = traced.of(KvmIoctl.KVM_RUN, Phase.ENTER).get(1);
    assertEquals(0x1000, second.copyAt(0));
    assertEquals("[42]", Arrays.toString(second.copied(0)));
    assertEquals(-4, traced.runs().get(1).fields[0]);
    assertEquals(-1, traced.runs().get(1).fields[1]);
  }

  @Test
  void aReadThatTheIrqchipServedIsNoExit() throws IOException {
    List<String> runs =
        runs(
            "pic_set_irq: chip 0 pin 4 (edge)",
            "fpu: load",
            "pio: pio_write at 0x80 size 1 count 1 val 0x1 ",
            "fpu: unload",
            "userspace_exit: reason KVM_EXIT_IO (2)",
            "fpu: load",
            "pio: pio_read at 0x21 size 1 count 1 val 0xff ",
            "fpu: unload",
            "userspace_exit: reason KVM_EXIT_HLT (5)");
    assertTrue(runs.get(0).contains("port=0x80"), runs.toString());
  }

  @Test
  void mmioHasAddressLengthAndData() throws IOException {
    Traced traced =
        Traced.text(
            task(
                "fpu: load",
                "mmio: mmio write len 4 gpa 0xfee00350 val 0x8700",
                "apic: apic_write APIC_LVT0 = 0x8700",
                "mmio: mmio unsatisfied-read len 2 gpa 0xe0000002 val 0x0",
                "fpu: unload",
                "userspace_exit: reason KVM_EXIT_MMIO (6)",
                "fpu: load",
                "mmio: mmio read len 2 gpa 0xe0000002 val 0x1234",
                "mmio: mmio write len 2 gpa 0xe0000012 val 0xa2b2",
                "fpu: unload",
                "userspace_exit: reason KVM_EXIT_MMIO (6)"));
    String read = Traced.fields(traced.runs().get(0)).toString();
    assertTrue(read.contains("phys_addr=0xe0000002") && read.contains("len=2"), read);
    Event given = traced.of(KvmIoctl.KVM_RUN, Phase.ENTER).get(1);
    assertEquals(40, given.copyAt(0));
    assertEquals("[52, 18]", Arrays.toString(given.copied(0)));
    String write = Traced.fields(traced.runs().get(1)).toString();
    assertTrue(write.contains("phys_addr=0xe0000012") && write.contains("is_write=1"), write);
    assertTrue(write.contains("data=b2a2"), write);
  }

  @Test
  void aBorrowedFpuIsNoRun() throws IOException {
    Traced traced =
        Traced.text(
            task(
                "fpu: load",
                "fpu: unload",
                "fpu: load",
                "fpu: unload",
                "userspace_exit: reason error (11)"));
    assertEquals(1, traced.of(KvmIoctl.KVM_RUN, Phase.ENTER).size());
    assertEquals(-11, traced.runs().get(0).fields[0]);
  }

  @Test
  void msrAndCpuidAreInputsOfTheirVcpu() throws IOException {
    Traced traced =
        Traced.text(
            task(
                "track_tsc: vcpu_id 3 masterclock 0 offsetmatched 0 nr_online 1 hostclock tsc",
                "fpu: load",
                "msr: msr_write 1a0 = 0x1 (#GP)",
                "cpuid: func 0 rax d rbx 68747541 rcx 444d4163 rdx 69746e65, cpuid entry found",
                "fpu: unload",
                "userspace_exit: reason KVM_EXIT_HLT (5)"));
    Event msr = traced.of(Input.GUEST_MSR, Phase.INPUT).get(0);
    assertEquals(Actor.vcpu(0, 3), msr.actor);
    assertEquals("[1, 416, 1, 1]", Arrays.toString(Arrays.copyOf(msr.fields, 4)));
    Event cpuid = traced.of(Input.GUEST_CPUID, Phase.INPUT).get(0);
    assertEquals(0x68747541, cpuid.fields[3]);
    assertEquals(Subject.vcpu(0, 3), traced.of(KvmIoctl.KVM_RUN, Phase.ENTER).get(0).link);
    assertEquals(1, traced.report.others().get("kvm_track_tsc"));
  }

  @Test
  void readsColumnsOfOtherKernelsAndTools() throws IOException {
    for (String prefix :
        List.of(
            "qemu-kvm-5 [001] d... 12.000001: ",
            "qemu-kvm-5 (    5) [001] .... 12.000001: ",
            "   CPU 0/KVM-5     [001] 12.000001: ",
            "a b.[x]-5 [001] ..... 12.000001234: ")) {
      Traced traced =
          Traced.text(
              prefix + "kvm_entry: vcpu 0",
              prefix + "kvm_exit: reason IO_INSTRUCTION rip 0xfff0 info 700040 0",
              prefix + "kvm_userspace_exit: reason KVM_EXIT_IO (2)");
      assertEquals(1, traced.runs().size(), prefix);
      assertEquals(5, Actor.tid(traced.runs().get(0).actor), prefix);
    }
  }

  @Test
  void lostEventsAreAGapAndAWarning() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# entries-in-buffer/entries-written: 5/25   #P:2");
    lines.addAll(List.of(task("fpu: load")));
    lines.add("CPU:1 [LOST 17 EVENTS]");
    lines.addAll(List.of(task("fpu: unload", "userspace_exit: reason KVM_EXIT_IO (2)")));
    Traced traced = Traced.text(lines.toArray(String[]::new));
    assertEquals(17, traced.of(Input.GAP, Phase.INPUT).get(0).fields[1]);
    assertEquals(2, traced.report.warningCounts().get(Kind.LOST_EVENTS));
    assertEquals(1, traced.runs().get(0).copyCount(), "the reason only");
  }

  @Test
  void refusesWhatIsNoTraceInOneLine() {
    ImportException empty = assertThrows(ImportException.class, () -> Traced.text());
    assertTrue(empty.getMessage().contains("is empty"), empty.getMessage());
    ImportException other =
        assertThrows(
            ImportException.class,
            () -> Traced.text("ioctl(3, KVM_RUN, 0) = 0", "a-1 [000] ..... 1.0: sched_wakeup: x"));
    assertTrue(other.getMessage().contains("no trace of kvm events"), other.getMessage());
  }

  /** Damaged text is skipped or warned of: no exception, no unbounded wait. */
  @Test
  void toleratesAnyDamage() throws IOException {
    String whole =
        String.join(
            "\n",
            task(
                "fpu: load",
                "pio: pio_write at 0x3f8 size 1 count 1 val 0x34 ",
                "mmio: mmio unsatisfied-read len 2 gpa 0xe0000002 val 0x0",
                "msr: msr_write 1a0 = 0x1",
                "cpuid: func 0 idx 0 rax d rbx 1 rcx 2 rdx 3, cpuid entry not found",
                "fpu: unload",
                "userspace_exit: reason KVM_EXIT_MMIO (6)"));
    Random random = new Random(5);
    String alphabet = " :.[]()-#=,0123456789abcdefxkvm_\n\u00ff\u0000";
    for (int round = 0; round < 3000; round++) {
      StringBuilder text = new StringBuilder(whole);
      for (int i = 0; i < 1 + random.nextInt(12); i++) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, whole, at / 2, at / 2 + random.nextInt(20));
        }
      }
      try {
        Traced traced = Traced.text(text.toString());
        assertTrue(traced.runs().size() <= traced.report.lines());
      } catch (ImportException e) {
        assertTrue(e.getMessage().contains("trace"), e.getMessage());
      }
    }
  }

  @Test
  void aRunThatNeverEndsDoesNotHoldBackTheOthers() throws IOException {
    List<String> lines = new ArrayList<>(List.of(named("halted-9", "fpu: load")));
    int runs = 20_000;
    for (int i = 0; i < runs; i++) {
      lines.addAll(
          List.of(
              named(
                  "busy-8",
                  "fpu: load",
                  "pio: pio_write at 0x80 size 1 count 1 val 0x1 ",
                  "fpu: unload",
                  "userspace_exit: reason KVM_EXIT_IO (2)")));
    }
    Traced traced = Traced.text(lines.toArray(String[]::new));
    assertEquals(runs, traced.runs().size());
    assertEquals(runs + 1, traced.of(KvmIoctl.KVM_RUN, Phase.ENTER).size());
  }
}
