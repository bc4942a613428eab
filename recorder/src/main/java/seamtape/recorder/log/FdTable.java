package seamtape.recorder.log;

import java.util.HashMap;
import java.util.Map;

/** What the fds of one process stand for; threads share one. Bounded: the rest is inferred. */
final class FdTable {
  private static final int MAX_FDS = 1 << 16;

  private final Map<Integer, KvmFd> fds = new HashMap<>();

  /** Null for an fd that the table does not know; a closed one is still known. */
  KvmFd find(int fd) {
    return fds.get(fd);
  }

  void put(int fd, KvmFd meaning) {
    if (fds.size() < MAX_FDS || fds.containsKey(fd)) {
      fds.put(fd, meaning);
    }
  }

  int size() {
    return fds.size();
  }

  FdTable copy() {
    FdTable copy = new FdTable();
    fds.forEach((fd, meaning) -> copy.fds.put(fd, meaning.copy()));
    return copy;
  }
}
