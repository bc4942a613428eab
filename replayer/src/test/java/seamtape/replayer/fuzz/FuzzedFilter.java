package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.RecordedCall;

/** Bytes as filters: what parses is asked of the calls of a small recording. */
final class FuzzedFilter implements FuzzedReader.Target {
  private static final int CALLS = 12;

  private CallReader reader;
  private List<RecordedCall> calls;

  @Override
  public void read(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    open();
    try {
      Filter filter = Filter.parse(text);
      for (RecordedCall call : calls) {
        filter.matches(call, reader);
      }
    } catch (FilterException e) {
      requirePlace(e, text); // its own word for it, with the place
    }
  }

  private static void requirePlace(FilterException e, String text) {
    if (e.position() < 0 || e.length() < 1 || e.position() > text.length()) {
      throw new IllegalStateException("at " + e.position() + ": " + e.getMessage());
    }
  }

  private void open() throws IOException {
    if (reader == null) {
      reader = new CallReader(Tape.open(SmallTapes.sealed()));
      calls = reader.window(0, CALLS);
    }
  }
}
