package seamtape.sim.profile;

import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.TextTable;

/** The values of KVM_CHECK_EXTENSION, by kernel line. */
final class Capabilities {
  /** One row: the words of the three lines. */
  private static final Map<Integer, String[]> BY_NUMBER = load();

  private Capabilities() {}

  static long value(int number, KernelLine line, CpuModel model, boolean vmFd) {
    String[] row = BY_NUMBER.get(number);
    if (row == null) {
      return 0;
    }
    String word = row[1 + line.ordinal()];
    if (word.equals("cpus")) {
      return model.onlineCpus();
    }
    int at = word.indexOf('@');
    if (at >= 0) {
      word = vmFd ? word.substring(at + 1) : word.substring(0, at);
    }
    int slash = word.indexOf('/');
    if (slash >= 0) {
      word = model.intel() ? word.substring(0, slash) : word.substring(slash + 1);
    }
    return Long.decode(word);
  }

  private static Map<Integer, String[]> load() {
    Map<Integer, String[]> rows = new TreeMap<>();
    for (String[] row : TextTable.rows(Capabilities.class, "capabilities.txt")) {
      rows.put(Integer.valueOf(row[0]), row);
    }
    return rows;
  }
}
