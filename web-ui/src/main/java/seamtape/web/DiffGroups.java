package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.DiffReport;

/**
 * The differences under their causes: a consequence belongs to the last cause before it of the same
 * actor, or else to the last one before it. Immutable.
 */
final class DiffGroups {
  static final int RIBBON = 512;

  /** A cause and the positions of its consequences among all changes. */
  private record Group(int cause, List<Integer> consequences) {}

  private final DiffReport report;
  private final List<Group> groups = new ArrayList<>();

  DiffGroups(DiffReport report) {
    this.report = report;
    Map<String, Group> lastOf = new HashMap<>();
    Group last = null;
    for (int i = 0; i < report.changes().size(); i++) {
      Change change = report.changes().get(i);
      if (change.root() || last == null) {
        last = new Group(i, new ArrayList<>());
        groups.add(last);
        lastOf.put(change.actor(), last);
      } else {
        lastOf.getOrDefault(change.actor(), last).consequences().add(i);
      }
    }
  }

  DiffReport report() {
    return report;
  }

  /**
   * A page of changes.
   *
   * @param view causes, or all, or the consequences of a cause by its position among all
   */
  JsonObject page(String view, long from, int count) {
    List<Integer> positions = positions(view);
    JsonArray changes = new JsonArray();
    long end = Math.min(positions.size(), from + count);
    for (long i = from; i < end; i++) {
      int position = positions.get((int) i);
      JsonObject change = Views.change(report.changes().get(position)).put("position", position);
      groups.stream()
          .filter(group -> view.equals("causes") && group.cause() == position)
          .findFirst()
          .ifPresent(group -> change.put("consequences", group.consequences().size()));
      changes.add(change);
    }
    return new JsonObject()
        .put("from", from)
        .put("total", positions.size())
        .put("changes", changes);
  }

  private List<Integer> positions(String view) {
    if (view.equals("causes")) {
      return groups.stream().map(Group::cause).toList();
    }
    if (view.isEmpty() || view.equals("all")) {
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < report.changes().size(); i++) {
        all.add(i);
      }
      return all;
    }
    return groups.stream()
        .filter(group -> view.equals("of:" + group.cause()))
        .findFirst()
        .map(Group::consequences)
        .orElseThrow(() -> Problem.badRequest("view is causes, all or of: and a cause's position"));
  }

  /**
   * Where the differences lie along the first recording: for each of {@link #RIBBON} bins the
   * number of differences, and whether a cause is among them.
   */
  JsonObject ribbon(long eventsOfA) {
    long[] counts = new long[RIBBON];
    boolean[] causes = new boolean[RIBBON];
    int[] first = new int[RIBBON];
    java.util.Arrays.fill(first, -1);
    long last = 0;
    for (int i = 0; i < report.changes().size(); i++) {
      Change change = report.changes().get(i);
      last = change.a() > 0 ? change.a() : last;
      int bin = (int) Math.min(RIBBON - 1, last * RIBBON / Math.max(1, eventsOfA));
      counts[bin]++;
      causes[bin] |= change.root();
      first[bin] = first[bin] < 0 ? i : first[bin];
    }
    JsonArray bins = new JsonArray();
    for (int i = 0; i < RIBBON; i++) {
      if (counts[i] > 0) {
        bins.add(new JsonArray().add(i).add(counts[i]).add(causes[i]).add(first[i]));
      }
    }
    return new JsonObject().put("of", RIBBON).put("bins", bins);
  }
}
