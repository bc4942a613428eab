package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.EventView;
import seamtape.event.Phase;

/** The argument struct of one call as far as its event shows it; decoded when it is asked for. */
final class StructBytes {
  private final KvmIoctl call;
  private final Phase phase;
  private final long[] at;
  private final byte[][] pieces;

  private StructBytes(KvmIoctl call, Phase phase, long[] at, byte[][] pieces) {
    this.call = call;
    this.phase = phase;
    this.at = at;
    this.pieces = pieces;
  }

  /** The bytes of an event: what went in of an enter, what came out of a return. */
  static StructBytes of(Event event) {
    int count = event.copyCount();
    long[] at = new long[count];
    byte[][] pieces = new byte[count][];
    for (int i = 0; i < count; i++) {
      at[i] = event.copyAt(i);
      pieces[i] = event.copied(i);
    }
    return new StructBytes((KvmIoctl) event.call, event.phase, at, pieces);
  }

  /** A whole struct that a call wrote. */
  static StructBytes returned(KvmIoctl call, byte[] bytes) {
    return new StructBytes(call, Phase.RETURN, new long[] {0}, new byte[][] {bytes});
  }

  /** States share what did not change between them. */
  void write(StateWriter to) {
    to.share(
        this,
        whole -> {
          to.call(call);
          to.constant(phase);
          to.put(at.length);
          for (int i = 0; i < at.length; i++) {
            to.put(at[i]);
            to.put(pieces[i]);
          }
        });
  }

  static StructBytes read(StateReader from) {
    return from.share(
        StructBytes.class,
        () -> {
          KvmIoctl call = Objects.requireNonNull(from.call(KvmIoctl.class));
          Phase phase = from.constant(Phase.class);
          List<Long> at = new ArrayList<>();
          List<byte[]> pieces = new ArrayList<>();
          from.all(
              () -> {
                at.add(from.number());
                pieces.add(from.bytes());
              });
          long[] places = at.stream().mapToLong(Long::longValue).toArray();
          return new StructBytes(call, phase, places, pieces.toArray(byte[][]::new));
        });
  }

  boolean empty() {
    return pieces.length == 0;
  }

  /** A little-endian number; empty where the event lacks one of its bytes. */
  OptionalLong number(long place, int size) {
    for (int i = 0; i < at.length; i++) {
      long offset = place - at[i];
      if (offset >= 0 && offset + size <= pieces[i].length) {
        return OptionalLong.of(little(pieces[i], (int) offset, size));
      }
    }
    return OptionalLong.empty();
  }

  private static long little(byte[] bytes, int offset, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (bytes[offset + i] & 0xff);
    }
    return value;
  }

  /** The struct's fields as {@code show} decodes them. */
  @SuppressWarnings("unchecked")
  Map<String, Object> fields() {
    Event event = new Event();
    if (phase == Phase.RETURN) {
      event.returns(call, 0, 0, 0);
    } else {
      event.enter(call, 0, 0, 0);
    }
    for (int i = 0; i < at.length; i++) {
      event.copy(at[i], pieces[i], 0, pieces[i].length);
    }
    Object struct = EventView.of(event).fields().get(call.struct());
    return struct == null ? Map.of() : (Map<String, Object>) struct;
  }

  /** The fields as one flat map: {@code entries[2].eax} to its value. */
  Map<String, Object> flat() {
    Map<String, Object> flat = new LinkedHashMap<>();
    flatten("", fields(), flat);
    return flat;
  }

  private static void flatten(String path, Object value, Map<String, Object> flat) {
    if (value instanceof Map<?, ?> members) {
      String prefix = path.isEmpty() ? "" : path + ".";
      members.forEach((name, member) -> flatten(prefix + name, member, flat));
    } else if (value instanceof List<?> elements) {
      for (int i = 0; i < elements.size(); i++) {
        flatten(path + "[" + i + "]", elements.get(i), flat);
      }
    } else {
      flat.put(path, value);
    }
  }
}
