package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A state document as a tree whose every node has a path: lists of things become objects, by what
 * names the thing ({@code vms/vm0/vcpus/vcpu1/regs/value/rip}). Knows no topic by name, so that a
 * new one is shown like the others.
 */
final class StateTree {
  /** Keys that name an element of a list, the first that is there. */
  private static final List<String> NAMES =
      List.of(
          "vm", "vcpu", "tdr", "tdvpr", "fd", "slot", "index", "asid", "mapping", "hpa", "cap",
          "id", "name");

  private StateTree() {}

  static JsonObject of(Map<String, Object> document) {
    return object(document);
  }

  private static JsonObject object(Map<?, ?> map) {
    JsonObject object = new JsonObject();
    map.forEach((key, value) -> object.put(String.valueOf(key), node(value)));
    return object;
  }

  private static Object node(Object value) {
    if (value instanceof Map<?, ?> map) {
      return object(map);
    }
    if (value instanceof List<?> list) {
      return list(list);
    }
    return value instanceof Enum<?> || value instanceof byte[] ? String.valueOf(value) : value;
  }

  private static Object list(List<?> list) {
    if (!list.isEmpty() && !(list.get(0) instanceof Map<?, ?>)) {
      JsonArray array = new JsonArray();
      list.forEach(one -> array.add(node(one)));
      return array;
    }
    JsonObject object = new JsonObject();
    for (int i = 0; i < list.size(); i++) {
      Map<?, ?> one = (Map<?, ?>) list.get(i);
      String name = name(one, i);
      object.put(object.containsKey(name) ? name + "#" + i : name, object(one));
    }
    return object;
  }

  private static String name(Map<?, ?> element, int index) {
    for (String key : NAMES) {
      Object value = element.get(key);
      if (value instanceof String text) {
        return text;
      }
      if (value instanceof Number number) {
        return key + number;
      }
    }
    return "[" + index + "]";
  }

  /** Every leaf by its path. */
  static Map<String, Object> flat(JsonObject tree) {
    Map<String, Object> leaves = new LinkedHashMap<>();
    flat("", tree, leaves);
    return leaves;
  }

  private static void flat(String path, Object node, Map<String, Object> into) {
    if (node instanceof JsonObject object) {
      for (Map.Entry<String, Object> entry : object) {
        String name = entry.getKey();
        flat(path.isEmpty() ? name : path + "/" + name, entry.getValue(), into);
      }
    } else {
      into.put(path, node instanceof JsonArray array ? array.encode() : node);
    }
  }

  /** The node of a path, null without one. */
  static Object at(JsonObject tree, String path) {
    Object node = tree;
    for (String name : path.split("/")) {
      if (!(node instanceof JsonObject object) || !object.containsKey(name)) {
        return null;
      }
      node = object.getValue(name);
    }
    return node instanceof JsonArray array ? array.encode() : node;
  }

  /** A leaf that differs. */
  record Changed(String path, Object before, Object after) {}

  /**
   * Leaves that differ; what only tells when a value was last told, or that a call is under way,
   * does not count.
   */
  static List<Changed> changes(JsonObject before, JsonObject after) {
    Map<String, Object> left = flat(before);
    Map<String, Object> right = flat(after);
    List<Changed> changes = new ArrayList<>();
    left.forEach(
        (path, value) -> {
          if (!bookkeeping(path, value) && !Objects.equals(value, right.get(path))) {
            changes.add(new Changed(path, value, right.get(path)));
          }
        });
    right.forEach(
        (path, value) -> {
          if (!bookkeeping(path, value) && !left.containsKey(path)) {
            changes.add(new Changed(path, null, value));
          }
        });
    return changes;
  }

  /** True for what only repeats the name of the thing that has it. */
  private static boolean isName(String path, Object value) {
    int key = path.lastIndexOf('/');
    String owner = path.substring(path.lastIndexOf('/', key - 1) + 1, Math.max(0, key));
    return owner.equals(value) || owner.equals(path.substring(key + 1) + value);
  }

  private static boolean bookkeeping(String path, Object value) {
    return isName(path, value)
        || path.startsWith("in_flight/")
        || path.endsWith("/event")
        || path.endsWith("/by")
        || path.endsWith("/text")
        || path.endsWith("/unknown_since");
  }
}
