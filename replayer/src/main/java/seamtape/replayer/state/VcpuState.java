package seamtape.replayer.state;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Subject;

/** What the events tell of one vCPU. */
public final class VcpuState {
  private final int id;
  private final long created;
  private final Map<Topic, Known> topics = new EnumMap<>(Topic.class);
  private final MsrFold msrs;
  private final Map<Long, Long> exits = new TreeMap<>();
  private long runs;
  private long lastRun;
  private long lastResult;
  private long lastReason = Event.UNKNOWN;
  private final long subject;
  private final Touched touched;

  /**
   * @param vm number of its VM
   * @param touched told what changes
   */
  VcpuState(int vm, int id, long created, Touched touched) {
    this(Subject.vcpu(vm, id), id, created, touched, new MsrFold());
  }

  private VcpuState(long subject, int id, long created, Touched touched, MsrFold msrs) {
    this.id = id;
    this.created = created;
    this.subject = subject;
    this.touched = touched;
    this.msrs = msrs;
  }

  VcpuState copy(Touched newTouched) {
    VcpuState copy = new VcpuState(subject, id, created, newTouched, msrs.copy());
    copy.topics.putAll(topics);
    copy.exits.putAll(exits);
    copy.runs = runs;
    copy.lastRun = lastRun;
    copy.lastResult = lastResult;
    copy.lastReason = lastReason;
    return copy;
  }

  void write(StateWriter to) {
    to.put(id);
    to.put(created);
    to.all(
        topics,
        (topic, known) -> {
          to.constant(topic);
          known.write(to);
        });
    msrs.write(to);
    to.all(
        exits,
        (reason, count) -> {
          to.put(reason.longValue());
          to.put(count.longValue());
        });
    to.put(runs);
    to.put(lastRun);
    to.put(lastResult);
    to.put(lastReason);
  }

  static VcpuState read(int vm, StateReader from, Touched touched) {
    int id = from.integer();
    long created = from.number();
    Map<Topic, Known> topics = new EnumMap<>(Topic.class);
    from.all(() -> topics.put(from.constant(Topic.class), Known.read(from)));
    MsrFold msrs = MsrFold.read(from);
    VcpuState read = new VcpuState(Subject.vcpu(vm, id), id, created, touched, msrs);
    read.topics.putAll(topics);
    from.all(() -> read.exits.put(from.number(), from.number()));
    read.runs = from.number();
    read.lastRun = from.number();
    read.lastResult = from.number();
    read.lastReason = from.number();
    return read;
  }

  /** The number that KVM_CREATE_VCPU was given. */
  public int id() {
    return id;
  }

  /** The enter event of its creation; 0 where the recording does not show it. */
  long created() {
    return created;
  }

  Known topic(Topic topic) {
    return topics.getOrDefault(topic, Known.NOTHING);
  }

  MsrFold msrs() {
    return msrs;
  }

  /** Calls of KVM_RUN that ended. */
  public long runs() {
    return runs;
  }

  /** Enter event of the last KVM_RUN that ended; 0 for none. */
  long lastRun() {
    return lastRun;
  }

  long lastResult() {
    return lastResult;
  }

  /** Exit reason of the last KVM_RUN; -1 where it is not known. */
  long lastReason() {
    return lastReason;
  }

  /** How often each exit reason came, of runs that ended with 0. */
  Map<Long, Long> exits() {
    return exits;
  }

  /** A call on this vCPU that returned. */
  void apply(Event enter, Event returned) {
    KvmIoctl call = (KvmIoctl) enter.call;
    if (call == KvmIoctl.KVM_RUN) {
      ran(enter, returned);
    }
    if (returned.fields[0] < 0 && !changesThoughRefused(call)) {
      refused(call, enter);
      return;
    }
    touch(Topic.touchedBy(call), enter);
    if (call == KvmIoctl.KVM_GET_MSRS || call == KvmIoctl.KVM_SET_MSRS) {
      msrs.apply(enter, returned);
      touched.add(StatePart.Kind.MSRS, subject);
    } else if (MsrFold.touchedBy(call) && msrs.touch(enter.number, call)) {
      touched.add(StatePart.Kind.MSRS, subject);
    }
    Topic set = Topic.setBy(call);
    if (set != null) {
      StructBytes argument = StructBytes.of(enter);
      note(set, enter, set.tells(argument) ? argument : null);
    }
    Topic read = Topic.readBy(call);
    if (read != null && returned.copyCount() > 0) {
      note(read, enter, StructBytes.of(returned));
    }
  }

  /** Calls that change state before they fail: the first entries, a pending exit completed. */
  private static boolean changesThoughRefused(KvmIoctl call) {
    return call == KvmIoctl.KVM_RUN || call == KvmIoctl.KVM_SET_MSRS;
  }

  /** KVM_SET_VCPU_EVENTS sets the exceptions and interrupts before it looks at its last fields. */
  private void refused(KvmIoctl call, Event enter) {
    if (call == KvmIoctl.KVM_SET_VCPU_EVENTS) {
      touch(EnumSet.of(Topic.EVENTS), enter);
      touch(Topic.touchedBy(call), enter);
    }
  }

  private void note(Topic topic, Event enter, StructBytes value) {
    topics.put(topic, new Known(enter.number, (KvmIoctl) enter.call, value));
    touched.add(StatePart.Kind.TOPIC, subject, topic.ordinal());
  }

  /** The topics may have changed: nothing is known of them since that call. */
  void touch(Set<Topic> changing, Event enter) {
    KvmIoctl by = enter.call instanceof KvmIoctl call ? call : null;
    for (Topic topic : changing) {
      if (!topic(topic).unknown()) {
        topics.put(topic, new Known(enter.number, by, null));
        touched.add(StatePart.Kind.TOPIC, subject, topic.ordinal());
      }
    }
  }

  private void ran(Event enter, Event returned) {
    touched.add(StatePart.Kind.RUNS, subject);
    runs++;
    lastRun = enter.number;
    lastResult = returned.fields[0];
    lastReason = returned.fields[1];
    if (lastResult == 0) {
      exits.merge(lastReason, 1L, Long::sum);
    }
  }
}
