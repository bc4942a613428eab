package seamtape.replayer.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import seamtape.codec.MalformedEventException;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.recorder.ftrace.FtraceReader;
import seamtape.recorder.log.ImportException;
import seamtape.recorder.log.LogSource;
import seamtape.recorder.strace.StraceReader;

/** Bytes as logs: every event that an importer makes of them can be recorded and shown. */
final class FuzzedLog {
  private FuzzedLog() {}

  /** Takes events as a recording would. */
  private static final class Recorder implements EventSink {
    private long count;
    private long time;

    @Override
    public long append(Event event) {
      event.number = ++count;
      try {
        FuzzedEvent.requireWhole(event, time);
      } catch (MalformedEventException e) {
        throw new UncheckedIOException("event " + count + " cannot be read back", e);
      }
      time = event.time;
      return count;
    }
  }

  static void strace(byte[] bytes) throws IOException {
    try {
      StraceReader.read(List.of(source(bytes)), new Recorder());
    } catch (ImportException e) {
      return; // its own word for it
    }
  }

  static void ftrace(byte[] bytes) throws IOException {
    try {
      FtraceReader.read(List.of(source(bytes)), new Recorder());
    } catch (ImportException e) {
      return; // its own word for it
    }
  }

  private static LogSource source(byte[] bytes) {
    return new LogSource("log", new ByteArrayInputStream(bytes));
  }
}
