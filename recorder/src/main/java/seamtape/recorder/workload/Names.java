package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import seamtape.catalog.FdKind;
import seamtape.catalog.StructLayout;
import seamtape.workload.Constants;
import seamtape.workload.Expression;

/** The names that a step may use, by the order of the file: what was defined above it. */
final class Names {
  /**
   * What is known of a name while reading.
   *
   * @param value of a constant or parameter; null when only the run knows it
   * @param fd kind of file descriptor; null for others
   * @param layout of the struct it holds or points to; null for others
   * @param mapped true when it is the address of the struct, false when it holds the struct
   */
  record Known(Long value, FdKind fd, StructLayout layout, boolean mapped) {
    static final Known NUMBER = new Known(null, null, null, false);

    static Known constant(long value) {
      return new Known(value, null, null, false);
    }

    static Known fd(FdKind kind) {
      return new Known(null, kind, null, false);
    }

    static Known struct(StructLayout layout, boolean mapped) {
      return new Known(null, null, layout, mapped);
    }
  }

  private final Map<String, Known> known = new LinkedHashMap<>();

  Names() {
    Constants.all().forEach((name, value) -> known.put(name, Known.constant(value)));
  }

  /** For a thread: what it defines does not become known to its siblings. */
  Names copy() {
    Names copy = new Names();
    copy.known.putAll(known);
    return copy;
  }

  void addAll(Names other) {
    known.putAll(other.known);
  }

  void define(String name, Known what) {
    known.remove(name);
    known.put(name, what);
  }

  boolean reserved(String name) {
    return Constants.all().containsKey(name);
  }

  boolean has(String name) {
    return known.containsKey(name);
  }

  Known get(String name) {
    return known.get(name);
  }

  Set<String> all() {
    return known.keySet();
  }

  /** Names of fds of a kind that are still open. */
  List<String> fds(FdKind kind) {
    List<String> names = new ArrayList<>();
    known.forEach(
        (name, what) -> {
          if (what.fd() == kind) {
            names.add(name);
          }
        });
    return names;
  }

  /** After close(2) a name keeps its number but is no longer chosen for a call. */
  void closed(String name) {
    if (known.containsKey(name) && known.get(name).fd() != null) {
      known.put(name, Known.NUMBER);
    }
  }

  /**
   * @throws IllegalArgumentException with a sentence when there is no such name or field
   */
  Expression resolve(String name) {
    String symbol = known.containsKey(name) ? name : symbol(name);
    Known what = known.get(symbol);
    if (what == null) {
      throw new IllegalArgumentException(
          "unknown name " + symbol + Nearest.hint(symbol, known.keySet()));
    }
    if (name.length() > symbol.length()) {
      checkField(name, symbol, what);
    } else if (what.layout() != null && !what.mapped()) {
      throw new IllegalArgumentException(
          symbol
              + " is a struct "
              + what.layout().name()
              + "; name a field, as in "
              + symbol
              + "."
              + what.layout().fields().get(0).name());
    }
    return what.value() == null ? new Expression.Name(name) : Expression.of(what.value());
  }

  /** The part before the first dot. */
  static String symbol(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private void checkField(String name, String symbol, Known what) {
    if (what.layout() == null) {
      throw new IllegalArgumentException(
          symbol
              + " is no struct, and has no "
              + name.substring(symbol.length() + 1)
              + Nearest.hint(name, known.keySet()));
    }
    String path = name.substring(symbol.length() + 1);
    var place = what.layout().locate(path);
    if (place.isEmpty() || place.get().size() > 8) {
      throw new IllegalArgumentException(
          "no number "
              + path
              + " in struct "
              + what.layout().name()
              + Nearest.hint(path, Fields.names(what.layout())));
    }
  }
}
