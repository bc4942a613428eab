package seamtape.recorder.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Errno;
import seamtape.catalog.FileOperation;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.sim.Simulator;
import seamtape.sim.workload.Outcome;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** The real kernel, where there is one; skipped with a message elsewhere. */
class LiveMachineTest {
  private static final long MEMORY = 0x7f00_1000_0000L;
  private static final long READ_WRITE = 3;
  private static final long PRIVATE_FIXED_ANONYMOUS = 0x32;

  @BeforeEach
  void needsKvm() {
    assumeTrue(
        Files.isWritable(Path.of("/dev/kvm")) && System.getProperty("os.arch").equals("amd64"),
        "skipped: this host has no usable /dev/kvm");
  }

  /** Keeps a copy of every event. */
  private static final class Kept implements EventSink {
    final List<Event> events = new ArrayList<>();

    @Override
    public long append(Event event) {
      Event copy = Event.copyOf(event);
      copy.number = events.size() + 1;
      events.add(copy);
      return copy.number;
    }

    List<String> answers() {
      return events.stream()
          .filter(event -> event.phase == Phase.RETURN)
          .map(LiveMachineTest::answer)
          .toList();
    }
  }

  /** An answer without what belongs to the process: fds and addresses. */
  private static String answer(Event event) {
    boolean number =
        event.call instanceof FileOperation || ((KvmIoctl) event.call).makes().isPresent();
    long ret = number && event.fields[0] > 0 ? 1 : event.fields[0];
    StringBuilder text = new StringBuilder(event.call.label() + " = " + ret);
    for (int i = 0; i < event.copyCount(); i++) {
      text.append(" ").append(event.copyAt(i)).append("+").append(event.copyLength(i));
    }
    return text.toString();
  }

  private static Kept live(String workload) throws Exception {
    Kept kept = new Kept();
    try (LiveMachine kernel = LiveMachine.open()) {
      RecordingVmm vmm = RecordingVmm.live(kernel, kept);
      Outcome outcome = new WorkloadRunner(read(workload), vmm, 1).run();
      assertEquals(List.of(), outcome.failed());
    }
    return kept;
  }

  private static Kept simulated(String workload) throws Exception {
    Kept kept = new Kept();
    MachineSpec spec = new MachineSpec("linux-7.3", "intel", "none", "bare", 1, false);
    try (RecordingVmm vmm = RecordingVmm.of(new Simulator(), spec, kept)) {
      new WorkloadRunner(read(workload), vmm, 1).run();
    }
    return kept;
  }

  private static Workload read(String workload) throws Exception {
    return WorkloadFile.read(workload, Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"minimal", "pio-echo", "dirty-log", "two-vms"})
  void answersAWorkloadAsTheSimulatorDoes(String workload) throws Exception {
    assertEquals(simulated(workload).answers(), live(workload).answers());
  }

  @Test
  void endsAGuestThatNeverExitsByASignal() throws Exception {
    Kept kept = live("immediate-exit-and-signal");
    assertTrue(
        kept.answers().contains("KVM_RUN = " + Errno.EINTR.result()), kept.answers().toString());
  }

  @Test
  void runsTwoVcpusAtOnce() throws Exception {
    live("smp-scheduler");
  }

  @Test
  void timesNeverDecreaseAndTurnsAreNotTold() throws Exception {
    long last = 0;
    for (Event event : live("smp-scheduler").events) {
      assertTrue(event.time >= last, "event " + event.number);
      last = event.time;
      assertFalse(event.call.label().equals("schedule"));
    }
  }

  @Test
  void answersEbadfForDescriptorsOfThisProgram() {
    try (LiveMachine kernel = LiveMachine.open()) {
      for (int fd = 0; fd < 20; fd++) {
        assertEquals(Errno.EBADF.result(), kernel.close(1, fd));
        assertEquals(
            Errno.EBADF.result(), kernel.ioctl(1, fd, KvmIoctl.KVM_GET_API_VERSION.number(), 0, 1));
      }
    }
  }

  @Test
  void refusesAnAnswerIntoMemoryOfThisProgram() throws Exception {
    long stack = ownMapping();
    try (LiveMachine kernel = LiveMachine.open()) {
      long kvm = kernel.open(1, "/dev/kvm", 2);
      int request = KvmIoctl.KVM_GET_SUPPORTED_CPUID.number();
      LiveException refused =
          assertThrows(LiveException.class, () -> kernel.ioctl(1, (int) kvm, request, stack, 1));
      assertTrue(refused.getMessage().contains("memory of this program"), refused.getMessage());
      assertThrows(
          LiveException.class,
          () -> kernel.mmap(1, stack, 4096, READ_WRITE, PRIVATE_FIXED_ANONYMOUS, -1, 0));
      assertEquals(0, kernel.munmap(1, stack, 4096), "leaves it alone, as what is not mapped");
      assertTrue(stillMapped(stack));
    }
  }

  private static long ownMapping() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains("[stack]"))
        .mapToLong(line -> Long.parseLong(line.split("-")[1].split(" ")[0], 16) - 4096)
        .findFirst()
        .orElseThrow();
  }

  private static boolean stillMapped(long address) throws Exception {
    return ownMapping() == address;
  }

  @Test
  void refusesASlotOverMemoryOfThisProgram() throws Exception {
    long stack = ownMapping();
    try (LiveMachine kernel = LiveMachine.open()) {
      int kvm = (int) kernel.open(1, "/dev/kvm", 2);
      int vm = (int) kernel.ioctl(1, kvm, KvmIoctl.KVM_CREATE_VM.number(), 0, 1);
      kernel.mmap(1, MEMORY, 4096, READ_WRITE, PRIVATE_FIXED_ANONYMOUS, -1, 0);
      java.nio.ByteBuffer region =
          java.nio.ByteBuffer.allocate(32).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      region.putLong(16, 4096).putLong(24, stack);
      assertTrue(kernel.memory().write(MEMORY, region.array(), 0, 32));
      int request = KvmIoctl.KVM_SET_USER_MEMORY_REGION.number();
      assertThrows(LiveException.class, () -> kernel.ioctl(1, vm, request, MEMORY, 1));
      assertEquals(Subject.vm(0), kernel.subject(vm));
    }
  }

  @Test
  void unmappedMemoryIsNotReadAndStaysOutOfReach() {
    try (LiveMachine kernel = LiveMachine.open()) {
      byte[] bytes = new byte[8];
      assertFalse(kernel.memory().read(MEMORY, bytes, 0, 8));
      kernel.mmap(1, MEMORY, 8192, READ_WRITE, PRIVATE_FIXED_ANONYMOUS, -1, 0);
      assertTrue(kernel.memory().write(MEMORY + 4092, bytes, 0, 8));
      assertEquals(0, kernel.munmap(1, MEMORY + 4096, 4096));
      assertFalse(kernel.memory().read(MEMORY + 4092, bytes, 0, 8));
      assertTrue(kernel.memory().read(MEMORY + 4088, bytes, 0, 8));
      assertEquals(
          MEMORY + 4096, kernel.mmap(1, MEMORY + 4096, 4096, 0, PRIVATE_FIXED_ANONYMOUS, -1, 0));
      assertFalse(kernel.memory().read(MEMORY + 4096, bytes, 0, 8), "PROT_NONE is an answer");
    }
  }

  @Test
  void leavesNothingOpenBehind() throws Exception {
    live("two-vms");
    try (var fds = Files.list(Path.of("/proc/self/fd"))) {
      assertTrue(
          fds.noneMatch(
              fd -> {
                try {
                  return Files.readSymbolicLink(fd).toString().contains("kvm");
                } catch (java.io.IOException e) {
                  return false;
                }
              }));
    }
  }
}
