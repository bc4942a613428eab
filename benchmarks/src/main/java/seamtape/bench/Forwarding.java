package seamtape.bench;

import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.UserMemory;
import seamtape.machine.Vmm;

/** A VMM over any machine, recorded or not, that can make its last KVM_RUN again. */
final class Forwarding implements Vmm {
  private final Machine machine;
  private final UserMemory memory;
  private int tid;
  private int vcpu = -1;
  private long result;

  Forwarding(Machine machine, UserMemory memory) {
    this.machine = machine;
    this.memory = memory;
  }

  /** The last KVM_RUN again, to its exit. */
  long again() {
    int run = KvmIoctl.KVM_RUN.number();
    if (machine.ioctl(tid, vcpu, run, 0, DEFAULT_INSTRUCTIONS) != 0) {
      throw new IllegalStateException("KVM_RUN did not end with an exit");
    }
    return machine.tsc();
  }

  /**
   * @throws IllegalStateException when there was no KVM_RUN that ended with an exit
   */
  void requireExit() {
    if (vcpu < 0 || result != 0) {
      throw new IllegalStateException("the workload's KVM_RUN gave " + result);
    }
  }

  @Override
  public UserMemory memory() {
    return memory;
  }

  @Override
  public void store(int thread, long address, byte[] bytes) {
    if (machine instanceof Vmm recorded) {
      recorded.store(thread, address, bytes);
    } else if (!memory.write(address, bytes, 0, bytes.length)) {
      throw new IllegalArgumentException("not mapped: 0x" + Long.toHexString(address));
    }
  }

  @Override
  public long ioctl(int thread, int fd, int request, long arg, long instructions) {
    long answer = machine.ioctl(thread, fd, request, arg, instructions);
    if (request == KvmIoctl.KVM_RUN.number()) {
      tid = thread;
      vcpu = fd;
      result = answer;
    }
    return answer;
  }

  @Override
  public long resume(int thread, long instructions) {
    return machine.resume(thread, instructions);
  }

  @Override
  public long open(int thread, String path, long flags) {
    return machine.open(thread, path, flags);
  }

  @Override
  public long close(int thread, int fd) {
    return machine.close(thread, fd);
  }

  @Override
  public long dup(int thread, int fd) {
    return machine.dup(thread, fd);
  }

  @Override
  public long eventfd(int thread, long initval, long flags) {
    return machine.eventfd(thread, initval, flags);
  }

  @Override
  public long writeEventfd(int thread, int fd, long value) {
    return machine.writeEventfd(thread, fd, value);
  }

  @Override
  public void signal(int thread) {
    machine.signal(thread);
  }

  @Override
  public long mmap(
      int thread, long address, long length, long prot, long flags, int fd, long offset) {
    return machine.mmap(thread, address, length, prot, flags, fd, offset);
  }

  @Override
  public long munmap(int thread, long address, long length) {
    return machine.munmap(thread, address, length);
  }

  @Override
  public long tsc() {
    return machine.tsc();
  }

  @Override
  public long subject(int fd) {
    return machine.subject(fd);
  }

  @Override
  public void close() {
    machine.close();
  }
}
