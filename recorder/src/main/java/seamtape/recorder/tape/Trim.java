package seamtape.recorder.tape;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Makes a sealed recording of a stretch of another. The events before it are one gap event, so that
 * nobody takes the first event for the first that happened; a return whose call began there points
 * to the gap.
 */
public final class Trim {
  private Trim() {}

  /**
   * Copies events, both ends included.
   *
   * @param progress is told the number of events copied, now and then
   * @throws TapeException when an event is damaged, or the new recording cannot be written
   */
  public static Manifest of(Tape tape, long from, long to, Path out, LongConsumer progress)
      throws TapeException {
    return of(tape, from, to, out, null, progress);
  }

  /** The same, with a seal that is signed where the signer is not null. */
  public static Manifest of(
      Tape tape, long from, long to, Path out, PrivateKey signer, LongConsumer progress)
      throws TapeException {
    Manifest begun =
        tape.manifest().without(SealSignature.KEY).with("trimmedFrom", origin(tape, from, to));
    return Derived.make(
        tape.path(),
        out,
        begun,
        signer,
        writer -> {
          copy(tape, from, to, new EventCopy(tape.path(), writer), progress);
          return writer.seal();
        });
  }

  private static void copy(Tape tape, long from, long to, EventCopy copy, LongConsumer progress)
      throws TapeException {
    if (from > 1) {
      copy.leaveOut(1, from - 1);
    }
    try (Cursor cursor = tape.cursor()) {
      cursor.seek(from);
      for (long event = from; event <= to && cursor.next(); event++) {
        copy.copy(cursor.event());
        progress.accept(event - from + 1);
      }
    }
    copy.finish();
  }

  private static Map<String, Object> origin(Tape tape, long from, long to) {
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("id", tape.manifest().id());
    origin.put("digest", tape.manifest().digest());
    origin.put("events", tape.eventCount());
    origin.put("fromEvent", from);
    origin.put("toEvent", to);
    return origin;
  }
}
