package seamtape.sim.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.TextTable;

/** The MSR lists of one kernel line on one CPU, in the order of the kernel's arrays. */
final class MsrLists {
  private static final Map<String, MsrLists> BY_MACHINE = new TreeMap<>();

  static {
    List<String[]> rows = TextTable.rows(MsrLists.class, "msrs.txt");
    for (KernelLine line : KernelLine.values()) {
      for (String vendor : List.of("intel", "amd")) {
        BY_MACHINE.put(line.text() + vendor, new MsrLists(rows, line, vendor.equals("intel")));
      }
    }
  }

  private final int[] save;
  private final int[] indices;
  private final int[] features;

  private MsrLists(List<String[]> rows, KernelLine line, boolean intel) {
    save = list(rows, "save", line, intel);
    int[] emulated = list(rows, "emulated", line, intel);
    indices = new int[save.length + emulated.length];
    System.arraycopy(save, 0, indices, 0, save.length);
    System.arraycopy(emulated, 0, indices, save.length, emulated.length);
    features = list(rows, "feature", line, intel);
  }

  static MsrLists of(KernelLine line, CpuModel model) {
    return BY_MACHINE.get(line.text() + model.vendor());
  }

  int[] indices() {
    return indices.clone();
  }

  int[] features() {
    return features.clone();
  }

  boolean saves(int index) {
    return contains(save, index);
  }

  boolean advertises(int index) {
    return contains(indices, index);
  }

  private static boolean contains(int[] list, int index) {
    for (int member : list) {
      if (member == index) {
        return true;
      }
    }
    return false;
  }

  private static int[] list(List<String[]> rows, String name, KernelLine line, boolean intel) {
    int position = 2 + line.ordinal();
    List<String[]> members = new ArrayList<>();
    for (String[] row : rows) {
      boolean listed = row[0].equals(name) && !row[position].equals("-");
      if (listed && present(row[intel ? 5 : 6], line)) {
        members.add(row);
      }
    }
    members.sort(Comparator.comparingInt(row -> Integer.parseInt(row[position])));
    return members.stream().mapToInt(row -> TextTable.u32(row[1])).toArray();
  }

  private static boolean present(String word, KernelLine line) {
    return switch (word) {
      case "all" -> true;
      case "none" -> false;
      default -> line.compareTo(KernelLine.of(word).orElseThrow()) >= 0;
    };
  }
}
