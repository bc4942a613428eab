package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.shape.Closeup;
import seamtape.replayer.shape.FlameNode;
import seamtape.replayer.shape.Item;
import seamtape.replayer.shape.Lane;
import seamtape.replayer.shape.Latency;
import seamtape.replayer.shape.TapeShape;
import seamtape.replayer.shape.Track;

/** Timeline, latencies and flame graph of a recording. */
final class ShapeApi {
  static final int MAX_BINS = 4096;

  /** Calls read from the recording to be drawn one by one. */
  private static final int MAX_READ = 1 << 14;

  private static final int MAX_FLAME = 4000;

  private ShapeApi() {}

  private static JsonObject unfinished(OpenRecording recording) {
    return new JsonObject()
        .put("complete", false)
        .put("reached", recording.summarised())
        .put("of", recording.entry().manifest().totals().events());
  }

  /**
   * The lanes' items in a span of time.
   *
   * @param from in the recording's clock, -1 for its start
   * @param to -1 for its end
   */
  static Future<Buffer> timeline(OpenRecording recording, long from, long to, int bins) {
    return recording
        .withShape(shape -> Drawing.of(shape, from, to, bins).asText())
        .compose(
            drawing -> {
              if (drawing == null) {
                return Future.succeededFuture(unfinished(recording).toBuffer());
              }
              return drawing.mustRead()
                  ? recording.run(open -> drawing.read(open).write())
                  : Future.succeededFuture(drawing.text);
            });
  }

  /**
   * The same by event numbers, which go from 1: a call that took no time is as wide as its events.
   */
  static Future<Buffer> byEvent(OpenRecording recording, long from, long to, int bins) {
    return recording.run(
        open -> {
          EventAxis axis = open.eventAxis();
          TapeShape shape = axis.shape();
          if (shape == null) {
            return unfinished(recording).put("reached", axis.reached()).toBuffer();
          }
          Drawing drawing = Drawing.of(shape, from, to, bins);
          return drawing.mustRead() ? drawing.byEvent().read(open).write() : drawing.write();
        });
  }

  /** Tracks being drawn for one answer. */
  private static final class Drawing {
    private final TapeShape shape;
    private final long from;
    private final long to;
    private final long bin;
    private final TapeShape.Reach reach;
    private boolean byEvent;
    private Buffer text;

    /** By lane and depth: {@code vm0/vcpu0 1}. */
    private final Map<String, List<Item>> items = new LinkedHashMap<>();

    private Drawing(TapeShape shape, long from, long to, int bins) {
      this.shape = shape;
      this.from = from;
      this.to = to;
      bin = Math.max(1, Long.highestOneBit(Math.max(1, (to - from) / bins)));
      reach = shape.reach(from, to);
    }

    static Drawing of(TapeShape shape, long from, long to, int bins) {
      long start = from < 0 ? shape.firstTime() : from;
      long end = Math.max(start + 1, to < 0 ? shape.lastTime() : to);
      Drawing drawing = new Drawing(shape, start, end, bins);
      for (Lane lane : shape.lanes()) {
        for (Track track : lane.tracks()) {
          drawing.items.put(
              Closeup.key(lane.name(), track.depth()), track.items(start, end, drawing.bin));
        }
      }
      return drawing;
    }

    /** Its text is made here, where nobody waits, unless there is more to be read for it. */
    Drawing asText() {
      text = mustRead() ? null : write();
      return this;
    }

    /** True when tracks that are kept in leaves can be drawn call by call. */
    boolean mustRead() {
      return reach.calls() > 0
          && reach.calls() <= MAX_READ
          && reach.lastEvent() - reach.firstEvent() <= 8L * MAX_READ;
    }

    Drawing byEvent() {
      byEvent = true;
      return this;
    }

    Drawing read(OpenRecording recording) {
      boolean timed = !byEvent && recording.tape().manifest().clock() != Manifest.Clock.NONE;
      try {
        put(Closeup.of(recording.tape(), recording.reader(), timed, reach));
      } catch (TapeException e) {
        return this; // as the first pass drew it: with a gap where the damage is
      }
      return this;
    }

    private void put(Map<String, List<Item>> exact) {
      for (Lane lane : shape.lanes()) {
        for (Track track : lane.tracks()) {
          String key = Closeup.key(lane.name(), track.depth());
          if (!track.exact() && exact.containsKey(key)) {
            List<Item> inside = new ArrayList<>(exact.get(key));
            inside.sort(Comparator.comparingLong(Item::end));
            inside.removeIf(item -> item.end() < from || item.start() > to);
            items.put(key, Track.merged(inside, bin));
          }
        }
      }
    }

    /** Written as it is: an item is seven numbers, and an answer has a hundred thousand of them. */
    private Buffer write() {
      StringBuilder text = new StringBuilder(1 << 16);
      Map<Integer, Integer> used = new LinkedHashMap<>();
      text.append("{\"complete\":true,\"first\":").append(shape.firstTime());
      text.append(",\"last\":").append(shape.lastTime());
      text.append(",\"from\":").append(from).append(",\"to\":").append(to);
      text.append(",\"bin\":").append(bin).append(",\"lanes\":[");
      for (Lane lane : shape.lanes()) {
        text.append("{\"lane\":").append(Json.encode(lane.name()));
        text.append(",\"vcpu\":").append(lane.vcpu()).append(",\"depths\":[");
        for (Track track : lane.tracks()) {
          items(items.get(Closeup.key(lane.name(), track.depth())), used, text);
          text.append(',');
        }
        end(text, "]},");
      }
      end(text, "],\"calls\":");
      return Buffer.buffer(text.append(names(used).encode()).append('}').toString());
    }

    /** Instead of the comma after the last of a list. */
    private static void end(StringBuilder text, String end) {
      int last = text.length() - 1;
      text.setLength(text.charAt(last) == ',' ? last : last + 1);
      text.append(end);
    }

    /** Flat: start, length, count, errors, event, call, error event; seven numbers an item. */
    private static void items(List<Item> items, Map<Integer, Integer> used, StringBuilder text) {
      text.append('[');
      for (Item item : items) {
        int name = used.computeIfAbsent(item.call(), key -> used.size());
        text.append(item.start()).append(',').append(item.end() - item.start()).append(',');
        text.append(item.count()).append(',').append(item.errors()).append(',');
        text.append(item.event()).append(',').append(name).append(',');
        text.append(item.errorEvent()).append(',');
      }
      end(text, "]");
    }

    private static JsonArray names(Map<Integer, Integer> used) {
      JsonArray names = new JsonArray();
      for (int id : used.keySet()) {
        Call call = Catalog.calls().get(id);
        names.add(new JsonArray().add(call.label()).add(call.family().label()));
      }
      return names;
    }
  }

  static Future<JsonObject> latency(OpenRecording recording) {
    return recording
        .withShape(
            shape -> {
              JsonArray groups = new JsonArray();
              shape.latencies().forEach(latency -> groups.add(latency(latency)));
              return new JsonObject().put("complete", true).put("groups", groups);
            })
        .map(json -> json == null ? unfinished(recording) : json);
  }

  private static JsonObject latency(Latency latency) {
    JsonArray buckets = new JsonArray();
    for (int i = 0; i < latency.buckets().length - 1; i++) {
      if (latency.buckets()[i] > 0) {
        buckets.add(
            new JsonArray()
                .add(Latency.least(i))
                .add(Latency.least(i + 1) - 1)
                .add(latency.buckets()[i]));
      }
    }
    return new JsonObject()
        .put("call", latency.call())
        .put("family", latency.family())
        .put("exit", latency.exit())
        .put("count", latency.count())
        .put("errors", latency.errors())
        .put("firstError", latency.firstError())
        .put("p50", latency.percentile(50))
        .put("p90", latency.percentile(90))
        .put("p99", latency.percentile(99))
        .put("p999", latency.percentile(99.9))
        .put("max", latency.max())
        .put("maxEvent", latency.maxEvent())
        .put("buckets", buckets);
  }

  static Future<JsonObject> flame(OpenRecording recording) {
    return recording
        .withShape(
            shape -> {
              JsonArray nodes = new JsonArray();
              flame(shape.flame(), -1, nodes);
              return new JsonObject().put("complete", true).put("nodes", nodes);
            })
        .map(json -> json == null ? unfinished(recording) : json);
  }

  /** Flat, parents first: name, family, parent, total, self, count, errors. */
  private static void flame(FlameNode node, int parent, JsonArray nodes) {
    if (nodes.size() >= MAX_FLAME) {
      return;
    }
    int here = nodes.size();
    nodes.add(
        new JsonArray()
            .add(node.name())
            .add(node.family())
            .add(parent)
            .add(node.total())
            .add(node.self())
            .add(node.count())
            .add(node.errors()));
    node.children().forEach(child -> flame(child, here, nodes));
  }
}
