package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import seamtape.catalog.Field;
import seamtape.event.Event;
import seamtape.event.EventView;
import seamtape.event.FieldSpan;
import seamtape.event.Phase;
import seamtape.recorder.tape.TapeException;

/**
 * One call in full; immutable.
 *
 * @param parents the calls it is nested in, the innermost first
 * @param inputs input events between the call before and this one, the last ones first
 */
public record CallDetails(
    CallRow row, EventBytes enter, EventBytes returned, List<CallRow> parents, List<Input> inputs) {
  /** Input events looked for before a call. */
  private static final int MAX_INPUTS = 16;

  /** Bytes of one copy that are shown. */
  private static final int MAX_SHOWN = 16 << 10;

  /** Decoded fields of one event that are shown; longer arrays are cut. */
  private static final int MAX_FIELDS = 4096;

  /** A decoded field and where its bytes lie; part -1 when they are not shown. */
  public record DecodedField(String path, Object value, String doc, int part, int at, int length) {}

  /**
   * A run of bytes of an event: its row fields as little-endian words, or one copy.
   *
   * @param at offset from the argument
   * @param length of the whole, of which {@code bytes} may be the beginning
   */
  public record Part(String title, long at, int length, byte[] bytes) {}

  /** An event's fields beside its bytes. */
  public record EventBytes(long event, long time, List<DecodedField> fields, List<Part> parts) {}

  /** An input event in one line. */
  public record Input(long event, String name, String text) {}

  public static CallDetails of(RecordedCall call, CallReader reader) throws TapeException {
    List<CallRow> parents = new ArrayList<>();
    for (RecordedCall parent : reader.parents(call)) {
      parents.add(CallRow.of(parent));
    }
    return new CallDetails(
        CallRow.of(call),
        bytes(call.enter()),
        call.hasReturn() ? bytes(call.returned()) : null,
        List.copyOf(parents),
        inputs(call, reader));
  }

  private static List<Input> inputs(RecordedCall call, CallReader reader) throws TapeException {
    List<Input> inputs = new ArrayList<>();
    for (long at = call.event() - 1; at > 0 && inputs.size() < MAX_INPUTS; at--) {
      Event event = reader.read(at);
      if (event == null || event.phase != Phase.INPUT) {
        break;
      }
      inputs.add(new Input(at, event.call.label(), CallText.input(event)));
    }
    return List.copyOf(inputs);
  }

  private static EventBytes bytes(Event event) {
    List<DecodedField> fields = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    List<Field> row = event.phase == Phase.RETURN ? event.call.out() : event.call.in();
    byte[] words = new byte[row.size() * Long.BYTES];
    for (int i = 0; i < row.size(); i++) {
      Field field = row.get(i);
      String value = CallText.text(field.format(), event.fields[i]);
      fields.add(new DecodedField(field.name(), value, field.doc(), 0, i * Long.BYTES, Long.BYTES));
      for (int b = 0; b < Long.BYTES; b++) {
        words[i * Long.BYTES + b] = (byte) (event.fields[i] >>> (8 * b));
      }
    }
    parts.add(
        new Part(event.phase == Phase.RETURN ? "results" : "arguments", 0, words.length, words));
    for (int i = 0; i < event.copyCount(); i++) {
      byte[] copy = event.copied(i);
      byte[] shown = copy.length > MAX_SHOWN ? java.util.Arrays.copyOf(copy, MAX_SHOWN) : copy;
      parts.add(new Part("user memory", event.copyAt(i), copy.length, shown));
    }
    addStructs(event, fields);
    return new EventBytes(event.number, event.time, List.copyOf(fields), List.copyOf(parts));
  }

  /** What the copies hold, field by field, after the row's own fields. */
  private static void addStructs(Event event, List<DecodedField> fields) {
    if (event.copyCount() == 0) {
      return;
    }
    EventView view = EventView.of(event);
    Map<String, FieldSpan> spans = new LinkedHashMap<>();
    view.spans().forEach(span -> spans.put(span.path(), span));
    Set<String> shown = new HashSet<>();
    fields.forEach(field -> shown.add(field.path()));
    for (Map.Entry<String, Object> entry : view.fields().entrySet()) {
      if (!shown.contains(entry.getKey())) {
        addValue(entry.getKey(), entry.getValue(), spans, fields);
      }
    }
  }

  private static void addValue(
      String path, Object value, Map<String, FieldSpan> spans, List<DecodedField> fields) {
    if (fields.size() == MAX_FIELDS) {
      return;
    }
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, inner) -> addValue(path + "." + name, inner, spans, fields));
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        addValue(path + "[" + i + "]", list.get(i), spans, fields);
      }
    } else {
      FieldSpan span = spans.get(path);
      int part = span == null ? -1 : span.copy() + 1;
      int at = span == null ? 0 : span.offset();
      fields.add(new DecodedField(path, value, "", part, at, span == null ? 0 : span.length()));
    }
  }
}
