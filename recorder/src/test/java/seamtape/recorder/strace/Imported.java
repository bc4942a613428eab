package seamtape.recorder.strace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.recorder.log.LogReport;
import seamtape.recorder.log.LogSource;
import seamtape.recorder.log.LogSources;
import seamtape.recorder.log.Warnings;

/** What a log was imported as, kept in memory. */
final class Imported implements EventSink {
  /** A call and its end; the end is null for a call that has none. */
  record Call(Event enter, Event returned) {
    String name() {
      return enter.call.name();
    }

    int tid() {
      return Actor.tid(enter.actor);
    }

    String subject() {
      return Subject.text(enter.link);
    }

    Long ret() {
      return returned == null ? null : returned.fields[0];
    }
  }

  final List<Event> events = new ArrayList<>();
  LogReport report;
  private boolean keeping = true;
  private long count;

  @Override
  public long append(Event event) {
    event.number = ++count;
    if (keeping) {
      events.add(Event.copyOf(event));
    }
    return event.number;
  }

  static Imported of(String... lines) throws IOException {
    return of(source("log", String.join("\n", lines) + "\n"));
  }

  static Imported of(LogSource... sources) throws IOException {
    Imported imported = new Imported();
    imported.report = StraceReader.read(List.of(sources), imported);
    return imported;
  }

  /** Counts events and forgets them. */
  static Imported counted(LogSource source) throws IOException {
    Imported imported = new Imported();
    imported.keeping = false;
    imported.report = StraceReader.read(List.of(source), imported);
    return imported;
  }

  static Imported of(Path... files) throws IOException {
    try (LogSources sources = LogSources.open(List.of(files), InputStream.nullInputStream())) {
      return of(sources.sources().toArray(LogSource[]::new));
    }
  }

  static LogSource source(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new LogSource(name, new ByteArrayInputStream(bytes));
  }

  /** In the order of their starts. */
  List<Call> calls() {
    Map<Long, Event> returns = new HashMap<>();
    for (Event event : events) {
      if (event.phase == Phase.RETURN) {
        returns.put(event.number - event.link, event);
      }
    }
    List<Call> calls = new ArrayList<>();
    for (Event event : events) {
      if (event.phase == Phase.ENTER) {
        calls.add(new Call(event, returns.get(event.number)));
      }
    }
    return calls;
  }

  Call call(int index) {
    return calls().get(index);
  }

  List<Call> ioctls() {
    return calls().stream().filter(call -> call.name().startsWith("KVM_")).toList();
  }

  /** The byte of a copy; -1 for one that the log does not show. */
  static int shown(Event event, long offset) {
    for (int i = 0; i < event.copyCount(); i++) {
      long at = offset - event.copyAt(i);
      if (at >= 0 && at < event.copyLength(i)) {
        return event.copied(i)[(int) at] & 0xff;
      }
    }
    return -1;
  }

  /** A little-endian number of a copy; fails when a byte is not shown. */
  static long number(Event event, int offset, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      int shown = shown(event, offset + i);
      if (shown < 0) {
        throw new AssertionError("byte " + (offset + i) + " is not shown");
      }
      value = value << 8 | shown;
    }
    return value;
  }

  long warnings(Warnings.Kind kind) {
    return report.warningCounts().getOrDefault(kind, 0L);
  }
}
