package seamtape.replayer.query;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.FileOperation;
import seamtape.event.Event;
import seamtape.recorder.tape.TapeException;

/**
 * What a block holds, as far as filters are foreseen by it; blocks that hold the same share one.
 * Rows by their numbers in the catalog.
 *
 * @param whole false when something about the block could not be told: it may then hold anything
 * @param made rows of the calls that enter in it
 * @param failed those of them that failed at least once
 * @param over rows of the calls that these are nested in, at any depth
 * @param beneath rows of the calls that are nested in these, at any depth, in whichever block
 * @param subjects what the calls are made on
 */
record Contents(
    boolean whole, BitSet made, BitSet failed, BitSet over, BitSet beneath, List<Long> subjects) {

  /** Of a block about which nothing is known. */
  static final Contents ANY =
      new Contents(false, new BitSet(), new BitSet(), new BitSet(), new BitSet(), List.of());

  void write(NumberWriter to) {
    to.put(whole ? 1 : 0);
    for (BitSet rows : List.of(made, failed, over, beneath)) {
      to.putAll(rows.stream().asLongStream().toArray());
    }
    to.putAll(subjects.stream().mapToLong(Long::longValue).toArray());
  }

  static Contents read(NumberReader from) {
    boolean whole = from.number() != 0;
    BitSet made = rows(from);
    BitSet failed = rows(from);
    BitSet over = rows(from);
    BitSet beneath = rows(from);
    List<Long> subjects = LongStream.of(from.numbers()).boxed().toList();
    return whole ? new Contents(true, made, failed, over, beneath, subjects) : ANY;
  }

  private static BitSet rows(NumberReader from) {
    BitSet rows = new BitSet();
    for (long row : from.numbers()) {
      rows.set((int) Objects.checkIndex(row, (long) Catalog.calls().size()));
    }
    return rows;
  }

  /** False when no call that enters in the block passes. */
  boolean mayPass(Filter.Test test) throws TapeException, FilterException {
    if (!whole) {
      return true;
    }
    for (int id = made.nextSetBit(0); id >= 0; id = made.nextSetBit(id + 1)) {
      if (Rows.nameless(id) || test.foresee(this, Rows.HEADS[id]) != Verdict.NO) {
        return true;
      }
    }
    return false;
  }

  /** What a condition on a call's result comes to, for the calls of a row in this block. */
  Verdict outcome(FilterTests.Truth truth, RecordedCall head)
      throws TapeException, FilterException {
    boolean mixed = failed.get(Catalog.id(head.call()));
    return mixed ? Verdict.MAYBE : Verdict.of(truth.of(head, null));
  }

  /** What a condition on what a call is made on comes to, for the calls of this block. */
  Verdict subject(FilterTests.Truth truth) throws TapeException, FilterException {
    Verdict all = null;
    for (long subject : subjects) {
      Event event = new Event().enter(FileOperation.CLOSE, 0, 0, subject);
      Verdict one = Verdict.of(truth.of(new RecordedCall("").begin(-1, event, 0), null));
      all = all == null || all == one ? one : Verdict.MAYBE;
    }
    return all == null ? Verdict.MAYBE : all;
  }

  /** MAYBE when one of the rows may pass. */
  static Verdict any(BitSet rows, Filter.Test test) throws TapeException, FilterException {
    for (int id = rows.nextSetBit(0); id >= 0; id = rows.nextSetBit(id + 1)) {
      if (Rows.nameless(id) || test.foresee(Sight.ROW, Rows.HEADS[id]) != Verdict.NO) {
        return Verdict.MAYBE;
      }
    }
    return Verdict.NO;
  }

  /** A call of each row, of which nothing else is known. */
  private static final class Rows {
    static final RecordedCall[] HEADS =
        Catalog.calls().stream().map(Rows::head).toArray(RecordedCall[]::new);

    private static RecordedCall head(Call row) {
      return new RecordedCall("").begin(-1, new Event().enter(row, 0, 0, 0), 0);
    }

    /** True for the row of calls whose name is not the row's. */
    static boolean nameless(int id) {
      return HEADS[id].call() == FileOperation.KVM_UNKNOWN_IOCTL;
    }
  }
}
