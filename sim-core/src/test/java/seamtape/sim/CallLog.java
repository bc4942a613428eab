package seamtape.sim;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.machine.NestedCalls;

/** Remembers nested calls by name, with the fields of their answers. */
public final class CallLog implements NestedCalls {
  /** A call and what it gave; answers are null while it has not returned. */
  public record Entry(Call row, int depth, long[] in, long[][] out) {
    public long ret() {
      return out[0][0];
    }

    public long in(String field) {
      return in[index(row.in(), field)];
    }

    public long out(String field) {
      return out[0][index(row.out(), field)];
    }

    private static int index(List<seamtape.catalog.Field> fields, String name) {
      for (int i = 0; i < fields.size(); i++) {
        if (fields.get(i).name().equals(name)) {
          return i;
        }
      }
      throw new IllegalArgumentException(name);
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> open = new ArrayList<>();

  @Override
  public void enter(int tid, long actor, int family, int number, long[] fields) {
    Call row = Catalog.byNumber(Family.values()[family], number);
    Entry entry = new Entry(row, open.size(), fields.clone(), new long[1][]);
    entries.add(entry);
    open.add(entry);
  }

  @Override
  public void returns(int tid, long[] fields) {
    open.remove(open.size() - 1).out()[0] = fields.clone();
  }

  public List<Entry> entries() {
    return entries;
  }

  public List<Entry> of(Call row) {
    return entries.stream().filter(entry -> entry.row() == row).toList();
  }

  /** The names in order, without repetitions in a row. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Entry entry : entries) {
      if (names.isEmpty() || !names.get(names.size() - 1).equals(entry.row().name())) {
        names.add(entry.row().name());
      }
    }
    return names;
  }

  public void clear() {
    entries.clear();
  }
}
