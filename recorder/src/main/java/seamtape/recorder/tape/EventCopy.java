package seamtape.recorder.tape;

import java.nio.file.Path;
import java.util.Arrays;
import seamtape.catalog.Input;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * Copies events of one recording to another that leaves some out. What is left out becomes one
 * {@link Input#GAP}; links go on pointing to the events they pointed to. A return whose enter is
 * left out points to the gap; a call whose parent is left out has none.
 */
final class EventCopy {
  private final Path from;
  private final TapeWriter writer;
  private final Event gap = new Event();

  /** Pieces copied without a gap: first and last number there, number here of the first. */
  private long[] first = new long[4];

  private long[] last = new long[4];
  private long[] here = new long[4];

  /** Number here of the gap before a piece; 0 without one. */
  private long[] gapBefore = new long[4];

  private int pieces;
  private long time;
  private long gapNumber;
  private long gapFirst;
  private long gapLast;

  EventCopy(Path from, TapeWriter writer) {
    this.from = from;
    this.writer = writer;
  }

  /**
   * Leaves events out, those after the last one copied or left out.
   *
   * @param to {@link Event#UNKNOWN} when nobody knows how many there were
   */
  void leaveOut(long from, long to) {
    if (gapFirst == 0) {
      gapFirst = from;
    }
    gapLast = to;
  }

  /** Copies an event, which has its number there; it is changed. */
  void copy(Event event) throws TapeException {
    if (event.row().index < 0) {
      throw TapeException.otherCatalog(from, event, "copy");
    }
    long there = event.number;
    time = pieces == 0 && gapFirst != 0 ? event.time : time;
    writeGap();
    if (pieces == 0 || there != last[pieces - 1] + 1) {
      begin(there);
    }
    last[pieces - 1] = there;
    event.link = link(event, there);
    time = event.time;
    writer.append(event);
  }

  /** Tells of what is left out at the end. */
  void finish() {
    writeGap();
  }

  private void writeGap() {
    if (gapFirst == 0) {
      return;
    }
    gap.input(Input.GAP, Actor.vmm(0), time);
    gap.fields[0] = gapFirst;
    gap.fields[1] = gapLast == Event.UNKNOWN ? Event.UNKNOWN : gapLast - gapFirst + 1;
    gapNumber = writer.append(gap);
    gapFirst = 0;
  }

  private void begin(long there) {
    if (pieces == first.length) {
      first = Arrays.copyOf(first, pieces * 2);
      last = Arrays.copyOf(last, pieces * 2);
      here = Arrays.copyOf(here, pieces * 2);
      gapBefore = Arrays.copyOf(gapBefore, pieces * 2);
    }
    first[pieces] = there;
    here[pieces] = writer.events() + 1;
    gapBefore[pieces] = gapNumber;
    pieces++;
  }

  private long link(Event event, long there) {
    boolean subject = event.phase == Phase.ENTER && !event.call.family().nests();
    if (event.link <= 0 || event.phase == Phase.INPUT || subject) {
      return event.link;
    }
    long number = writer.events() + 1;
    long target = there - event.link;
    int piece = pieceFrom(target);
    if (target >= 1 && first[piece] <= target) {
      return number - (here[piece] + target - first[piece]);
    }
    return event.phase == Phase.RETURN && gapBefore[piece] > 0 ? number - gapBefore[piece] : 0;
  }

  /** The first piece that ends at or after a number; the one being copied ends after all. */
  private int pieceFrom(long target) {
    int piece = Arrays.binarySearch(last, 0, pieces, target);
    return piece >= 0 ? piece : -piece - 1;
  }
}
