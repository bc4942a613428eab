package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A state document as a tree whose every node has a path: lists of things become objects, by what
 * names the thing ({@code vms/vm0/vcpus/vcpu1/regs/value/rip}). Knows no topic by name, so that a
 * new one is shown like the others.
 */
final class StateTree {
  /** Keys that name an element of a list, the first that is there. */
  private static final List<String> NAMES =
      List.of(
          "vm", "vcpu", "tdr", "tdvpr", "fd", "slot", "index", "mapping", "hpa", "gpa", "cap", "id",
          "name");

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

  /**
   * The tree with a limit on the children of each node, and beyond it those that must be there.
   *
   * @param wanted paths to be kept, with all that lead to them
   * @param cut is told, by path, how many children a node has that lost some
   */
  static JsonObject cut(JsonObject tree, int most, Set<String> wanted, JsonObject cut) {
    return cut("", tree, most, wanted, cut);
  }

  private static JsonObject cut(
      String path, JsonObject node, int most, Set<String> wanted, JsonObject cut) {
    JsonObject kept = new JsonObject();
    for (Map.Entry<String, Object> entry : node) {
      String own = path.isEmpty() ? entry.getKey() : path + "/" + entry.getKey();
      if (kept.size() >= most && !wanted.contains(own)) {
        cut.put(path, node.size());
      } else if (entry.getValue() instanceof JsonObject child) {
        kept.put(entry.getKey(), cut(own, child, most, wanted, cut));
      } else {
        kept.put(entry.getKey(), entry.getValue());
      }
    }
    return kept;
  }

  /** Paths, and all that lead to them. */
  static Set<String> leading(Iterable<String> paths) {
    Set<String> leading = new HashSet<>();
    for (String path : paths) {
      for (int at = path.length(); at > 0; at = path.lastIndexOf('/', at - 1)) {
        leading.add(path.substring(0, at));
      }
    }
    return leading;
  }

  /** Some children of a node. */
  static JsonObject page(JsonObject node, int from, int most) {
    JsonObject page = new JsonObject();
    int at = 0;
    for (Map.Entry<String, Object> entry : node) {
      if (at >= from && at < from + most) {
        page.put(entry.getKey(), entry.getValue());
      }
      at++;
    }
    return page;
  }

  /** What has a text in its path or value, in lower case, and what it is in. */
  static JsonObject found(JsonObject tree, String text) {
    JsonObject found = found("", tree, text);
    return found == null ? new JsonObject() : found;
  }

  private static JsonObject found(String path, JsonObject node, String text) {
    JsonObject found = new JsonObject();
    for (Map.Entry<String, Object> entry : node) {
      String own = path + "/" + entry.getKey();
      Object value = entry.getValue();
      if (own.toLowerCase(Locale.ROOT).contains(text)) {
        found.put(entry.getKey(), value);
      } else if (value instanceof JsonObject child) {
        JsonObject below = found(own, child, text);
        if (below != null) {
          found.put(entry.getKey(), below);
        }
      } else if (String.valueOf(value).toLowerCase(Locale.ROOT).contains(text)) {
        found.put(entry.getKey(), value);
      }
    }
    return found.isEmpty() ? null : found;
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
    Object node = node(tree, path);
    return node instanceof JsonArray array ? array.encode() : node;
  }

  /** As {@link #at}, a list as it is. */
  static Object node(JsonObject tree, String path) {
    Object node = tree;
    for (String name : path.split("/")) {
      if (!(node instanceof JsonObject object) || !object.containsKey(name)) {
        return null;
      }
      node = object.getValue(name);
    }
    return node;
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
