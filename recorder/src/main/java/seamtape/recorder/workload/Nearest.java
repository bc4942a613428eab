package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The known names that a wrong one may have meant. */
final class Nearest {
  private static final int MAX_SUGGESTIONS = 3;

  private Nearest() {}

  /** {@code "; did you mean KVM_RUN?"}, or nothing when no name is near. */
  static String hint(String wrong, Iterable<String> known) {
    List<String> near = new ArrayList<>();
    int limit = Math.max(2, wrong.length() / 3);
    for (String name : known) {
      if (distance(wrong, name, limit) <= limit) {
        near.add(name);
      }
    }
    near.sort(
        Comparator.<String>comparingInt(name -> distance(wrong, name, limit))
            .thenComparing(Comparator.naturalOrder()));
    if (near.isEmpty()) {
      return "";
    }
    List<String> best = near.subList(0, Math.min(MAX_SUGGESTIONS, near.size()));
    return "; did you mean " + String.join(" or ", best) + "?";
  }

  /** Edits from one name to the other, case ignored; more than the limit once that is certain. */
  private static int distance(String a, String b, int limit) {
    if (a.length() > 100 || Math.abs(a.length() - b.length()) > limit) {
      return limit + 1;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int same =
            Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1))
                ? 0
                : 1;
        int cost = Math.min(diagonal + same, Math.min(row[j], row[j - 1]) + 1);
        diagonal = row[j];
        row[j] = cost;
      }
    }
    return row[b.length()];
  }
}
