package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EAGAIN;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.FdKind;

/** An eventfd: a 64-bit counter that tells its listeners (irqfds) when it is signalled. */
public final class EventFd extends KernelFile {
  /** EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK. */
  private static final long KNOWN_FLAGS = 1 | 0x80000 | 0x800;

  private static final int SEMAPHORE = 1;
  private static final int COUNTER_SIZE = 8;

  private final boolean semaphore;

  /** Replaced, never changed: a listener may come or go while all are told. */
  private List<Runnable> listeners = List.of();

  private long count;

  private EventFd(long count, boolean semaphore) {
    this.count = count;
    this.semaphore = semaphore;
  }

  /** eventfd2(2): the new file's number or a negative errno. */
  public static long create(FdTable files, long initval, long flags) {
    if ((flags & ~KNOWN_FLAGS) != 0) {
      return EINVAL.result();
    }
    return files.install(new EventFd(initval & 0xffff_ffffL, (flags & SEMAPHORE) != 0));
  }

  /** write(2) of a counter: 8, or EAGAIN where it would block. */
  public long write(long value) {
    if (value == -1) {
      return EINVAL.result();
    }
    if (Long.compareUnsigned(value, -2 - count) > 0) {
      return EAGAIN.result();
    }
    add(value);
    return COUNTER_SIZE;
  }

  /** eventfd_signal: adds one inside the kernel; never blocks. */
  public void signal() {
    if (count != -2) {
      add(1);
    }
  }

  private void add(long value) {
    count += value;
    if (count == 0) {
      return;
    }
    List<Runnable> now = listeners;
    for (int i = 0; i < now.size(); i++) {
      now.get(i).run();
    }
  }

  /** read(2), as with O_NONBLOCK. */
  @Override
  public long read(byte[] buffer) {
    if (buffer.length < COUNTER_SIZE) {
      return EINVAL.result();
    }
    if (count == 0) {
      return EAGAIN.result();
    }
    long value = semaphore ? 1 : count;
    count -= value;
    for (int i = 0; i < COUNTER_SIZE; i++) {
      buffer[i] = (byte) (value >>> 8 * i);
    }
    return COUNTER_SIZE;
  }

  /** Takes the counter to zero, as an irqfd does when it consumes the event. */
  public void consume() {
    count = 0;
  }

  public boolean signalled() {
    return count != 0;
  }

  public void listen(Runnable listener) {
    List<Runnable> more = new ArrayList<>(listeners);
    more.add(listener);
    listeners = List.copyOf(more);
  }

  public void unlisten(Runnable listener) {
    List<Runnable> fewer = new ArrayList<>(listeners);
    fewer.remove(listener);
    listeners = List.copyOf(fewer);
  }

  @Override
  public FdKind kind() {
    return FdKind.EVENTFD;
  }

  @Override
  public String link() {
    return "anon_inode:[eventfd]";
  }

  @Override
  public long ioctl(int request, long arg) {
    return ENOTTY.result();
  }
}
