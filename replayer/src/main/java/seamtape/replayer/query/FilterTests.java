package seamtape.replayer.query;

import seamtape.recorder.tape.TapeException;

/** The conditions of a filter, joined. */
final class FilterTests {
  private FilterTests() {}

  /** A condition's truth. */
  interface Truth {
    boolean of(RecordedCall call, CallReader reader) throws TapeException, FilterException;
  }

  /** What a condition is about, where the contents of a block tell of it. */
  enum About {
    /** A value that stands in the filter. */
    LITERAL,
    /** Whether a call failed, and how. */
    OUTCOME,
    /** What a call is made on. */
    SUBJECT,
    OTHER;

    About with(About other) {
      return this == LITERAL || this == other ? other : other == LITERAL ? this : OTHER;
    }
  }

  /** A condition, and how much of a call it looks at. */
  record Leaf(Sight needs, About about, Truth truth) implements Filter.Test {
    @Override
    public boolean passes(RecordedCall call, CallReader reader)
        throws TapeException, FilterException {
      return truth.of(call, reader);
    }

    @Override
    public Verdict foresee(Sight known, RecordedCall call) throws TapeException, FilterException {
      return known.compareTo(needs) < 0 ? Verdict.MAYBE : Verdict.of(truth.of(call, null));
    }

    @Override
    public Verdict foresee(Contents block, RecordedCall head)
        throws TapeException, FilterException {
      return switch (about) {
        case OUTCOME -> block.outcome(truth, head);
        case SUBJECT -> block.subject(truth);
        case LITERAL, OTHER -> foresee(Sight.ROW, head);
      };
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

    @Override
    public Verdict foresee(Contents block, RecordedCall head)
        throws TapeException, FilterException {
      Verdict first = a.foresee(block, head);
      return first == Verdict.NO ? first : first.and(b.foresee(block, head));
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

    @Override
    public Verdict foresee(Contents block, RecordedCall head)
        throws TapeException, FilterException {
      Verdict first = a.foresee(block, head);
      return first == Verdict.YES ? first : first.or(b.foresee(block, head));
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

    @Override
    public Verdict foresee(Contents block, RecordedCall head)
        throws TapeException, FilterException {
      return a.foresee(block, head).xor(b.foresee(block, head));
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

    @Override
    public Verdict foresee(Contents block, RecordedCall head)
        throws TapeException, FilterException {
      return inner.foresee(block, head).not();
    }
  }
}
