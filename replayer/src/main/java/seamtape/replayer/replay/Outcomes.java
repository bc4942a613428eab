package seamtape.replayer.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seamtape.catalog.Errno;
import seamtape.catalog.Field;
import seamtape.catalog.Format;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Role;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.replayer.symbols.DecodedFields;

/** Compares a recorded return event with the replay's. */
final class Outcomes {
  /** One field that differs, as it is shown. */
  record Difference(String field, Object recorded, Object replayed) {}

  private final boolean imported;

  /**
   * @param imported true where bytes missing in the recording are unknown instead of not written
   */
  Outcomes(boolean imported) {
    this.imported = imported;
  }

  /** The first difference between the recorded outcomes of a call and the replayed ones. */
  Optional<Difference> compare(Event enter, Event recorded, Event replayed, boolean memoryToo) {
    List<Field> out = recorded.call.out();
    for (int i = 0; i < out.size(); i++) {
      if (out.get(i).role() == Role.OUTCOME
          && differs(recorded, out.get(i), recorded.fields[i], replayed.fields[i])) {
        return Optional.of(
            new Difference(
                out.get(i).name(),
                shown(out.get(i), recorded.fields[i]),
                shown(out.get(i), replayed.fields[i])));
      }
    }
    return memoryToo && !sameMemory(recorded, replayed)
        ? Optional.of(inMemory(enter, recorded, replayed))
        : Optional.empty();
  }

  /** All differences in the bytes that the recording has; a result that differs stands alone. */
  List<Difference> compareAll(Event enter, Event recorded, Event replayed, boolean memoryToo) {
    Optional<Difference> result = compare(enter, recorded, replayed, false);
    if (result.isPresent() || !memoryToo || sameMemory(recorded, replayed)) {
      return result.map(List::of).orElse(List.of());
    }
    Map<String, Object> was = DecodedFields.of(recorded, enter);
    Map<String, Object> is = DecodedFields.of(replayed, enter);
    boolean cpuid = CpuidLeaves.isTable(was);
    return different(cpuid ? CpuidLeaves.byLeaf(was) : was, cpuid ? CpuidLeaves.byLeaf(is) : is);
  }

  private static List<Difference> different(Map<String, Object> was, Map<String, Object> is) {
    List<Difference> found = new ArrayList<>();
    was.forEach(
        (field, value) -> {
          if (value != null && !value.equals(is.get(field))) {
            found.add(new Difference(field, value, is.get(field)));
          }
        });
    return found;
  }

  private boolean differs(Event recorded, Field field, long was, long is) {
    if (was == is) {
      return false;
    }
    boolean makesFd = recorded.call instanceof KvmIoctl ioctl && ioctl.makes().isPresent();
    boolean fdResult = makesFd || recorded.call.name().matches("OPEN|DUP|EVENTFD");
    if (fdResult && field.format() == Format.RESULT && was >= 0 && is >= 0) {
      return false;
    }
    return !(imported && field.format() == Format.EXIT_REASON && was == -1);
  }

  private static Object shown(Field field, long value) {
    return switch (field.format()) {
      case RESULT -> Errno.isError(value) ? Errno.text(value) : (Object) value;
      case DEC, FD -> value;
      case EXIT_REASON -> KvmExit.text(value);
      default -> "0x" + Long.toHexString(value);
    };
  }

  /** Byte by byte where the recording has bytes; both ways where it has all. */
  private boolean sameMemory(Event recorded, Event replayed) {
    if (!imported && recorded.copyCount() != replayed.copyCount()) {
      return false;
    }
    for (int i = 0; i < recorded.copyCount(); i++) {
      if (!contains(replayed, recorded, i)) {
        return false;
      }
    }
    return true;
  }

  private boolean contains(Event replayed, Event recorded, int index) {
    long at = recorded.copyAt(index);
    int length = recorded.copyLength(index);
    for (int i = 0; i < replayed.copyCount(); i++) {
      long offset = at - replayed.copyAt(i);
      boolean covers = offset >= 0 && offset + length <= replayed.copyLength(i);
      boolean exact = imported || (offset == 0 && length == replayed.copyLength(i));
      if (covers && exact) {
        int start = replayed.copyStart(i) + (int) offset;
        return Arrays.equals(
            recorded.copyBytes(),
            recorded.copyStart(index),
            recorded.copyStart(index) + length,
            replayed.copyBytes(),
            start,
            start + length);
      }
    }
    return false;
  }

  private static Difference inMemory(Event enter, Event recorded, Event replayed) {
    Map<String, Object> was = DecodedFields.of(recorded, enter);
    Map<String, Object> is = DecodedFields.of(replayed, enter);
    for (Map.Entry<String, Object> entry : was.entrySet()) {
      Object other = is.get(entry.getKey());
      if (!entry.getValue().equals(other)) {
        return new Difference(entry.getKey(), entry.getValue(), other);
      }
    }
    for (Map.Entry<String, Object> entry : is.entrySet()) {
      if (!was.containsKey(entry.getKey())) {
        return new Difference(entry.getKey(), null, entry.getValue());
      }
    }
    return new Difference(
        "memory", recorded.copyCount() + " copies", replayed.copyCount() + " copies");
  }

  /** The first difference between the calls made inside a call. */
  static Optional<Difference> compareNested(ReplayedCall call) {
    int common = Math.min(call.recordedNested.size(), call.replayedNested.size());
    for (int i = 0; i < common; i++) {
      Event was = call.recordedNested.get(i);
      Event is = call.replayedNested.get(i);
      if (was.phase != is.phase || was.call != is.call) {
        return Optional.of(new Difference("calls", named(was), named(is)));
      }
      Optional<Difference> field = nestedField(was, is);
      if (field.isPresent()) {
        return field;
      }
    }
    if (call.recordedNestedCount != call.replayedNestedCount) {
      return Optional.of(
          new Difference("calls", call.recordedNestedCount / 2, call.replayedNestedCount / 2));
    }
    return Optional.empty();
  }

  private static Optional<Difference> nestedField(Event was, Event is) {
    List<Field> fields = was.phase == Phase.RETURN ? was.call.out() : was.call.in();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (field.role() != Role.COST && was.fields[i] != is.fields[i]) {
        return Optional.of(
            new Difference(
                was.call.label() + "." + field.name(),
                shown(field, was.fields[i]),
                shown(field, is.fields[i])));
      }
    }
    return Optional.empty();
  }

  private static String named(Event event) {
    return event.phase.name().toLowerCase(java.util.Locale.ROOT) + " " + event.call.label();
  }
}
