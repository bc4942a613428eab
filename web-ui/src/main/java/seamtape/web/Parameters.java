package seamtape.web;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import seamtape.replayer.query.Filter;

/** The query of a request, checked. */
final class Parameters {
  private final MultiMap query;

  Parameters(RoutingContext context) {
    query = context.queryParams();
  }

  String text(String name) {
    String value = query.get(name);
    return value == null ? "" : value;
  }

  /** All values of a parameter that may be given more than once. */
  List<String> all(String name, int most) {
    List<String> values = query.getAll(name);
    if (values.size() > most) {
      throw Problem.badRequest("at most " + most + " of " + name);
    }
    return values;
  }

  /** The filter, blank when there is none. */
  String filter() {
    String filter = text("filter").strip();
    if (filter.length() > Filter.MAX_LENGTH) {
      throw Problem.badRequest("a filter has at most " + Filter.MAX_LENGTH + " characters");
    }
    return filter;
  }

  boolean noneOf(String... names) {
    return Arrays.stream(names).noneMatch(this::has);
  }

  boolean has(String name) {
    return query.contains(name);
  }

  long number(String name, long absent, long least, long most) {
    String value = query.get(name);
    if (value == null) {
      return absent;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as a number out of range is
    }
    throw Problem.badRequest(
        name + " must be a number from " + least + " to " + most + ", not “" + cut(value) + "”");
  }

  private static String cut(String value) {
    return value.length() > 40 ? value.substring(0, 40) + "…" : value;
  }
}
