package seamtape.replayer.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventView;
import seamtape.json.Json;
import seamtape.recorder.tape.Manifest;
import seamtape.replayer.query.EventScan;

/**
 * Begin and end events in order of the recording, so that slices nest by actor also where the clock
 * stands still. A unit of the recording's clock is shown as a nanosecond; without a clock an event
 * takes one.
 */
final class ChromeTrace implements EventWriter {
  private static final long PROCESS = 1;

  /** Slices of an actor that are open. */
  private static final class Track {
    final long id;
    final Deque<Long> open = new ArrayDeque<>();

    Track(long id) {
      this.id = id;
    }
  }

  private final OutputStream out;
  private final String vendor;
  private final boolean timed;
  private final Map<Long, Track> tracks = new LinkedHashMap<>();
  private boolean first = true;
  private long last;

  ChromeTrace(OutputStream out, Manifest manifest) throws IOException {
    this.out = out;
    vendor = manifest.machine().vendor();
    timed = manifest.clock() != Manifest.Clock.NONE;
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("recording", manifest.id());
    about.put("digest", manifest.digest());
    about.put("profile", manifest.profile());
    about.put("clock", manifest.clock().name().toLowerCase(Locale.ROOT));
    text("{\"displayTimeUnit\":\"ns\",\"otherData\":" + Json.write(about) + ",\"traceEvents\":[");
    name("process_name", 0, "seamtape " + manifest.workload());
  }

  private void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void event(String text) throws IOException {
    text(first ? "\n" : ",\n");
    first = false;
    text(text);
  }

  private void name(String what, long track, String name) throws IOException {
    event(
        "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":%s}}"
            .formatted(what, PROCESS, track, Json.write(name)));
  }

  @Override
  public void write(EventScan scan) throws IOException {
    Event event = scan.event();
    last = timed ? event.time : event.number;
    switch (event.phase) {
      case ENTER -> begin(track(event.actor), event);
      case RETURN -> end(scan, event);
      case INPUT ->
          slice("i", track(event.actor), EventView.of(event, null, vendor), ",\"s\":\"t\"");
    }
  }

  private Track track(long actor) throws IOException {
    Track track = tracks.get(actor);
    if (track == null) {
      track = new Track(tracks.size() + 1L);
      tracks.put(actor, track);
      name("thread_name", track.id, Actor.text(actor));
    }
    return track;
  }

  private void begin(Track track, Event event) throws IOException {
    track.open.push(event.number);
    slice("B", track, EventView.of(event, null, vendor), "");
  }

  private void end(EventScan scan, Event event) throws IOException {
    Event enter = scan.enter();
    Track track = enter == null ? null : track(enter.actor);
    if (track == null || !track.open.contains(enter.number)) {
      return; // its begin is not in this export
    }
    // Calls within it that never returned end with it: slices of a track nest.
    while (track.open.peek() != enter.number) {
      track.open.pop();
      close(track, Map.of());
    }
    track.open.pop();
    close(track, EventView.of(event, enter, vendor).fields());
  }

  private void slice(String phase, Track track, EventView view, String more) throws IOException {
    event(
        "{\"ph\":\"%s\",\"name\":%s,\"pid\":%d,\"tid\":%d,\"ts\":%s%s,\"args\":%s}"
            .formatted(
                phase,
                Json.write(view.call()),
                PROCESS,
                track.id,
                microseconds(),
                more,
                Json.write(view.fields())));
  }

  private void close(Track track, Map<String, Object> fields) throws IOException {
    event(
        "{\"ph\":\"E\",\"pid\":%d,\"tid\":%d,\"ts\":%s,\"args\":%s}"
            .formatted(PROCESS, track.id, microseconds(), Json.write(fields)));
  }

  private String microseconds() {
    long thousandths = Math.floorMod(last, 1000L);
    return Math.floorDiv(last, 1000L) + "." + String.valueOf(1000 + thousandths).substring(1);
  }

  @Override
  public void finish() throws IOException {
    for (Track track : tracks.values()) {
      while (track.open.poll() != null) {
        close(track, Map.of());
      }
    }
    text("\n]}\n");
  }
}
