package seamtape.cli;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import seamtape.event.Phase;
import seamtape.recorder.tape.Recovery;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.EventScan;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.RecordedCall;

/**
 * Prints a recording while it is made: calls as they return, and once more those in flight when
 * nothing else happens; with a filter, the events of a call when it returns. Ends when the
 * recording is sealed or its writer is gone.
 */
final class Follow {
  /** Between two looks: events are shown well within 100 ms. */
  private static final long POLL_MILLIS = 20;

  /** Looks without news before the writer's lock is looked at. */
  private static final int IDLE_LOOKS = 25;

  /** How a call and an event are printed. */
  interface Lines {
    void call(RecordedCall call);

    void event(EventScan scan);
  }

  private final Tape tape;
  private final Filter filter;
  private final Lines lines;
  private final Output output;
  private final Set<Long> announced = new HashSet<>();
  private CallReader reader;
  private long left;

  Follow(Tape tape, Filter filter, long count, Lines lines, Output output) {
    this.tape = tape;
    this.filter = filter;
    this.left = count;
    this.lines = lines;
    this.output = output;
  }

  void run(long from) throws Exception {
    reader = new CallReader(tape);
    int idle = 0;
    try (EventScan scan = new EventScan(tape, from)) {
      while (true) {
        boolean open = tape.manifest().state() == seamtape.recorder.tape.Manifest.State.OPEN;
        drain(scan);
        if (!open || left <= 0 || !output.read()) {
          return;
        }
        boolean news = refresh();
        idle = news ? 0 : idle + 1;
        if (!news && idle % IDLE_LOOKS == 0 && !Recovery.beingRecorded(tape.path())) {
          drain(scan);
          if (!refresh() && tape.manifest().state() == seamtape.recorder.tape.Manifest.State.OPEN) {
            output.message(
                "the writer is gone and the recording is open: seamtape recover "
                    + tape.path()
                    + " -o NEW.tape");
            return;
          }
        } else if (!news) {
          announce(scan);
          Thread.sleep(POLL_MILLIS);
        }
      }
    } finally {
      reader.close();
    }
  }

  private boolean refresh() throws TapeException {
    boolean news = tape.refresh();
    if (news) {
      reader.close();
      reader = new CallReader(tape);
    }
    return news;
  }

  private void drain(EventScan scan) throws TapeException, FilterException {
    while (left > 0 && scan.next()) {
      if (output.json && filter.text().isBlank()) {
        lines.event(scan);
        left--;
      } else if (scan.event().phase == Phase.RETURN) {
        returned(scan);
      }
    }
  }

  private void returned(EventScan scan) throws TapeException, FilterException {
    Optional<RecordedCall> call = scan.call();
    if (call.isPresent() && filter.matches(call.get(), reader)) {
      if (output.json) {
        lines.event(scan);
      } else {
        lines.call(call.get());
      }
      left--;
    }
    call.ifPresent(one -> announced.remove(one.event()));
  }

  private void announce(EventScan scan) {
    if (!output.json && filter.text().isBlank()) {
      scan.forEachInFlight(
          call -> {
            if (announced.add(call.event())) {
              lines.call(call);
            }
          });
      output.read();
    }
  }
}
