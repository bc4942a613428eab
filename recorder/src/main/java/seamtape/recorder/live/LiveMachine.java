package seamtape.recorder.live;

import com.sun.jna.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import seamtape.catalog.Errno;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.UserMemory;

/**
 * The kernel that this program runs on, asked by real system calls. Descriptors and addresses are
 * this process's own. A call that takes longer than a turn goes on in its own thread, as a
 * simulated one would.
 */
public final class LiveMachine implements Machine {
  private static final String DEVICE = "/dev/kvm";

  /** Wall time of a turn: a call that takes longer is in progress. */
  private static final long TURN_NANOSECONDS = 20_000_000;

  /** Bytes that a workload may map, guest memory and all. */
  private static final long MAX_MAPPED = 1L << 30;

  private static final int O_CLOEXEC = 0x80000;

  private final LiveMemory memory = new LiveMemory();
  private final ForeignMemory foreign = new ForeignMemory(memory);
  private final LiveFds fds = new LiveFds();
  private final TreeMap<Integer, LiveThread> threads = new TreeMap<>();
  private final TreeMap<Integer, LongSupplier> inProgress = new TreeMap<>();
  private final Memory counter = new Memory(Long.BYTES);
  private final int signal = Libc.interruptingSignal();
  private final long start = System.nanoTime();
  private long mapped;
  private long lastEnd;

  private LiveMachine() {}

  /**
   * @throws LiveException without a /dev/kvm that can be opened
   */
  public static LiveMachine open() {
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!system.equals("Linux amd64") || !Files.exists(Path.of(DEVICE))) {
      throw new LiveException(
          "no /dev/kvm here ("
              + system
              + "): --live needs x86-64 Linux with KVM; without --live the simulator runs");
    }
    long fd = Libc.open(DEVICE, 2 | O_CLOEXEC);
    if (fd < 0) {
      throw new LiveException(
          "/dev/kvm cannot be opened ("
              + Errno.text(fd)
              + "): join its group, or leave out --live and let the simulator run");
    }
    Libc.close((int) fd);
    return new LiveMachine();
  }

  /** The workload's memory; it lives as long as the machine. */
  public UserMemory memory() {
    return memory;
  }

  /** Nanoseconds since the machine was opened. */
  public long now() {
    return System.nanoTime() - start;
  }

  /** The time when a call last ended: it stands still while all threads wait. */
  @Override
  public long tsc() {
    return lastEnd;
  }

  private long ended(long result) {
    if (result != IN_PROGRESS) {
      lastEnd = now();
    }
    return result;
  }

  @Override
  public long open(int tid, String path, long flags) {
    if (!path.equals(DEVICE)) {
      return ended(Errno.ENOENT.result());
    }
    long fd = Libc.open(path, (int) flags | O_CLOEXEC);
    if (fd >= 0) {
      fds.opened((int) fd, FdKind.SYSTEM);
    }
    return ended(fd);
  }

  @Override
  public long close(int tid, int fd) {
    int real = fds.real(fd);
    long result = Libc.close(real);
    if (real != LiveFds.NOT_OPEN) {
      fds.closed(fd);
    }
    return ended(result);
  }

  @Override
  public long dup(int tid, int fd) {
    long result = Libc.dup(fds.real(fd));
    if (result >= 0) {
      fds.duplicated(fd, (int) result);
    }
    return ended(result);
  }

  @Override
  public long eventfd(int tid, long initval, long flags) {
    long result = Libc.eventfd((int) initval, (int) flags);
    if (result >= 0) {
      fds.opened((int) result, FdKind.EVENTFD);
    }
    return ended(result);
  }

  @Override
  public long writeEventfd(int tid, int fd, long value) {
    if (!fds.is(fd, FdKind.EVENTFD)) {
      return ended(fds.real(fd) < 0 ? Errno.EBADF.result() : Errno.EINVAL.result());
    }
    counter.setLong(0, value);
    long result = Libc.write(fd, counter, Long.BYTES);
    return ended(result == Long.BYTES ? 0 : result);
  }

  @Override
  public long ioctl(int tid, int fd, int request, long arg, long instructions) {
    KvmIoctl row = KvmIoctl.byNumber(request).orElse(null);
    int real = fds.real(fd);
    if (real != LiveFds.NOT_OPEN) {
      foreign.check(row, request, arg);
    }
    LiveThread thread = threads.computeIfAbsent(tid, id -> new LiveThread(id, signal));
    LongSupplier call = () -> Libc.ioctl(real, request, arg);
    long result = thread.call(call, TURN_NANOSECONDS);
    if (result == IN_PROGRESS) {
      inProgress.put(tid, () -> made(row, fd, arg, thread.settle(TURN_NANOSECONDS)));
      return result;
    }
    return ended(made(row, fd, arg, result));
  }

  @Override
  public long resume(int tid, long instructions) {
    LongSupplier rest = inProgress.get(tid);
    if (rest == null) {
      throw new IllegalStateException("thread " + tid + " has no call in progress");
    }
    long result = rest.getAsLong();
    if (result != IN_PROGRESS) {
      inProgress.remove(tid);
    }
    return ended(result);
  }

  private long made(KvmIoctl row, int on, long arg, long result) {
    if (row == null || result < 0) {
      return result;
    }
    if (row == KvmIoctl.KVM_CREATE_DEVICE) {
      device(on, arg);
    } else {
      row.makes().ifPresent(kind -> fds.made((int) result, kind, on, arg));
    }
    return result;
  }

  /** struct kvm_create_device has the new descriptor behind the type; flag 1 only asks. */
  private void device(int on, long arg) {
    byte[] struct = new byte[12];
    if (memory.read(arg, struct, 0, struct.length) && (struct[8] & 1) == 0) {
      int fd = java.nio.ByteBuffer.wrap(struct).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(4);
      fds.made(fd, FdKind.DEVICE, on, arg);
    }
  }

  /** A signal for a thread without a call is gone, as a handled one is. */
  @Override
  public void signal(int tid) {
    LiveThread thread = threads.get(tid);
    if (thread != null) {
      thread.interrupt();
    }
  }

  @Override
  public long mmap(int tid, long address, long length, long prot, long flags, int fd, long offset) {
    if (mapped + length > MAX_MAPPED) {
      throw new LiveException("a live workload may map 1 GiB in all; ask for less memory");
    }
    int real = fd < 0 ? fd : fds.real(fd);
    long result = memory.map(address, length, (int) prot, (int) flags, real, offset);
    if (!Errno.isError(result)) {
      mapped += LiveMemory.pages(length);
    }
    return ended(result);
  }

  @Override
  public long munmap(int tid, long address, long length) {
    return ended(memory.release(address, length));
  }

  @Override
  public long subject(int fd) {
    return fds.subject(fd);
  }

  /**
   * Ends all threads, closes and unmaps what the workload left. Memory stays mapped where a call
   * that no signal ends may still write to it.
   */
  @Override
  public void close() {
    boolean quiet = true;
    for (LiveThread thread : threads.values()) {
      quiet &= thread.end();
    }
    threads.clear();
    fds.all().forEach(fd -> close(0, fd));
    if (quiet) {
      memory.releaseAll();
    }
  }
}
