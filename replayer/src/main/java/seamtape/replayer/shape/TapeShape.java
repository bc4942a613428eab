package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.replayer.query.LongMap;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;
import seamtape.replayer.query.RecordedCall;

/** What one pass over a recording tells of its shape. Not changed once {@link Builder} gave it. */
public final class TapeShape {
  private final List<Lane> lanes;
  private final List<Latency> latencies;
  private final FlameNode flame;
  private final long firstTime;
  private final long lastTime;

  private TapeShape(Builder builder) {
    lanes = builder.lanesInOrder();
    latencies = builder.latenciesInOrder();
    flame = builder.root;
    firstTime = Math.max(0, builder.firstTime);
    lastTime = builder.lastTime;
  }

  private TapeShape(NumberReader from) {
    firstTime = from.number();
    lastTime = from.number();
    List<Lane> allLanes = new ArrayList<>();
    for (int left = from.count(); left > 0; left--) {
      allLanes.add(Lane.read(from));
    }
    List<Latency> allLatencies = new ArrayList<>();
    for (int left = from.count(); left > 0; left--) {
      allLatencies.add(Latency.read(from));
    }
    lanes = List.copyOf(allLanes);
    latencies = List.copyOf(allLatencies);
    flame = FlameNode.read(from);
  }

  /** Reads what {@link #write} wrote, by the same catalog. */
  public static TapeShape read(NumberReader from) {
    return new TapeShape(from);
  }

  public void write(NumberWriter to) {
    to.put(firstTime);
    to.put(lastTime);
    to.put(lanes.size());
    lanes.forEach(lane -> lane.write(to));
    to.put(latencies.size());
    latencies.forEach(latency -> latency.write(to));
    flame.write(to);
  }

  /** vCPUs first, then threads of the VMM. */
  public List<Lane> lanes() {
    return lanes;
  }

  /** The most frequent call first; the exits of KVM_RUN follow it. */
  public List<Latency> latencies() {
    return latencies;
  }

  /** Its children are the lanes. */
  public FlameNode flame() {
    return flame;
  }

  public long firstTime() {
    return firstTime;
  }

  public long lastTime() {
    return lastTime;
  }

  /** The lane of a call that is nested in no other. */
  public static String lane(RecordedCall call) {
    return call.vcpu() >= 0 ? Subject.text(call.subject()) : Actor.text(call.enter().actor);
  }

  /** What has to be read to tell the calls of a span apart. */
  public record Reach(long firstEvent, long lastEvent, long calls) {}

  /** Of the tracks that are not exact. */
  public Reach reach(long from, long to) {
    long first = Long.MAX_VALUE;
    long last = 0;
    long calls = 0;
    for (Lane lane : lanes) {
      for (Track track : lane.tracks()) {
        if (!track.exact()) {
          long[] reach = track.reach(from, to);
          first = Math.min(first, reach[0]);
          last = Math.max(last, reach[1]);
          calls += reach[2];
        }
      }
    }
    return new Reach(first, last, calls);
  }

  /** Takes every event in order. One thread. */
  public static final class Builder implements Consumer<Event> {
    private final boolean timed;
    private final LongMap<Open> open = new LongMap<>();
    private final Map<Long, Lane> vcpus = new LinkedHashMap<>();
    private final Map<Long, Lane> threads = new LinkedHashMap<>();
    private final Map<Call, Latency> byCall = new LinkedHashMap<>();
    private final Map<Long, Latency> byExit = new LinkedHashMap<>();
    private final FlameNode root = new FlameNode("all", "");
    private long firstTime = -1;
    private long lastTime;

    /** A call in flight. */
    private record Open(
        long event, long time, Lane lane, int depth, FlameNode node, FlameNode up) {}

    /**
     * @param timed false for a recording without a clock: event numbers then stand for time
     */
    public Builder(boolean timed) {
      this.timed = timed;
    }

    @Override
    public void accept(Event event) {
      long time = timed ? event.time : event.number;
      firstTime = firstTime < 0 ? time : firstTime;
      lastTime = Math.max(lastTime, time);
      if (event.phase == Phase.ENTER) {
        enter(event, time);
      } else if (event.phase == Phase.RETURN) {
        Open call = open.remove(event.number - event.link);
        if (call != null) {
          returned(call, event, time);
        }
      }
    }

    private void enter(Event event, long time) {
      boolean nests = event.call.family().nests();
      Open parent = nests && event.link > 0 ? open.get(event.number - event.link) : null;
      Lane lane = parent == null ? lane(event, nests) : parent.lane();
      FlameNode up = parent == null ? root.child(lane.name(), "") : parent.node();
      FlameNode node = up.child(event.call.label(), event.call.family().label());
      int depth = parent == null ? 0 : parent.depth() + 1;
      open.put(event.number, new Open(event.number, time, lane, depth, node, up));
    }

    private Lane lane(Event event, boolean nests) {
      long subject = nests ? Actor.subject(event.actor) : event.link;
      if (Subject.vcpu(subject) >= 0) {
        return vcpus.computeIfAbsent(subject, key -> new Lane(Subject.text(key), true));
      }
      return threads.computeIfAbsent(event.actor, key -> new Lane(Actor.text(key), false));
    }

    private void returned(Open call, Event event, long time) {
      boolean failed = RecordedCall.failed(event);
      long duration = time - call.time();
      int id = Catalog.id(event.call);
      long errorEvent = failed ? call.event() : 0;
      Item item =
          new Item(call.time(), time, 1, failed ? 1 : 0, call.event(), id, errorEvent, duration);
      call.lane().track(call.depth()).add(item, call.event());
      long known = timed ? duration : -1;
      byCall
          .computeIfAbsent(event.call, row -> new Latency(row.label(), row.family().label(), null))
          .add(call.event(), known, failed);
      if (event.call == KvmIoctl.KVM_RUN && !failed) {
        exit(event, call.event(), known);
      }
      call.node().add(timed ? duration : 1, failed, call.up());
    }

    private void exit(Event event, long enter, long duration) {
      long reason = event.fields[1];
      if (reason != Event.UNKNOWN) {
        byExit
            .computeIfAbsent(reason, key -> new Latency("KVM_RUN", "ioctl", KvmExit.text(key)))
            .add(enter, duration, false);
      }
    }

    private List<Lane> lanesInOrder() {
      List<Lane> lanes = new ArrayList<>(vcpus.values());
      lanes.sort(Comparator.comparing(Lane::name, Builder::byNumber));
      lanes.addAll(threads.values());
      lanes.forEach(lane -> lane.tracks().forEach(Track::close));
      return List.copyOf(lanes);
    }

    /** vcpu2 before vcpu10. */
    private static int byNumber(String a, String b) {
      return a.length() == b.length() ? a.compareTo(b) : Integer.compare(a.length(), b.length());
    }

    private List<Latency> latenciesInOrder() {
      List<Latency> all = new ArrayList<>(byCall.values());
      all.sort(Comparator.comparingLong(Latency::count).reversed());
      List<Latency> exits = new ArrayList<>(byExit.values());
      exits.sort(Comparator.comparingLong(Latency::count).reversed());
      all.addAll(exits);
      return List.copyOf(all);
    }

    /** Ends the pass. What was never returned from is no item. */
    public TapeShape shape() {
      root.sum();
      return new TapeShape(this);
    }
  }
}
