package seamtape.recorder.live;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * The system calls that a VMM makes, on x86-64 Linux. Results are the kernel's: a value or a
 * negative errno.
 */
final class Libc {
  private static final long GETTID = 186;
  private static final long TGKILL = 234;

  /** The same library, bound without a lookup a call. */
  private static final class Bound {
    static {
      Native.register(Bound.class, NativeLibrary.getInstance("c"));
    }

    private Bound() {}

    static native int open(String path, int flags);

    static native int close(int fd);

    static native int dup(int fd);

    static native int eventfd(int initval, int flags);

    static native long write(int fd, Pointer bytes, long length);

    static native int ioctl(int fd, long request, long arg);

    static native long mmap(long address, long length, int prot, int flags, int fd, long offset);

    static native int munmap(long address, long length);

    static native int getpid();

    static native long syscall(long number, long first, long second, long third);

    static native Pointer signal(int signal, Pointer handler);

    static native int __libc_current_sigrtmax();

    static native long process_vm_readv(
        int pid, Pointer local, long locals, Pointer remote, long remotes, long flags);

    static native long process_vm_writev(
        int pid, Pointer local, long locals, Pointer remote, long remotes, long flags);
  }

  private Libc() {}

  private static long result(long value) {
    return value == -1 ? -Native.getLastError() : value;
  }

  static long open(String path, int flags) {
    return result(Bound.open(path, flags));
  }

  static long close(int fd) {
    return result(Bound.close(fd));
  }

  static long dup(int fd) {
    return result(Bound.dup(fd));
  }

  static long eventfd(int initval, int flags) {
    return result(Bound.eventfd(initval, flags));
  }

  static long write(int fd, Pointer bytes, long length) {
    return result(Bound.write(fd, bytes, length));
  }

  static long ioctl(int fd, int request, long arg) {
    return result(Bound.ioctl(fd, Integer.toUnsignedLong(request), arg));
  }

  static long mmap(long address, long length, int prot, int flags, int fd, long offset) {
    return result(Bound.mmap(address, length, prot, flags, fd, offset));
  }

  static long munmap(long address, long length) {
    return result(Bound.munmap(address, length));
  }

  static int processId() {
    return Bound.getpid();
  }

  /** The kernel's number of the calling thread. */
  static int threadId() {
    return (int) Bound.syscall(GETTID, 0, 0, 0);
  }

  static void kill(int thread, int signal) {
    Bound.syscall(TGKILL, processId(), thread, signal);
  }

  /**
   * A real-time signal whose handler does nothing, so that it only ends the system call it meets.
   * The handler is abs(3), which takes the signal's number and is safe in a handler: a handler in
   * Java would not be.
   */
  static int interruptingSignal() {
    int signal = Bound.__libc_current_sigrtmax() - 1;
    Function handler = NativeLibrary.getInstance("c").getFunction("abs");
    Bound.signal(signal, handler);
    return signal;
  }

  /** Copies from any address of this process; false where a byte cannot be read. */
  static boolean peek(Pointer local, Pointer remote, long length) {
    return Bound.process_vm_readv(processId(), local, 1, remote, 1, 0) == length;
  }

  /** Copies to any address of this process; false where a byte cannot be written. */
  static boolean poke(Pointer local, Pointer remote, long length) {
    return Bound.process_vm_writev(processId(), local, 1, remote, 1, 0) == length;
  }
}
