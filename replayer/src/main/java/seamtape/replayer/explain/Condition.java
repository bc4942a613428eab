package seamtape.replayer.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One condition of an explanation's rule: {@code NAME=VALUE}, {@code NAME!=VALUE}, {@code
 * NAME>=NUMBER} or {@code NAME<NUMBER}; a VALUE may end in {@code *}. A name without a fact never
 * holds.
 */
record Condition(String name, String operator, String value) {
  private static final Pattern FORM = Pattern.compile("([\\w.\\[\\]]+)\\s*(=|!=|>=|<)\\s*(\\S+)");

  /** The conditions of a rule, separated by semicolons; none holds always. */
  static List<Condition> parse(String rule) {
    List<Condition> conditions = new ArrayList<>();
    for (String part : rule.split(";")) {
      if (part.isBlank()) {
        continue;
      }
      Matcher matcher = FORM.matcher(part.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException("not a condition NAME=VALUE: " + part.strip());
      }
      conditions.add(new Condition(matcher.group(1), matcher.group(2), matcher.group(3)));
    }
    return conditions;
  }

  boolean holds(Map<String, Object> facts) {
    Object fact = facts.get(name);
    if (fact == null) {
      return false;
    }
    return switch (operator) {
      case "=" -> same(String.valueOf(fact));
      case "!=" -> !same(String.valueOf(fact));
      case ">=" -> compared(fact, 1);
      default -> compared(fact, -1);
    };
  }

  private boolean same(String fact) {
    return value.endsWith("*")
        ? fact.startsWith(value.substring(0, value.length() - 1))
        : fact.equals(value);
  }

  /** At least the value, or below it; of numbers alone. */
  private boolean compared(Object fact, int wanted) {
    try {
      long number = fact instanceof Number n ? n.longValue() : Long.decode(fact.toString());
      boolean atLeast = number >= Long.decode(value);
      return atLeast == wanted > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
