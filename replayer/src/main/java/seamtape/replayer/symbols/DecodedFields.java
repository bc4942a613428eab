package seamtape.replayer.symbols;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.event.Event;
import seamtape.event.EventView;

/** The decoded view of an event as one flat map: {@code entries[2].eax} to its value. */
public final class DecodedFields {
  private DecodedFields() {}

  /**
   * @param enter the enter event of a return; null where it is not at hand
   */
  public static Map<String, Object> of(Event event, Event enter) {
    Map<String, Object> flat = new LinkedHashMap<>();
    EventView.of(event, enter, "").fields().forEach((name, value) -> flatten(name, value, flat));
    return flat;
  }

  private static void flatten(String path, Object value, Map<String, Object> flat) {
    if (value instanceof Map<?, ?> members) {
      members.forEach((name, member) -> flatten(path + "." + name, member, flat));
    } else if (value instanceof List<?> elements) {
      for (int i = 0; i < elements.size(); i++) {
        flatten(path + "[" + i + "]", elements.get(i), flat);
      }
    } else {
      flat.put(path, value);
    }
  }
}
