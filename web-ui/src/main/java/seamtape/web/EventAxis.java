package seamtape.web;

import seamtape.recorder.tape.Tape;
import seamtape.replayer.query.TapeSummary;
import seamtape.replayer.shape.TapeShape;

/**
 * The shape of a recording by its event numbers: calls that took no time of the recording's clock
 * have a width too. Made when it is first asked for, a slice a request, on the recording's thread.
 */
final class EventAxis implements AutoCloseable {
  private static final int SLICE = 8192;
  private static final long SLICE_NANOS = 50_000_000;

  private final Tape tape;
  private final TapeShape.Builder builder = new TapeShape.Builder(false);
  private TapeSummary.Scan scan;
  private TapeShape shape;
  private long shapeAt = -1;

  EventAxis(Tape tape) {
    this.tape = tape;
  }

  /** Null while there are events to be read. */
  TapeShape shape() {
    if (scan == null) {
      scan = new TapeSummary.Scan(tape, builder);
    }
    long deadline = System.nanoTime() + SLICE_NANOS;
    while (scan.advance(SLICE)) {
      if (System.nanoTime() - deadline >= 0) {
        return null;
      }
    }
    if (shapeAt != scan.at()) {
      shape = builder.shape();
      shapeAt = scan.at();
    }
    return shape;
  }

  /** Events read so far. */
  long reached() {
    return scan == null ? 0 : scan.at();
  }

  @Override
  public void close() {
    if (scan != null) {
      scan.close();
    }
  }
}
