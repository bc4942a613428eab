package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.EventView;
import seamtape.event.Phase;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.log.Warnings;
import seamtape.recorder.log.Warnings.Kind;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;

/** A log of strace with the trace of the same run. */
class TraceMergeTest {
  private static final ImportOptions OPTIONS = ImportOptions.of(InputStream.nullInputStream());

  /** Lines 1 to 3 of a log; the vCPU is fd 5. */
  private static final String ONE_VCPU =
      """
      openat(AT_FDCWD, "/dev/kvm", O_RDWR) = 3
      ioctl(3, KVM_CREATE_VM, 0) = 4
      ioctl(4, KVM_CREATE_VCPU, 0) = 5
      """;

  @TempDir Path dir;

  private record Merged(ImportReport report, StringBuilder output, long ports, long others) {}

  private Merged merged(Path log, Path trace) throws Exception {
    Path out = dir.resolve("merged.tape");
    ImportReport report = StraceImport.withTrace(List.of(log), trace, out, OPTIONS);
    StringBuilder output = new StringBuilder();
    long ports = 0;
    long others = 0;
    try (Tape tape = Tape.open(out);
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        boolean exit =
            event.call == KvmIoctl.KVM_RUN
                && event.phase == Phase.RETURN
                && event.fields[1] == KvmExit.KVM_EXIT_IO.number();
        if (exit && event.copyCount() > 1) {
          ports++;
          debugPort(event, output);
        } else if (exit) {
          others++;
        }
      }
    }
    return new Merged(report, output, ports, others);
  }

  /** What the BIOS prints to port 0x402. */
  private static void debugPort(Event event, StringBuilder output) {
    String fields = EventView.of(event).fields().toString();
    if (fields.contains("port=0x402") && fields.contains("data=")) {
      String data = fields.substring(fields.indexOf("data=") + 5);
      output.append((char) Integer.parseInt(data.substring(0, 2), 16));
    }
  }

  private Merged corpus(String name) throws Exception {
    Path files = Corpus.ROOT.resolve("fixtures/corpus");
    return merged(
        files.resolve("strace/" + name + ".strace.gz"),
        files.resolve("ftrace/" + name + ".ftrace.txt.gz"));
  }

  /** A log of one vCPU's runs with a trace. */
  private Merged merged(String runs, String trace) throws Exception {
    Path log = Files.writeString(dir.resolve("log.strace"), ONE_VCPU + runs);
    return merged(log, Files.writeString(dir.resolve("trace.txt"), trace));
  }

  private static void assertWarned(Merged merged, Predicate<Warnings.Warning> warning) {
    List<Warnings.Warning> told = merged.report.log().warnings();
    assertTrue(told.stream().anyMatch(warning), told.toString());
  }

  @Test
  void everyExitOfTheKvmGuestGetsItsPort() throws Exception {
    Merged merged = corpus("qemu-kvmguest");
    assertEquals(0, merged.others);
    assertTrue(
        merged.output.toString().startsWith("SeaBIOS (version 1.16"), merged.output.toString());
    assertFalse(merged.report.log().warningCounts().containsKey(Kind.MISMATCH));
  }

  /** The values that strace lacks: each kvm_msr and kvm_cpuid, inside the run that it was of. */
  @Test
  void msrAccessesAndCpuidsStandInsideTheirRuns() throws Exception {
    merged(
        """
        ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_IO)
        ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_HLT)
        """,
        """
         a-1 [000] ..... 1.0: kvm_fpu: load
         a-1 [000] ..... 1.0: kvm_msr: msr_write 1a0 = 0x850089
         a-1 [000] ..... 1.0: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1
         a-1 [000] ..... 1.0: kvm_fpu: unload
         a-1 [000] ..... 1.0: kvm_userspace_exit: reason KVM_EXIT_IO (2)
         a-1 [000] ..... 1.0: kvm_fpu: load
         a-1 [000] ..... 1.0: kvm_cpuid: func 1 idx 2 rax 3 rbx 4 rcx 5 rdx 6, cpuid entry found
         a-1 [000] ..... 1.0: kvm_fpu: unload
         a-1 [000] ..... 1.0: kvm_userspace_exit: reason KVM_EXIT_HLT (5)
        """);
    List<String> told = new ArrayList<>();
    try (Tape tape = Tape.open(dir.resolve("merged.tape"));
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        if (event.call == KvmIoctl.KVM_RUN) {
          told.add(event.phase.name());
        } else if (event.phase == Phase.INPUT) {
          told.add(event.call.name() + " " + EventView.of(event).fields());
        }
      }
    }
    assertEquals(
        List.of("ENTER", "RETURN", "ENTER", "RETURN"),
        told.stream().filter(t -> t.indexOf(' ') < 0).toList());
    assertTrue(told.get(1).contains("0x850089"), told.toString());
    assertTrue(told.get(4).startsWith("GUEST_CPUID"), told.toString());
  }

  @Test
  void anotherNumberOfRunsIsTold() throws Exception {
    Merged merged = corpus("qemu-pc-seabios");
    assertTrue(merged.ports > 1000 && merged.others > 0);
    String text = "4908 runs in the log and 1312 in the trace";
    assertWarned(merged, w -> w.kind() == Kind.MISMATCH && w.text().contains(text));
  }

  @Test
  void aContradictionEndsTheMatchingOfThatVcpu() throws Exception {
    String runs =
        """
        ioctl(5, KVM_RUN, 0) = -1 EINTR (Interrupted system call)
        ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_IO)
        ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_HLT)
        ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_IO)
        """;
    String run =
        """
         a-1 [000] ..... 1.0: kvm_fpu: load
         a-1 [000] ..... 1.0: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1
         a-1 [000] ..... 1.0: kvm_fpu: unload
         a-1 [000] ..... 1.0: kvm_userspace_exit: reason KVM_EXIT_IO (2)
        """;
    Merged merged = merged(runs, run.repeat(3));
    assertEquals(1, merged.ports);
    assertEquals(1, merged.others);
    assertWarned(merged, w -> w.line() == 6 && w.text().contains("another reason"));
  }
}
