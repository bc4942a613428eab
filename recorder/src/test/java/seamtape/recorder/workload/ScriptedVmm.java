package seamtape.recorder.workload;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.PagedMemory;
import seamtape.machine.UserMemory;
import seamtape.machine.Vmm;

/**
 * A machine that answers what a test says: ioctls that make fds give the next number, others what
 * {@link #answers} has for them, or 0. Keeps every call as a line of text.
 */
final class ScriptedVmm implements Vmm {
  final PagedMemory memory = new PagedMemory();
  final List<String> calls = new ArrayList<>();
  final List<byte[]> arguments = new ArrayList<>();

  /** By row: address of the argument in, result out. */
  final Map<KvmIoctl, Function<Long, Long>> answers = new HashMap<>();

  /** By thread: what its next KVM_RUN or resume gives. */
  final Map<Integer, Deque<Long>> runs = new HashMap<>();

  final List<Long> turns = new ArrayList<>();
  private int nextFd = 3;
  private long tsc;

  void nextRun(int tid, long... results) {
    Deque<Long> queue = runs.computeIfAbsent(tid, t -> new ArrayDeque<>());
    for (long result : results) {
      queue.add(result);
    }
  }

  private long run(int tid, long instructions) {
    turns.add(instructions);
    Deque<Long> queue = runs.getOrDefault(tid, new ArrayDeque<>());
    return queue.isEmpty() ? 0 : queue.remove();
  }

  @Override
  public UserMemory memory() {
    return memory;
  }

  @Override
  public void store(int tid, long address, byte[] bytes) {
    if (!memory.write(address, bytes, 0, bytes.length)) {
      throw new IllegalArgumentException("not mapped");
    }
  }

  @Override
  public long open(int tid, String path, long flags) {
    calls.add(tid + " open " + path);
    return path.equals("/dev/kvm") ? nextFd++ : -2;
  }

  @Override
  public long close(int tid, int fd) {
    calls.add(tid + " close " + fd);
    return 0;
  }

  @Override
  public long dup(int tid, int fd) {
    calls.add(tid + " dup " + fd);
    return nextFd++;
  }

  @Override
  public long eventfd(int tid, long initval, long flags) {
    calls.add(tid + " eventfd " + initval);
    return nextFd++;
  }

  @Override
  public long writeEventfd(int tid, int fd, long value) {
    calls.add(tid + " write " + fd + " " + value);
    return 0;
  }

  @Override
  public long ioctl(int tid, int fd, int request, long arg, long instructions) {
    KvmIoctl row = KvmIoctl.byNumber(request).orElse(null);
    String name = row == null ? "0x" + Integer.toHexString(request) : row.name();
    boolean struct = row != null && row.pointer();
    calls.add(tid + " " + fd + " " + name + (struct ? "" : " " + arg));
    tsc++;
    if (struct) {
      byte[] argument = new byte[64];
      memory.read(arg, argument, 0, argument.length);
      arguments.add(argument);
    }
    if (answers.containsKey(row)) {
      return answers.get(row).apply(arg);
    }
    if (row == KvmIoctl.KVM_RUN) {
      return run(tid, instructions);
    }
    return row != null && row.makes().isPresent() && row.makes().get() != FdKind.EVENTFD
        ? nextFd++
        : 0;
  }

  @Override
  public long resume(int tid, long instructions) {
    return run(tid, instructions);
  }

  @Override
  public void signal(int tid) {
    calls.add("signal " + tid);
    runs.computeIfAbsent(tid, t -> new ArrayDeque<>()).clear();
    nextRun(tid, -4);
  }

  @Override
  public long mmap(int tid, long address, long length, long prot, long flags, int fd, long offset) {
    memory.map(address, length);
    return address;
  }

  @Override
  public long munmap(int tid, long address, long length) {
    memory.unmap(address, length);
    return 0;
  }

  @Override
  public long tsc() {
    return tsc;
  }

  @Override
  public long subject(int fd) {
    return 0;
  }

  @Override
  public void close() {}
}
