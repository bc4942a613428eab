package seamtape.recorder.live;

import java.util.List;
import java.util.TreeMap;
import seamtape.catalog.FdKind;
import seamtape.event.Subject;

/**
 * The descriptors that the recorded VMM has open. Others of the same number belong to this program
 * and are none of the VMM's: it gets the answer for a number that is not open.
 */
final class LiveFds {
  /** A number that is never open, so that the kernel itself says EBADF. */
  static final int NOT_OPEN = -1;

  private record Open(FdKind kind, long subject) {}

  private final TreeMap<Integer, Open> open = new TreeMap<>();
  private int vms;

  /** The number to use in a system call. */
  int real(int fd) {
    return open.containsKey(fd) ? fd : NOT_OPEN;
  }

  long subject(int fd) {
    Open file = open.get(fd);
    return file == null ? Subject.SYSTEM : file.subject;
  }

  boolean is(int fd, FdKind kind) {
    return open.containsKey(fd) && open.get(fd).kind == kind;
  }

  List<Integer> all() {
    return List.copyOf(open.descendingKeySet());
  }

  void opened(int fd, FdKind kind) {
    open.put(fd, new Open(kind, Subject.SYSTEM));
  }

  void duplicated(int from, int to) {
    open.put(to, open.get(from));
  }

  void closed(int fd) {
    open.remove(fd);
  }

  /** An ioctl made a descriptor. */
  void made(int fd, FdKind kind, int on, long arg) {
    int vm = Subject.vm(subject(on));
    long subject =
        switch (kind) {
          case SYSTEM, EVENTFD, OTHER -> Subject.SYSTEM;
          case VM -> Subject.vm(vms++);
          case VCPU -> Subject.vcpu(vm, (int) arg);
          case DEVICE, GUEST_MEMFD -> Subject.vm(vm);
          case STATS -> subject(on);
        };
    open.put(fd, new Open(kind, subject));
  }
}
