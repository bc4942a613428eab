package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.ScriptedExits;
import seamtape.machine.UserMemory;

/** Random calls over all rows, with good and bad pointers: a valid result of each. */
public final class CallStorm {
  private static final long BASE = 0x7000_0000_0000L;
  private static final int BYTES = 1 << 20;
  private static final int PAGE = 4096;
  private static final int THREADS = 3;

  private final Machine machine;
  private final UserMemory memory;
  private final Random random;
  private final boolean[] inFlight = new boolean[THREADS];
  private int maxFd = 3;
  private long succeeded;

  private CallStorm(TestMachine m, MachineSpec spec) {
    machine = m.machine;
    memory = m.memory;
    random = new Random(spec.profile().hashCode() * 31L + (spec.scripted() ? 1 : 0));
  }

  /**
   * Makes so many calls on one machine.
   *
   * @return a digest of the results, the time and the memory
   */
  public static long run(Machines machines, MachineSpec spec, int calls) {
    TestMachine m = machines.next(spec);
    long digest = new CallStorm(m, spec).run(calls);
    machines.done(m);
    return digest;
  }

  private long run(int calls) {
    memory.map(BASE, BYTES);
    byte[] bytes = new byte[PAGE];
    for (int i = 0; i < BYTES / PAGE; i++) {
      random.nextBytes(bytes);
      memory.write(BASE + (long) i * PAGE, bytes, 0, PAGE);
    }
    long digest = 0;
    for (int i = 0; i < calls; i++) {
      digest = digest * 31 + step(i);
    }
    assertTrue(succeeded > calls / 50, "most calls were refused: " + succeeded);
    return digest * 31 + memoryDigest() + machine.tsc();
  }

  private long memoryDigest() {
    long digest = 0;
    for (int i = 0; i < BYTES / PAGE; i++) {
      byte[] page = memory.page(BASE + (long) i * PAGE);
      digest = digest * 31 + (page == null ? 0 : Arrays.hashCode(page));
    }
    return digest;
  }

  private long step(int number) {
    int tid = random.nextInt(THREADS);
    if (inFlight[tid]) {
      if (random.nextInt(4) == 0) {
        machine.signal(tid);
      }
      return settle(tid, machine.resume(tid, random.nextInt(500)));
    }
    long result =
        switch (number < 20 ? 0 : random.nextInt(40)) {
          case 0 -> machine.open(tid, random.nextInt(5) == 0 ? "/dev/x" : "/dev/kvm", 2);
          case 1 -> machine.close(tid, fd());
          case 2 -> machine.dup(tid, fd());
          case 3 -> machine.eventfd(tid, random.nextInt(), random.nextInt(4) == 0 ? 7 : 0);
          case 4 -> machine.writeEventfd(tid, fd(), number());
          case 5 -> machine.mmap(tid, pointer() & -PAGE, PAGE * 3L, 3, 1, fd(), 0);
          case 6 -> machine.munmap(tid, pointer() & -PAGE, PAGE);
          case 7 -> machine.mmap(tid, BASE + random.nextInt(256) * (long) PAGE, PAGE, 3, 2, -1, 0);
          case 8 -> scribble();
          default -> ioctl(tid);
        };
    maxFd = Math.max(maxFd, (int) Math.min(Math.max(result, 0), 400));
    return settle(tid, result);
  }

  private long settle(int tid, long result) {
    inFlight[tid] = result == Machine.IN_PROGRESS;
    boolean valid = inFlight[tid] || result >= 0 || Errno.isError(result);
    assertTrue(valid, () -> "not a result of a system call: " + result);
    succeeded += result >= 0 ? 1 : 0;
    return result;
  }

  private long ioctl(int tid) {
    KvmIoctl[] rows = KvmIoctl.values();
    int often = random.nextInt(12);
    KvmIoctl row =
        switch (often) {
          case 0 -> KvmIoctl.KVM_CREATE_VM;
          case 1 -> KvmIoctl.KVM_CREATE_VCPU;
          case 2 -> KvmIoctl.KVM_RUN;
          case 3 -> KvmIoctl.KVM_SET_USER_MEMORY_REGION;
          case 4 -> KvmIoctl.KVM_CREATE_IRQCHIP;
          default -> rows[random.nextInt(rows.length)];
        };
    int request = random.nextInt(30) == 0 ? random.nextInt() : row.number();
    if (machine instanceof ScriptedExits script && random.nextInt(3) == 0) {
      script.nextExit(tid, random.nextBoolean() ? 0 : -4, random.nextInt(45) - 1);
    }
    long arg = row.pointer() ? shaped(row) : random.nextInt(3) == 0 ? number() : random.nextInt(4);
    if (row == KvmIoctl.KVM_RUN) {
      arg = random.nextInt(20) == 0 ? 1 : 0;
    }
    long result = machine.ioctl(tid, fd(), request, arg, random.nextInt(2000));
    // ioctl(2) answers an int: what KVM_SET_NR_MMU_PAGES set, any 32 bits, may read as negative.
    boolean pages = request == KvmIoctl.KVM_GET_NR_MMU_PAGES.number() && !Errno.isError(result);
    return pages ? Integer.toUnsignedLong((int) result) : result;
  }

  /** A pointer; often to bytes that look like an argument. */
  private long shaped(KvmIoctl row) {
    long at = pointer();
    if (random.nextInt(3) > 0) {
      byte[] bytes = new byte[64];
      memory.write(at, bytes, 0, bytes.length);
      for (int i = 0; i < 4; i++) {
        bytes[random.nextInt(24)] = (byte) random.nextInt(8);
      }
      if (row == KvmIoctl.KVM_SET_USER_MEMORY_REGION) {
        slot(bytes);
      }
      memory.write(at, bytes, 0, 32);
    }
    return at;
  }

  private void slot(byte[] bytes) {
    Arrays.fill(bytes, (byte) 0);
    bytes[0] = (byte) random.nextInt(4);
    bytes[4] = (byte) random.nextInt(4);
    bytes[9] = (byte) (random.nextInt(4) << 4);
    bytes[18] = (byte) random.nextInt(4);
    long hva = BASE + random.nextInt(64) * (long) PAGE;
    for (int i = 0; i < 8; i++) {
      bytes[24 + i] = (byte) (hva >>> 8 * i);
    }
  }

  private long scribble() {
    byte[] bytes = new byte[64];
    random.nextBytes(bytes);
    return memory.write(pointer(), bytes, 0, bytes.length) ? 1 : 0;
  }

  private int fd() {
    return random.nextInt(20) == 0 ? random.nextInt() : 3 + random.nextInt(maxFd);
  }

  private long number() {
    return random.nextLong() >>> random.nextInt(64);
  }

  private long pointer() {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> random.nextLong();
      case 2 -> 0xffff_8000_0000_0000L + random.nextInt(1 << 20);
      case 3 -> BASE + BYTES - random.nextInt(64);
      default -> BASE + random.nextInt(BYTES);
    };
  }
}
