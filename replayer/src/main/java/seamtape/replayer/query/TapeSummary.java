package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.event.Event;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;

/**
 * What a pass over a recording tells: which calls failed, how often each call was made, and where
 * the returns lie that are far from their enters. Immutable once built; {@link Scan} builds it in
 * slices.
 */
public final class TapeSummary {
  /**
   * A return farther than this many events behind its enter is kept here; readers scan the rest.
   */
  static final int NEAR = 1024;

  /** One row of the catalog as it occurs in the recording. */
  public record Tally(Call call, long count, long errors) {}

  /**
   * Events that cannot be read.
   *
   * @param why as the recording tells it
   */
  public record Lost(long first, long last, TapeException why) {}

  private final BitSet errors;
  private final long[] farEnters;
  private final long[] farReturns;
  private final long[] open;
  private final List<Tally> tallies;
  private final List<Lost> lost;
  private final long lastTime;
  private final BlockContents contents;

  private TapeSummary(Scan scan) {
    errors = (BitSet) scan.errors.clone();
    farEnters = scan.farReturns.keys();
    farReturns = LongStream.of(farEnters).map(enter -> scan.farReturns.get(enter)).toArray();
    open = scan.contents.inFlight();
    tallies = scan.tallies();
    lost = List.copyOf(scan.lost);
    lastTime = scan.lastTime;
    contents = scan.contents.contents();
  }

  private TapeSummary(NumberReader from) {
    errors = new BitSet();
    for (long error : from.numbers()) {
      errors.set(Math.toIntExact(error));
    }
    farEnters = from.numbers();
    farReturns = from.numbers();
    open = from.numbers();
    List<Tally> rows = new ArrayList<>();
    for (int left = from.count(); left > 0; left--) {
      Call call = Catalog.calls().get((int) from.number());
      rows.add(new Tally(call, from.number(), from.number()));
    }
    tallies = List.copyOf(rows);
    lost = List.of();
    lastTime = from.number();
    contents = BlockContents.read(from);
    if (farEnters.length != farReturns.length) {
      throw new IllegalArgumentException("a return for each enter");
    }
  }

  /** Reads what {@link #write} wrote, by the same catalog. */
  public static TapeSummary read(NumberReader from) {
    return new TapeSummary(from);
  }

  /** Only what is whole is worth keeping: {@link #lost} is not written. */
  public void write(NumberWriter to) {
    to.putAll(errors.stream().asLongStream().toArray());
    to.putAll(farEnters);
    to.putAll(farReturns);
    to.putAll(open);
    to.put(tallies.size());
    for (Tally tally : tallies) {
      to.put(Catalog.id(tally.call));
      to.put(tally.count);
      to.put(tally.errors);
    }
    to.put(lastTime);
    contents.write(to);
  }

  /** How many calls failed. */
  public long errorCount() {
    return errors.cardinality();
  }

  /** Enter event of the next failed call after an event; 0 without one. */
  public long errorAfter(long event) {
    int found = errors.nextSetBit((int) Math.min(Integer.MAX_VALUE - 1, event) + 1);
    return Math.max(0, found);
  }

  /** Enter event of the last failed call before an event; 0 without one. */
  public long errorBefore(long event) {
    int from = (int) Math.min(Integer.MAX_VALUE, event) - 1;
    return from < 0 ? 0 : Math.max(0, errors.previousSetBit(from));
  }

  /** Calls that occur, the most frequent first. */
  public List<Tally> tallies() {
    return tallies;
  }

  /** What the pass had to leave out; empty for a whole recording. */
  public List<Lost> lost() {
    return lost;
  }

  /** Time of the last event. */
  public long lastTime() {
    return lastTime;
  }

  /** Return event of a call, when it is farther than {@link #NEAR}; 0 otherwise. */
  long farReturn(long enterEvent) {
    int found = Arrays.binarySearch(farEnters, enterEvent);
    return found < 0 ? 0 : farReturns[found];
  }

  /** True for a call that never returns in the recording. */
  boolean neverReturns(long enterEvent) {
    return Arrays.binarySearch(open, enterEvent) >= 0;
  }

  /** What the blocks hold; none of a recording that was still written. */
  BlockContents contents() {
    return contents;
  }

  /** The pass itself; one thread. */
  public static final class Scan implements AutoCloseable {
    private final List<TapeIndex.Block> blocks;
    private final Cursor cursor;
    private final BitSet errors = new BitSet();
    private final LongMap<Long> farReturns = new LongMap<>();
    private final ContentsScan contents;
    private final long[] counts = new long[Catalog.calls().size()];
    private final long[] failures = new long[counts.length];
    private final List<Lost> lost = new ArrayList<>();
    private final Consumer<Event> also;
    private final long end;
    private long at;
    private long lastTime;

    public Scan(Tape tape) {
      this(tape, event -> {});
    }

    /**
     * @param also told every event, in the same pass
     */
    public Scan(Tape tape, Consumer<Event> also) {
      this.also = also;
      blocks = tape.index().blocks();
      end = tape.eventCount();
      cursor = tape.cursor();
      boolean settled = tape.manifest().state() != Manifest.State.OPEN;
      contents = new ContentsScan(settled ? blocks : List.of());
    }

    /** Reads up to so many events, past damaged blocks; false at the end of the recording. */
    public boolean advance(int events) {
      for (int i = 0; i < events; i++) {
        try {
          if (!cursor.next()) {
            return false;
          }
          take(cursor.event());
        } catch (TapeException e) {
          if (!skipDamage(e)) {
            return false;
          }
        }
      }
      return true;
    }

    /** Goes on at the next block; false when there is none. */
    private boolean skipDamage(TapeException why) {
      for (TapeIndex.Block block : blocks) {
        if (block.firstEvent() > at + 1) {
          lost.add(new Lost(at + 1, block.firstEvent() - 1, why));
          at = block.firstEvent() - 1;
          cursor.seek(block.firstEvent());
          return true;
        }
      }
      lost.add(new Lost(at + 1, Math.max(at + 1, end), why));
      return false;
    }

    /** The last event read. */
    public long at() {
      return at;
    }

    public TapeSummary summary() {
      return new TapeSummary(this);
    }

    private void take(Event event) {
      also.accept(event);
      at = event.number;
      lastTime = event.time;
      switch (event.phase) {
        case ENTER -> {
          counts[Catalog.id(event.call)]++;
          contents.enter(event);
        }
        case RETURN -> takeReturn(event);
        case INPUT -> {}
      }
    }

    private void takeReturn(Event event) {
      long enter = event.number - event.link;
      boolean failed = RecordedCall.failed(event);
      contents.returned(event, failed);
      if (event.link > NEAR && enter > 0) {
        farReturns.put(enter, event.number);
      }
      if (failed && enter > 0 && enter < Integer.MAX_VALUE) {
        errors.set((int) enter);
        failures[Catalog.id(event.call)]++;
      }
    }

    private List<Tally> tallies() {
      List<Tally> rows = new ArrayList<>();
      for (Call row : Catalog.calls()) {
        int id = Catalog.id(row);
        if (counts[id] > 0) {
          rows.add(new Tally(row, counts[id], failures[id]));
        }
      }
      rows.sort(Comparator.comparingLong(Tally::count).reversed());
      return List.copyOf(rows);
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
