package seamtape.replayer.random;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Phase;

/** Two processes of one seed on two machines, compared call by call until the first difference. */
final class Lockstep {
  /** What a process was answered, as the events tell it; descriptors only as being some. */
  static final class Answers implements EventSink {
    private final List<String> answers = new ArrayList<>();
    private long events;

    @Override
    public long append(Event event) {
      if (event.phase == Phase.RETURN) {
        long result = event.fields[0];
        boolean error = Errno.isError(result);
        boolean fd =
            !(event.call instanceof KvmIoctl row) || row.makes().isPresent() || row.pointer();
        String shown = error ? Errno.text(result) : fd ? "success" : Long.toString(result);
        answers.add(event.call.label() + " " + shown);
      }
      return ++events;
    }
  }

  private Lockstep() {}

  /**
   * Makes calls on both until one is answered differently, or the time is over.
   *
   * @return the difference in words; empty for none
   */
  static String difference(
      RandomProcess a, Answers ofA, RandomProcess b, Answers ofB, long calls, long deadline) {
    for (long upTo = 1; upTo <= calls && System.nanoTime() < deadline; upTo++) {
      a.run(upTo);
      b.run(upTo);
      if (!ofA.answers.equals(ofB.answers)) {
        return "call " + upTo + ": " + ofA.answers + ", the other " + ofB.answers;
      }
      ofA.answers.clear();
      ofB.answers.clear();
    }
    return "";
  }
}
