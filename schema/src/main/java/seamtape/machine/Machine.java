package seamtape.machine;

/**
 * A host with KVM, seen from one VMM process: system calls in, results out. Results are those of
 * the kernel's entry point: a value, or a negative errno. Not thread-safe: the caller is the
 * scheduler.
 */
public interface Machine extends AutoCloseable {
  /** Version of this interface; a simulator of another version is refused. */
  int VERSION = 1;

  /** Guest instructions that a KVM_RUN may execute in one go when nothing else asks to run. */
  long DEFAULT_INSTRUCTIONS = 1_000_000;

  /** Result of a call that has not ended: it goes on with {@link #resume}. */
  long IN_PROGRESS = Long.MIN_VALUE;

  /** open(2) of /dev/kvm; other paths fail with ENOENT. */
  long open(int tid, String path, long flags);

  long close(int tid, int fd);

  /** dup(2): the lowest free number. */
  long dup(int tid, int fd);

  long eventfd(int tid, long initval, long flags);

  /** Adds to an eventfd as write(2) does; EAGAIN where that would block. */
  long writeEventfd(int tid, int fd, long value);

  /**
   * ioctl(2).
   *
   * @param instructions guest instructions a KVM_RUN may execute now
   * @return result, negative errno, or {@link #IN_PROGRESS} for a KVM_RUN that used up its
   *     instructions or waits (mutex, halted vCPU)
   */
  long ioctl(int tid, int fd, int request, long arg, long instructions);

  /** Continues the call in flight of a thread; as {@link #ioctl}. */
  long resume(int tid, long instructions);

  /** A signal for a thread: its KVM_RUN in flight ends with EINTR at the next {@link #resume}. */
  void signal(int tid);

  /**
   * mmap(2) at a fixed address: anonymous memory with fd -1, else the pages of a KVM fd (struct
   * kvm_run, the dirty ring, a guest_memfd).
   */
  long mmap(int tid, long address, long length, long prot, long flags, int fd, long offset);

  long munmap(int tid, long address, long length);

  /** The virtual TSC: cycles since the machine's start. Does not decrease. */
  long tsc();

  /**
   * The VM and vCPU behind an fd, packed as {@code (vm + 1) << 13 | (vcpu + 1)}; the parts that do
   * not apply are 0. VMs are numbered in the order of creation.
   */
  long subject(int fd);

  @Override
  void close();
}
