package seamtape.sim.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import seamtape.machine.Vmm;
import seamtape.workload.Argument;
import seamtape.workload.Expectation;
import seamtape.workload.Position;
import seamtape.workload.Workload;

/** The VMM process that a workload describes: what its threads have in common. */
final class VmmProcess {
  /** Named memory and mappings lie here, one unmapped page between them. */
  private static final long FIRST_ADDRESS = 0x7f00_0000_0000L;

  /** Arguments of a thread's calls lie here, each thread's in a stretch of its own. */
  private static final long FIRST_ARGUMENT = 0x7e00_0000_0000L;

  private static final long PAGE = 0x1000;
  private static final long PROT_READ_WRITE = 3;
  private static final long MAP_PRIVATE_FIXED_ANONYMOUS = 0x32;
  private static final int MAX_REPORTED = 100;

  final Workload workload;
  final Vmm vmm;
  final String profile;
  final Symbols symbols;
  private final List<VmmThread> threads = new ArrayList<>();
  private final TreeMap<Integer, Long> runs = new TreeMap<>();
  private final List<FailedExpectation> failed = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private long failures;
  private long steps;
  private long nextAddress = FIRST_ADDRESS;

  VmmProcess(Workload workload, Vmm vmm, String profile) {
    this.workload = workload;
    this.vmm = vmm;
    this.profile = profile;
    this.symbols = new Symbols(vmm.memory());
  }

  VmmThread start(String name, List<seamtape.workload.Step> body) {
    VmmThread thread = new VmmThread(this, freeTid(), name, body);
    threads.add(thread);
    return thread;
  }

  private int freeTid() {
    int tid = 1;
    for (VmmThread thread : threads) {
      tid = Math.max(tid, thread.tid() + 1);
    }
    return tid;
  }

  /** Threads that have something to do; forgets those that have ended. */
  List<VmmThread> runnable() {
    threads.removeIf(VmmThread::done);
    return threads.stream().filter(VmmThread::runnable).toList();
  }

  /** The thread of that name; null when it has ended or not begun. */
  VmmThread thread(String name) {
    return threads.stream()
        .filter(thread -> thread.name().equals(name) && !thread.done())
        .findFirst()
        .orElse(null);
  }

  void mapMemory(int tid) {
    for (Workload.Region region : workload.memory()) {
      long address = place(region.size());
      mapAnonymous(tid, address, region.size());
      symbols.number(region.name(), address);
    }
  }

  private void mapAnonymous(int tid, long address, long length) {
    long result =
        vmm.mmap(tid, address, length, PROT_READ_WRITE, MAP_PRIVATE_FIXED_ANONYMOUS, -1, 0);
    if (result < 0) {
      throw new IllegalStateException("anonymous memory refused: " + result);
    }
  }

  /** An address for that many bytes. */
  long place(long length) {
    long address = nextAddress;
    nextAddress += ((length + PAGE - 1) & -PAGE) + PAGE;
    return address;
  }

  /** Where a thread's arguments lie; mapped at its first one. */
  long argumentArea(int tid) {
    long address = FIRST_ARGUMENT + (long) tid * 2 * Argument.MAX_SIZE;
    if (vmm.memory().page(address) == null) {
      mapAnonymous(tid, address, Argument.MAX_SIZE);
    }
    return address;
  }

  void store(int tid, long address, byte[] bytes) {
    try {
      vmm.store(tid, address, bytes);
    } catch (IllegalArgumentException e) {
      throw new StepFailure(
          "not all of the "
              + bytes.length
              + " bytes at 0x"
              + Long.toHexString(address)
              + " are mapped");
    }
  }

  byte[] load(long address, int length) {
    byte[] bytes = new byte[length];
    if (!vmm.memory().read(address, bytes, 0, length)) {
      throw new StepFailure(
          "not all of the " + length + " bytes at 0x" + Long.toHexString(address) + " are mapped");
    }
    return bytes;
  }

  /** struct kvm_run of a vCPU fd; -1 while it is not mapped. */
  long run(int fd) {
    return runs.getOrDefault(fd, -1L);
  }

  void mapped(int fd, long address) {
    runs.put(fd, address);
  }

  void stepMade() {
    steps++;
  }

  /** What a step must give on this profile; null when it says nothing. */
  Expectation.Expected expected(Expectation expectation) {
    return expectation == null ? null : expectation.on(profile);
  }

  void failed(Position position, String step, String expected, String got) {
    failures++;
    if (failed.size() < MAX_REPORTED) {
      failed.add(new FailedExpectation(workload.source(), position, step, expected, got));
    }
  }

  void warn(Position position, String message) {
    if (warnings.size() < MAX_REPORTED) {
      warnings.add(workload.source() + ":" + position + ": " + message);
    }
  }

  Outcome outcome() {
    return new Outcome(steps, List.copyOf(failed), failures, List.copyOf(warnings));
  }
}
