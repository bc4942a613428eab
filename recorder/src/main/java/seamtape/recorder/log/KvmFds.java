package seamtape.recorder.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;

/**
 * Follows the KVM fds of the recorded processes. What the log says of an fd counts most, then what
 * its creation said, then what the ioctl made on it needs. All threads share one table until the
 * log shows a fork; a closed fd stays known, since another process of the log may use it.
 */
public final class KvmFds {
  /** Threads with a table of their own to remember. */
  private static final int MAX_THREADS = 1 << 16;

  /** Entries that forks may copy; processes beyond share their parent's table. */
  private static final int MAX_COPIED = 1 << 18;

  /** KVM_MAX_VCPU_IDS. */
  private static final int VCPU_IDS = 4096;

  private final FdTable first = new FdTable();
  private final Map<Integer, FdTable> tables = new HashMap<>();
  private int copied;
  private int inferredVcpus;
  private int vms;
  private int latestVm = -1;
  private boolean inferred;

  private FdTable table(int tid) {
    return tables.isEmpty() ? first : tables.getOrDefault(tid, first);
  }

  /** A thread made another one. */
  public void cloned(int parent, int child, boolean sharesFiles) {
    FdTable table = table(parent);
    boolean copy = !sharesFiles && copied + table.size() <= MAX_COPIED;
    if (tables.size() < MAX_THREADS && (copy || table != first)) {
      copied += copy ? table.size() : 0;
      tables.put(child, copy ? table.copy() : table);
    }
  }

  /** A thread ended. */
  public void exited(int tid) {
    tables.remove(tid);
  }

  /** What an fd stands for as far as the log tells; null for nothing of KVM's. */
  public KvmFd find(int tid, int fd, FdName name) {
    KvmFd known = table(tid).find(fd);
    if (name == null) {
      return known != null && known.open() ? known : null;
    }
    if (name.kind() == null) {
      return null;
    }
    return known != null && agrees(known, name) ? known : named(tid, fd, name);
  }

  private static boolean agrees(KvmFd known, FdName name) {
    return known.kind() == name.kind() && (name.vcpu() < 0 || name.vcpu() == known.vcpu());
  }

  private KvmFd named(int tid, int fd, FdName name) {
    inferred = name.kind() != FdKind.SYSTEM && name.kind() != FdKind.EVENTFD;
    return put(tid, fd, make(name.kind(), name.vcpu()));
  }

  /**
   * What an ioctl is made on.
   *
   * @param row null for a request that the catalog does not know
   * @param failed true when the log says that the call failed, so that the fd may be a wrong one
   */
  public KvmFd of(int tid, int fd, FdName name, KvmIoctl row, boolean failed) {
    inferred = false;
    KvmFd known = find(tid, fd, name);
    if (known != null && (name != null || failed || suits(known, row))) {
      return known;
    }
    KvmFd closed = table(tid).find(fd);
    if (closed != null && suits(closed, row)) {
      closed.reopen();
      return closed;
    }
    return row == null || failed ? known : infer(tid, fd, row);
  }

  /** True when the last answer rests on the request alone; worth a warning. */
  public boolean inferred() {
    return inferred;
  }

  private static boolean suits(KvmFd fd, KvmIoctl row) {
    return row == null || row.on().contains(fd.kind());
  }

  private KvmFd infer(int tid, int fd, KvmIoctl row) {
    Set<FdKind> kinds = row.on();
    FdKind kind = kinds.contains(FdKind.SYSTEM) ? FdKind.SYSTEM : kinds.iterator().next();
    inferred = kind != FdKind.SYSTEM;
    return put(tid, fd, make(kind, -1));
  }

  private KvmFd make(FdKind kind, int vcpu) {
    return switch (kind) {
      case SYSTEM, EVENTFD, OTHER -> new KvmFd(kind, -1, -1);
      case VM -> newVm();
      case VCPU -> new KvmFd(kind, someVm(), vcpu >= 0 ? vcpu : nextVcpu());
      case DEVICE, STATS, GUEST_MEMFD -> new KvmFd(kind, someVm(), vcpu);
    };
  }

  private KvmFd newVm() {
    latestVm = vms++;
    inferredVcpus = 0;
    return new KvmFd(FdKind.VM, latestVm, -1);
  }

  private int someVm() {
    return latestVm >= 0 ? latestVm : newVm().vm();
  }

  private int nextVcpu() {
    return inferredVcpus++ % VCPU_IDS;
  }

  private KvmFd put(int tid, int fd, KvmFd meaning) {
    table(tid).put(fd, meaning);
    return meaning;
  }

  /** /dev/kvm was opened. */
  public KvmFd opened(int tid, int fd) {
    return put(tid, fd, new KvmFd(FdKind.SYSTEM, -1, -1));
  }

  /** An eventfd was made. */
  public KvmFd eventfd(int tid, int fd) {
    return put(tid, fd, new KvmFd(FdKind.EVENTFD, -1, -1));
  }

  /**
   * An ioctl made an fd.
   *
   * @param on what it was made on; null when unknown
   * @param arg its argument: the id of a new vCPU
   */
  public void made(int tid, int fd, KvmIoctl row, KvmFd on, long arg) {
    FdKind kind = row.makes().orElseThrow();
    int vm = on == null || on.vm() < 0 ? -1 : on.vm();
    if (kind == FdKind.VM) {
      put(tid, fd, newVm());
    } else if (kind == FdKind.VCPU) {
      boolean id = arg >= 0 && arg < VCPU_IDS;
      put(tid, fd, new KvmFd(kind, vm < 0 ? someVm() : vm, id ? (int) arg : nextVcpu()));
    } else {
      put(tid, fd, new KvmFd(kind, vm < 0 ? someVm() : vm, on == null ? -1 : on.vcpu()));
    }
  }

  /** An fd became another name of a KVM fd. */
  public void duplicated(int tid, int fd, KvmFd meaning) {
    KvmFd copy = meaning.copy();
    copy.reopen();
    put(tid, fd, copy);
  }

  public void closed(int tid, int fd) {
    KvmFd known = table(tid).find(fd);
    if (known != null) {
      known.close();
    }
  }
}
