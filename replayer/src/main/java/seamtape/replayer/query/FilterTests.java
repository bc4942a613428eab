package seamtape.replayer.query;

import seamtape.recorder.tape.TapeException;

/** The conditions of a filter, joined. */
final class FilterTests {
  private FilterTests() {}

  /** A condition's truth. */
  interface Truth {
    boolean of(RecordedCall call, CallReader reader) throws TapeException, FilterException;
  }

  /** A condition, and how much of a call it looks at. */
  record Leaf(Sight needs, Truth truth) implements Filter.Test {
    @Override
    public boolean passes(RecordedCall call, CallReader reader)
        throws TapeException, FilterException {
      return truth.of(call, reader);
    }

    @Override
    public Verdict foresee(Sight known, RecordedCall call) throws TapeException, FilterException {
      return known.compareTo(needs) < 0 ? Verdict.MAYBE : Verdict.of(truth.of(call, null));
    }
  }

  record And(Filter.Test a, Filter.Test b) implements Filter.Test {
    @Override
    public boolean passes(RecordedCall call, CallReader reader)
        throws TapeException, FilterException {
      return a.passes(call, reader) && b.passes(call, reader);
    }

    @Override
    public Verdict foresee(Sight known, RecordedCall call) throws TapeException, FilterException {
      Verdict first = a.foresee(known, call);
      return first == Verdict.NO ? first : first.and(b.foresee(known, call));
    }
  }

  record Or(Filter.Test a, Filter.Test b) implements Filter.Test {
    @Override
    public boolean passes(RecordedCall call, CallReader reader)
        throws TapeException, FilterException {
      return a.passes(call, reader) || b.passes(call, reader);
    }

    @Override
    public Verdict foresee(Sight known, RecordedCall call) throws TapeException, FilterException {
      Verdict first = a.foresee(known, call);
      return first == Verdict.YES ? first : first.or(b.foresee(known, call));
    }
  }

  record Xor(Filter.Test a, Filter.Test b) implements Filter.Test {
    @Override
    public boolean passes(RecordedCall call, CallReader reader)
        throws TapeException, FilterException {
      return a.passes(call, reader) ^ b.passes(call, reader);
    }

    @Override
    public Verdict foresee(Sight known, RecordedCall call) throws TapeException, FilterException {
      return a.foresee(known, call).xor(b.foresee(known, call));
    }
  }

  record Not(Filter.Test inner) implements Filter.Test {
    @Override
    public boolean passes(RecordedCall call, CallReader reader)
        throws TapeException, FilterException {
      return !inner.passes(call, reader);
    }

    @Override
    public Verdict foresee(Sight known, RecordedCall call) throws TapeException, FilterException {
      return inner.foresee(known, call).not();
    }
  }
}
