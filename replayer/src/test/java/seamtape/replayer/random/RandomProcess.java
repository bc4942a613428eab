package seamtape.replayer.random;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import seamtape.catalog.Errno;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.Vmm;

/**
 * A VMM process of a few threads that makes calls by a seed: most of them as a real program would,
 * some with one thing wrong, some nonsense.
 */
final class RandomProcess {
  private static final int THREADS = 3;
  private static final int PAGE = 0x1000;
  private static final int MAX_OF_A_KIND = 6;

  /** Mappings of struct kvm_run whose vCPU's fd is closed: they keep their VM alive. */
  private static final int MAX_LEFT_BEHIND = 8;

  /** Instructions of one turn, and where code and the mapped struct kvm_run lie. */
  private static final int MAX_INSTRUCTIONS = 400;

  private static final long CODE = 0x1000;
  private static final long RUNS = 0x20_0000_0000L;
  private static final long RUN_BYTES = 3 * PAGE;
  private static final int RUN_DATA_BYTES = 400;

  private final Vmm vmm;
  private final Random random;
  private final CallWeights weights;
  private final boolean anyNumbers;
  private final OpenFds fds = new OpenFds();
  private final RandomArguments arguments;
  private final boolean[] inFlight = new boolean[THREADS];
  private final Map<Integer, Long> runPages = new TreeMap<>();
  private final Deque<Long> leftBehind = new ArrayDeque<>();
  private long runsMapped;
  private long calls;
  private long succeeded;

  /**
   * @param anyNumbers whether some calls have a number, a descriptor or a place of no meaning at
   *     all
   */
  RandomProcess(Vmm vmm, CallWeights weights, long seed, boolean anyNumbers) {
    this.anyNumbers = anyNumbers;
    this.vmm = vmm;
    this.weights = weights;
    this.random = new Random(seed);
    this.arguments = new RandomArguments(vmm, random, fds, THREADS);
  }

  /** Calls begun so far. */
  long calls() {
    return calls;
  }

  /** Calls that the kernel did not refuse. */
  long succeeded() {
    return succeeded;
  }

  /** Makes calls until so many have begun. */
  void run(long upTo) {
    while (calls < upTo) {
      step();
    }
  }

  private void step() {
    int tid = random.nextInt(THREADS);
    if (inFlight[tid]) {
      goOn(tid);
      return;
    }
    calls++;
    if (fds.count(FdKind.SYSTEM) == 0 || random.nextInt(400) == 0) {
      opened(tid, FdKind.SYSTEM, vmm.open(tid, random.nextInt(20) == 0 ? "/dev/x" : "/dev/kvm", 2));
    } else if (fds.count(FdKind.VM) == 0 || random.nextInt(500) == 0) {
      newGuest(tid);
    } else {
      switch (random.nextInt(60)) {
        case 0 -> close(tid);
        case 1 -> dup(tid);
        case 2 -> eventfd(tid);
        case 3 -> mapRun(tid, fds.of(Set.of(FdKind.VCPU), random));
        case 4 -> unmap(tid);
        case 5, 6 -> answer(tid);
        case 7 -> newCode(tid);
        default -> ioctl(tid);
      }
    }
  }

  private void goOn(int tid) {
    if (random.nextInt(8) == 0) {
      vmm.signal(tid);
    }
    settle(tid, vmm.resume(tid, 1 + random.nextInt(MAX_INSTRUCTIONS)));
  }

  private void settle(int tid, long result) {
    inFlight[tid] = result == Machine.IN_PROGRESS;
    succeeded += result >= 0 ? 1 : 0;
  }

  private void opened(int tid, FdKind kind, long fd) {
    if (fd >= 0) {
      succeeded++;
      added(tid, kind, fd);
    }
  }

  /** A process has a limit of descriptors; this one closes the oldest before. */
  private void added(int tid, FdKind kind, long fd) {
    fds.add(kind, fd);
    if (fds.count(kind) > 2 * MAX_OF_A_KIND) {
      close(tid, fds.oldest(kind));
    }
  }

  private void ioctl(int tid) {
    KvmIoctl row = weights.next(random);
    int fd = anyNumbers && random.nextInt(25) == 0 ? fds.any(random) : fds.of(row.on(), random);
    int number = anyNumbers && random.nextInt(200) == 0 ? random.nextInt() : row.number();
    if (row == KvmIoctl.KVM_CREATE_VM && fds.count(FdKind.VM) >= MAX_OF_A_KIND) {
      close(tid, fds.oldest(FdKind.VM));
      return;
    }
    call(tid, fd, row, number, arguments.argument(tid, row));
  }

  private long call(int tid, int fd, KvmIoctl row, int number, long argument) {
    long result = vmm.ioctl(tid, fd, number, argument, 1 + random.nextInt(MAX_INSTRUCTIONS));
    settle(tid, result);
    if (result == Errno.EIO.result()) {
      // The VM is dead, of an SMI without memory behind SMBASE mostly: a program lets go of it.
      close(tid, fd);
    }
    if (result >= 0 && number == row.number()) {
      row.makes().filter(kind -> kind != FdKind.DEVICE).ifPresent(kind -> added(tid, kind, result));
      if (row == KvmIoctl.KVM_CREATE_DEVICE) {
        added(tid, FdKind.DEVICE, number(argument + 4));
      }
    }
    return result;
  }

  private long number(long address) {
    byte[] bytes = new byte[4];
    vmm.memory().read(address, bytes, 0, bytes.length);
    return bytes[0] & 0xff | (bytes[1] & 0xff) << 8;
  }

  /** What a small VMM does first: a VM, memory, perhaps interrupt chips, a vCPU in real mode. */
  private void newGuest(int tid) {
    int system = fds.of(Set.of(FdKind.SYSTEM), random);
    long vm = call(tid, system, KvmIoctl.KVM_CREATE_VM, KvmIoctl.KVM_CREATE_VM.number(), 0);
    if (vm < 0) {
      return;
    }
    if (random.nextBoolean()) {
      made(tid, vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
    }
    long region = RandomArguments.buffer(tid, "kvm_userspace_memory_region");
    vmm.store(tid, region, new byte[16]);
    arguments.store(tid, region + 16, 8, 8 * PAGE);
    arguments.store(tid, region + 24, 8, RandomArguments.GUEST);
    made(tid, vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION, region);
    long vcpu = made(tid, vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    if (vcpu >= 0) {
      realMode(tid, vcpu);
      newCode(tid);
    }
  }

  private long made(int tid, long fd, KvmIoctl row, long argument) {
    calls++;
    return call(tid, (int) fd, row, row.number(), argument);
  }

  private void realMode(int tid, long vcpu) {
    calls++;
    mapRun(tid, (int) vcpu);
    long sregs = RandomArguments.buffer(tid, "kvm_sregs");
    made(tid, vcpu, KvmIoctl.KVM_GET_SREGS, sregs);
    vmm.store(tid, sregs, new byte[8]);
    vmm.store(tid, sregs + 12, new byte[2]);
    made(tid, vcpu, KvmIoctl.KVM_SET_SREGS, sregs);
    long regs = RandomArguments.buffer(tid, "kvm_regs");
    vmm.store(tid, regs, new byte[144]);
    arguments.store(tid, regs + 48, 8, 0x7000);
    arguments.store(tid, regs + 128, 8, CODE);
    made(tid, vcpu, KvmIoctl.KVM_SET_REGS, regs);
  }

  /** New code where vCPUs begin; a step that is no call. */
  private void newCode(int tid) {
    vmm.store(tid, RandomArguments.GUEST + CODE, GuestCode.next(random));
  }

  /** Stores in the mapped struct kvm_run: answers to exits, requests, nonsense. */
  private void answer(int tid) {
    if (runPages.isEmpty()) {
      return;
    }
    Long[] pages = runPages.values().toArray(Long[]::new);
    long run = pages[random.nextInt(pages.length)];
    switch (random.nextInt(5)) {
      case 0 -> arguments.store(tid, run, 1, random.nextInt(2));
      case 1 -> arguments.store(tid, run + 1, 1, random.nextInt(2));
      case 2 -> arguments.store(tid, run + 288, 8, random.nextInt(9));
      case 3 -> arguments.store(tid, run + 296, 8, random.nextInt(9));
      default -> arguments.store(tid, run + random.nextInt(RUN_DATA_BYTES), 8, arguments.number());
    }
  }

  private void close(int tid) {
    close(tid, fds.any(random));
  }

  private void close(int tid, int fd) {
    vmm.close(tid, fd);
    fds.remove(fd);
    Long run = runPages.remove(fd);
    if (run != null) {
      leftBehind.add(run);
    }
    if (leftBehind.size() > MAX_LEFT_BEHIND) {
      vmm.munmap(tid, leftBehind.remove(), RUN_BYTES);
    }
  }

  private void dup(int tid) {
    int fd = fds.any(random);
    FdKind kind = fds.kind(fd);
    if (kind == null || fds.count(kind) < MAX_OF_A_KIND) {
      long result = vmm.dup(tid, fd);
      if (kind != null) {
        opened(tid, kind, result);
      }
    }
  }

  private void eventfd(int tid) {
    if (fds.count(FdKind.EVENTFD) < MAX_OF_A_KIND) {
      opened(tid, FdKind.EVENTFD, vmm.eventfd(tid, random.nextInt(3), 0));
    } else {
      vmm.writeEventfd(tid, fds.of(Set.of(FdKind.EVENTFD), random), random.nextInt(3));
    }
  }

  private void mapRun(int tid, int vcpu) {
    if (vcpu < 0) {
      return;
    }
    long address = RUNS + runsMapped++ * 4L * PAGE;
    if (vmm.mmap(tid, address, RUN_BYTES, 3, 1, vcpu, 0) == address) {
      Long before = runPages.put(vcpu, address);
      if (before != null) {
        vmm.munmap(tid, before, RUN_BYTES);
      }
    }
  }

  /** Takes guest memory away, or gives it back. */
  private void unmap(int tid) {
    long page = RandomArguments.GUEST + (8 + random.nextInt(56)) * (long) PAGE;
    if (random.nextBoolean()) {
      vmm.munmap(tid, page, PAGE);
    } else {
      vmm.mmap(tid, page, PAGE, 3, 0x32, -1, 0);
    }
  }
}
