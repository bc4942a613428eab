package seamtape.replayer.index;

import java.nio.file.Path;
import seamtape.codec.EventSchema;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;
import seamtape.replayer.query.TapeSummary;
import seamtape.replayer.shape.TapeShape;

/**
 * Summary and shape of a recording, read from its {@code index/} instead of from its events. What
 * cannot be believed, see {@link IndexFile}, is as good as absent.
 */
public record RecordingIndex(TapeSummary summary, TapeShape shape) {
  /** Changes when a payload means something else. */
  private static final int FORMAT = 1;

  /**
   * Where the index of a recording lies; to be asked for before its events are read.
   *
   * @return null for a recording that is still written
   */
  public static IndexFile file(Path tape, Manifest manifest) throws TapeException {
    long build = EventSchema.current().fingerprint() * 31 + FORMAT;
    return IndexFile.of(tape, manifest, "shape", build);
  }

  /** Null when there is none that can be believed. */
  public static RecordingIndex read(IndexFile file) {
    byte[] payload = file.read();
    if (payload == null) {
      return null;
    }
    try {
      NumberReader from = new NumberReader(payload);
      RecordingIndex index = new RecordingIndex(TapeSummary.read(from), TapeShape.read(from));
      return from.atEnd() ? index : null;
    } catch (RuntimeException e) {
      return null; // whatever wrote it, the events tell it again
    }
  }

  /** False where it cannot be written; nothing is lost by that. */
  public boolean write(IndexFile file) {
    NumberWriter to = new NumberWriter();
    summary.write(to);
    shape.write(to);
    return file.write(to.bytes(), to.length());
  }
}
