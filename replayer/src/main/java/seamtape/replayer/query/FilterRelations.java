package seamtape.replayer.query;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import seamtape.recorder.tape.TapeException;

/** The nesting operators of filters: a condition on a call's ancestors or descendants. */
final class FilterRelations {
  /** Events looked at below one call. */
  private static final int MAX_EVENTS = 65_536;

  private static final int PAGE = 32;

  private FilterRelations() {}

  /** Which calls around one are asked. */
  enum Kin {
    /** Those it is nested in, at any depth. */
    UNDER,
    /** Those nested in it, at any depth. */
    HAS
  }

  /** True of a call of whose kin one passes. */
  record AnyOf(Kin kin, Filter.Test inner) implements Filter.Test {
    @Override
    public boolean passes(RecordedCall call, CallReader reader)
        throws TapeException, FilterException {
      return kin == Kin.UNDER ? under(call, reader, inner) : has(call, reader, inner);
    }

    @Override
    public Verdict foresee(Sight known, RecordedCall call) {
      return Verdict.MAYBE;
    }

    @Override
    public Verdict foresee(Contents block, RecordedCall head)
        throws TapeException, FilterException {
      return Contents.any(kin == Kin.UNDER ? block.over() : block.beneath(), inner);
    }
  }

  private static boolean under(RecordedCall call, CallReader reader, Filter.Test inner)
      throws TapeException, FilterException {
    for (RecordedCall parent : reader.parents(call)) {
      if (inner.passes(parent, reader)) {
        return true;
      }
    }
    return false;
  }

  /** Breadth first; only calls that have returned below the limit can be seen whole. */
  private static boolean has(RecordedCall call, CallReader reader, Filter.Test inner)
      throws TapeException, FilterException {
    if (call.hasReturn() && call.returned().number == call.event() + 1) {
      return false;
    }
    Deque<RecordedCall> open = new ArrayDeque<>(List.of(call));
    int left = MAX_EVENTS;
    while (!open.isEmpty() && left > 0) {
      RecordedCall parent = open.poll();
      long from = parent.event() + 1;
      while (from != 0 && left > 0) {
        CallReader.Children page = reader.children(parent, from, PAGE, left);
        long end = page.next() != 0 ? page.next() : end(parent);
        left -= (int) Math.min(left, Math.max(1, end - from));
        for (RecordedCall child : page.calls()) {
          if (inner.passes(child, reader)) {
            return true;
          }
          open.add(child);
        }
        from = page.next();
      }
    }
    return false;
  }

  private static long end(RecordedCall parent) {
    return parent.hasReturn() ? parent.returned().number : parent.event() + MAX_EVENTS;
  }
}
