package seamtape.web;

import seamtape.event.Event;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.index.KeptStates;
import seamtape.replayer.state.StateIndex;
import seamtape.replayer.state.StateScan;

/**
 * How the index of a recording's states is come by: from its {@code index/}, else along with the
 * first pass over the events, else in a pass of its own. On the background thread; others read the
 * index meanwhile.
 */
final class StatePass implements AutoCloseable {
  /** Fewer events are folded as soon as they are read from a file. */
  private static final int LEAST_KEPT = 1 << 12;

  private final Tape tape;
  private final IndexFile file;
  private final StateIndex index = new StateIndex();
  private StateScan scan;
  private volatile boolean complete;
  private boolean recalled;

  /**
   * @param file of a finished recording, asked for before it was opened; null for another
   */
  StatePass(Tape tape, IndexFile file) {
    this.tape = tape;
    this.file = file;
  }

  StateIndex index() {
    return index;
  }

  /** True when all that can be folded is in the index. */
  boolean complete() {
    return complete;
  }

  /** Takes what an earlier server has kept; false when there is nothing. */
  boolean recall() {
    recalled = file != null && KeptStates.read(file, index);
    complete = recalled;
    return recalled;
  }

  /** Takes an event of a pass that is made anyway; none after one that was missing. */
  void take(Event event) {
    if (event.number == index.reached() + 1) {
      index.take(event);
    }
  }

  /** Folds so many events; false at the end of what can be read. */
  boolean advance(int events) {
    if (scan == null) {
      scan = new StateScan(tape, index);
    }
    return scan.advance(events);
  }

  /** More events have come to a recording that is still written. */
  void goOn() {
    complete = recalled;
  }

  /** The pass has come to its end; what it told of a whole recording is kept. */
  void ended() throws TapeException {
    boolean ended = tape.manifest().state() != Manifest.State.OPEN;
    boolean whole = ended && index.reached() == tape.eventCount();
    if (whole && !recalled && file != null && tape.eventCount() >= LEAST_KEPT) {
      KeptStates.write(file, index);
    }
    complete = true;
  }

  @Override
  public void close() {
    if (scan != null) {
      scan.close();
    }
  }
}
