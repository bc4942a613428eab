package seamtape.replayer.query;

import java.util.Arrays;
import seamtape.recorder.tape.TapeException;

/**
 * The calls of a recording that pass a filter, found in slices of time. Holds the position of each
 * match, so that the n-th match is found at once. One thread, the reader's.
 */
public final class Matches {
  /** So few matches are soon found again. */
  private static final int RARE = 4096;

  /** Beyond so many matches the search stops; the filter is then as good as none. */
  public static final int MAX = 16 << 20;

  /** Calls between two looks at the clock. */
  private static final int CALLS_A_LOOK = 64;

  private final Filter filter;
  private int[] positions = new int[1024];
  private int count;
  private CallScan scan;
  private long scanned;
  private boolean complete;
  private boolean guessed;

  public Matches(Filter filter) {
    this.filter = filter;
  }

  /**
   * Goes on until the deadline of {@link System#nanoTime} or the end; calls in damaged blocks are
   * passed over.
   */
  public void advance(CallReader reader, long deadline) throws FilterException {
    advance(reader, deadline, MAX);
  }

  /**
   * As the other, but the first time no further than to so many matches: a page is filled before
   * the rest is counted.
   */
  public void advance(CallReader reader, long deadline, long enough) throws FilterException {
    boolean first = scan == null;
    if (scan == null) {
      scan = reader.scan(filter);
    }
    long guesses = reader.guesses();
    while (!complete) {
      RecordedCall call = scan.next();
      for (int i = 1; call != null; i++) {
        take(call, reader);
        call = i < CALLS_A_LOOK && count < MAX ? scan.next() : null;
      }
      scanned = scan.passed();
      complete = scan.atEnd() || count >= MAX;
      guessed |= reader.guesses() != guesses;
      if (complete) {
        scan.close();
      } else if (System.nanoTime() - deadline >= 0 || first && count >= enough) {
        return;
      }
    }
  }

  private void take(RecordedCall call, CallReader reader) throws FilterException {
    try {
      if (filter.matches(call, reader)) {
        add(call.index());
      }
    } catch (TapeException e) {
      // a related call lies in a damaged block: what cannot be read does not match
    }
  }

  private void add(long position) {
    if (count == positions.length) {
      positions = Arrays.copyOf(positions, count * 2);
    }
    positions[count++] = (int) position;
  }

  /** Matches found so far. */
  public int count() {
    return count;
  }

  /** Calls looked at so far. */
  public long scanned() {
    return scanned;
  }

  /** True when no call is left to look at. */
  public boolean complete() {
    return complete;
  }

  /**
   * True when a return that was not found may still lie far off, as no summary told: with one the
   * search must be made again.
   */
  public boolean guessed() {
    return guessed;
  }

  /**
   * With a summary: what was guessed must be looked for again, and what is rare is found faster.
   */
  public boolean betterAnew() {
    return guessed || !complete && count < RARE;
  }

  /** Position of the n-th match among the recording's calls. */
  public long position(int match) {
    return positions[match];
  }

  /** How many matches from one on, before another, are calls that follow each other. */
  public int run(int match, int end) {
    int next = match + 1;
    while (next < end && positions[next] == positions[next - 1] + 1) {
      next++;
    }
    return next - match;
  }

  /** The first match at or after a position; {@link #count} without one. */
  public int firstAt(long position) {
    int found = Arrays.binarySearch(positions, 0, count, (int) position);
    return found >= 0 ? found : -found - 1;
  }
}
