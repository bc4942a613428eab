package seamtape.recorder.ftrace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import seamtape.catalog.Call;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.EventView;
import seamtape.event.Phase;
import seamtape.recorder.log.LogReport;
import seamtape.recorder.log.LogSource;

/** A trace read into memory. */
final class Traced {
  static final Path CORPUS = Path.of(System.getProperty("seamtape.root"), "fixtures/corpus");

  final List<Event> events = new ArrayList<>();
  LogReport report;

  static Path path(String name) {
    return CORPUS.resolve("ftrace/" + name + ".ftrace.txt.gz");
  }

  static Traced corpus(String name) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(path(name)))) {
      return of(new LogSource(name, in));
    }
  }

  static Traced text(String... lines) throws IOException {
    byte[] bytes = String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    return of(new LogSource("trace", new ByteArrayInputStream(bytes)));
  }

  private static Traced of(LogSource source) throws IOException {
    Traced traced = new Traced();
    traced.report = FtraceReader.read(List.of(source), traced::append);
    return traced;
  }

  long append(Event event) {
    Event copy = Event.copyOf(event);
    copy.number = events.size() + 1;
    events.add(copy);
    return copy.number;
  }

  List<Event> of(Call call, Phase phase) {
    return events.stream().filter(e -> e.call == call && e.phase == phase).toList();
  }

  List<Event> runs() {
    return of(KvmIoctl.KVM_RUN, Phase.RETURN);
  }

  static Object fields(Event event) {
    return EventView.of(event).fields();
  }

  static List<String> corpusNames() throws IOException {
    try (var files = Files.list(CORPUS.resolve("ftrace"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".ftrace.txt.gz"))
          .map(name -> name.replace(".ftrace.txt.gz", ""))
          .sorted()
          .toList();
    }
  }
}
