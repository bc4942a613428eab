package seamtape.sim.tdxguest;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.machine.NestedCalls;

/** Nested calls as lines: two blanks a level, the label, the fields in hex; then the answers. */
final class CallLog implements NestedCalls {
  private final List<String> lines = new ArrayList<>();
  private final List<long[]> in = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private int depth;

  @Override
  public void enter(int tid, long actor, int family, int number, long[] fields) {
    Call row = Catalog.byNumber(Family.values()[family], number);
    calls.add(row);
    in.add(fields.clone());
    lines.add("  ".repeat(depth++) + row.label());
  }

  @Override
  public void returns(int tid, long[] fields) {
    depth--;
  }

  /** Labels, indented by depth. */
  List<String> lines() {
    return lines;
  }

  /** The lines; forgets them. */
  List<String> take() {
    List<String> taken = List.copyOf(lines);
    lines.clear();
    calls.clear();
    in.clear();
    return taken;
  }

  /** An in-field of the nth call since the last {@link #take}. */
  long in(int call, String field) {
    for (int i = 0; i < calls.get(call).in().size(); i++) {
      if (calls.get(call).in().get(i).name().equals(field)) {
        return in.get(call)[i];
      }
    }
    throw new IllegalArgumentException(field);
  }
}
