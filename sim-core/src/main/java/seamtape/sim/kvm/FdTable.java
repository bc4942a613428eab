package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EMFILE;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * File descriptors of the VMM process: the lowest free number is given out, 0 to 2 are the standard
 * streams and not KVM's.
 */
public final class FdTable {
  private static final int FIRST = 3;

  private KernelFile[] files = new KernelFile[64];
  private int lowestFree = FIRST;

  /** The open file of a number; null when it is none of ours. */
  public KernelFile find(long fd) {
    return fd >= FIRST && fd < files.length ? files[(int) fd] : null;
  }

  /** The number that {@link #install} would give; EMFILE when all are in use. */
  public long nextFree() {
    return lowestFree < Limits.RLIMIT_NOFILE ? lowestFree : EMFILE.result();
  }

  /** Takes over the caller's reference to a file and gives it the lowest free number. */
  public long install(KernelFile file) {
    int fd = lowestFree;
    if (fd >= Limits.RLIMIT_NOFILE) {
      file.drop();
      return EMFILE.result();
    }
    if (fd == files.length) {
      files = Arrays.copyOf(files, files.length * 2);
    }
    files[fd] = file;
    do {
      lowestFree++;
    } while (lowestFree < files.length && files[lowestFree] != null);
    return fd;
  }

  public long dup(long fd) {
    KernelFile file = find(fd);
    if (file == null) {
      return EBADF.result();
    }
    file.hold();
    return install(file);
  }

  public long close(long fd) {
    KernelFile file = find(fd);
    if (file == null) {
      return EBADF.result();
    }
    files[(int) fd] = null;
    lowestFree = Math.min(lowestFree, (int) fd);
    file.drop();
    return 0;
  }

  /** The open files, each once, by its lowest number. */
  Stream<KernelFile> opened() {
    return Arrays.stream(files).filter(Objects::nonNull).distinct();
  }

  /** Closes all, in the order of their numbers, as a process that ends does. */
  public void closeAll() {
    for (int fd = FIRST; fd < files.length; fd++) {
      if (files[fd] != null) {
        close(fd);
      }
    }
  }
}
