package seamtape.recorder.strace;

import java.util.HashSet;
import java.util.Set;

/**
 * Which thread an unmarked line belongs to. strace on a terminal marks lines with a pid only from
 * the second thread on, so a pid that was never announced as attached is the first thread, and
 * keeps the id that its unmarked lines were given.
 */
final class Threads {
  /** Id of a thread whose pid the log does not show. */
  static final int FIRST = 1;

  private static final int MAX_ATTACHED = 1 << 16;

  private final Set<Integer> attached = new HashSet<>();
  private boolean unmarked;
  private int alias;

  /** {@code strace: Process N attached}. */
  void attached(int pid) {
    if (attached.size() < MAX_ATTACHED) {
      attached.add(pid);
    }
  }

  /**
   * @param pid what the line shows; 0 for nothing
   * @param otherwise the id of lines that show nothing
   */
  int of(int pid, int otherwise) {
    if (pid == 0) {
      unmarked = true;
      return otherwise;
    }
    if (alias == 0 && unmarked && !attached.isEmpty() && !attached.contains(pid)) {
      alias = pid;
    }
    return pid == alias ? otherwise : pid;
  }
}
