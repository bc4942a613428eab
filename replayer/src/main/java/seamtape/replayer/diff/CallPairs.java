package seamtape.replayer.diff;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.event.Event;
import seamtape.event.EventView;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.symbols.Arguments;
import seamtape.replayer.symbols.DecodedFields;
import seamtape.replayer.symbols.StableFields;

/** Puts differences into words: reads the calls again and compares their decoded fields. */
final class CallPairs implements AutoCloseable {
  /** Fields told of one changed call. */
  private static final int MAX_FIELDS = 64;

  private final Cursor a;
  private final Cursor b;
  private final StableFields stable;

  /** A field that differs in the call being described is covered by a rule. */
  private boolean excused;

  CallPairs(Tape a, Tape b, StableFields stable) throws TapeException {
    this.a = a.cursor();
    this.b = b.cursor();
    this.stable = stable;
  }

  /** The difference in words; null where rules cover the call or every field that differs. */
  Change describe(Diff.Difference difference, Causes causes) throws TapeException {
    boolean inA = difference.a() != 0;
    Event enter = inA ? read(a, difference.a()) : read(b, difference.b());
    if (difference.kind() != Change.Kind.CHANGED) {
      if (stable.ignores(enter.call, "")) {
        return null;
      }
      boolean root = causes.isCause(enter, inA, null, null, null);
      return change(difference, enter, List.of(), root);
    }
    excused = false;
    List<Change.FieldChange> fields = fields(difference, enter);
    if (fields.isEmpty() && excused) {
      return null;
    }
    Change.FieldChange first =
        fields.isEmpty() ? new Change.FieldChange("memory", null, null) : fields.get(0);
    boolean root = causes.isCause(enter, inA, first.field(), first.valueA(), first.valueB());
    return change(difference, enter, fields.isEmpty() ? List.of(first) : fields, root);
  }

  private static Change change(
      Diff.Difference difference, Event enter, List<Change.FieldChange> fields, boolean root) {
    Change.FieldChange first = fields.isEmpty() ? null : fields.get(0);
    return new Change(
        difference.kind(),
        difference.a(),
        difference.b(),
        difference.actor(),
        EventView.of(enter).call(),
        Arguments.of(enter),
        first == null ? null : first.field(),
        first == null ? null : first.valueA(),
        first == null ? null : first.valueB(),
        root,
        fields);
  }

  private List<Change.FieldChange> fields(Diff.Difference difference, Event enterA)
      throws TapeException {
    Event enterB = read(b, difference.b());
    List<Change.FieldChange> fields = new ArrayList<>();
    Call call = enterA.call;
    compare(call, DecodedFields.of(enterA, null), DecodedFields.of(enterB, null), fields);
    if (difference.returnA() == 0 || difference.returnB() == 0) {
      if (difference.returnA() != difference.returnB()) {
        fields.add(
            new Change.FieldChange(
                "ret", ended(difference.returnA()), ended(difference.returnB())));
      }
      return fields;
    }
    Event returnA = read(a, difference.returnA());
    Event returnB = read(b, difference.returnB());
    compare(call, DecodedFields.of(returnA, enterA), DecodedFields.of(returnB, enterB), fields);
    return fields;
  }

  private static Object ended(long returnEvent) {
    return returnEvent == 0 ? "no return" : "returned";
  }

  private void compare(
      Call call,
      Map<String, Object> one,
      Map<String, Object> other,
      List<Change.FieldChange> fields) {
    boolean oneFailed = failed(one) != failed(other);
    Set<String> names = new LinkedHashSet<>(one.keySet());
    names.addAll(other.keySet());
    for (String name : names) {
      Object valueA = one.get(name);
      Object valueB = other.get(name);
      boolean differs = !Objects.equals(valueA, valueB);
      if (differs && oneFailed && (valueA == null || valueB == null)) {
        continue; // what a call that failed does not give is no difference of its own
      }
      if (differs && counts(call, name) && fields.size() < MAX_FIELDS) {
        fields.add(new Change.FieldChange(name, shown(name, valueA), shown(name, valueB)));
      }
    }
  }

  private static boolean failed(Map<String, Object> fields) {
    return fields.get("ret") instanceof Long ret && Errno.ofResult(ret).isPresent();
  }

  /** An error by its name, everything else as it is. */
  private static Object shown(String name, Object value) {
    boolean error =
        name.equals("ret") && value instanceof Long ret && Errno.ofResult(ret).isPresent();
    return error ? Errno.text((Long) value) : value;
  }

  /** Numbers that belong to a process or a run are not differences, whatever they are. */
  private boolean counts(Call call, String name) {
    if (name.equals("fd") || name.equals("arg") || name.equals("addr")) {
      return false;
    }
    boolean covered = stable.ignores(call, name);
    excused |= covered;
    return !covered;
  }

  private static Event read(Cursor cursor, long event) throws TapeException {
    cursor.seek(event);
    if (!cursor.next()) {
      throw new IllegalStateException("event " + event + " is gone");
    }
    return Event.copyOf(cursor.event());
  }

  @Override
  public void close() {
    a.close();
    b.close();
  }
}
