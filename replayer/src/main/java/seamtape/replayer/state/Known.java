package seamtape.replayer.state;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import seamtape.catalog.KvmIoctl;

/**
 * What the events tell of one topic of a vCPU.
 *
 * @param event the enter event of the call that told it, or that made it unknown; 0 before any
 * @param by that call; null before any
 * @param value null while unknown
 */
record Known(long event, KvmIoctl by, StructBytes value) {
  static final Known NOTHING = new Known(0, null, null);

  void write(StateWriter to) {
    to.put(event);
    to.call(by);
    to.put(value != null);
    if (value != null) {
      value.write(to);
    }
  }

  static Known read(StateReader from) {
    long event = from.number();
    KvmIoctl by = from.call(KvmIoctl.class);
    return new Known(event, by, from.flag() ? StructBytes.read(from) : null);
  }

  boolean unknown() {
    return value == null;
  }

  /** The fields that are known for certain, flat; none while unknown. */
  Map<String, Object> told(Topic topic) {
    if (value == null) {
      return Map.of();
    }
    Map<String, Object> told = new LinkedHashMap<>(value.flat());
    // Null stands for bytes that the event does not carry.
    told.values().removeIf(Objects::isNull);
    told.keySet().removeIf(Topic::filler);
    if (Topic.setBy(by) == topic) {
      told.keySet().removeIf(field -> !topic.told(field));
    }
    return told;
  }
}
