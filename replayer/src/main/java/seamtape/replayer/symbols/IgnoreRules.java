package seamtape.replayer.symbols;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;

/**
 * What does not count in a comparison, and why. A line a rule: {@code FIELD}, {@code CALL.FIELD} or
 * {@code CALL}, with {@code *} for any call; a field is a name or a path. What follows {@code #} is
 * the reason.
 *
 * <pre>
 * KVM_GET_SREGS.apic_base   # the other host has its APIC elsewhere
 * *.tsc_khz                 # measured
 * KVM_GET_CLOCK             # all of it, and where only one side has it
 * </pre>
 *
 * Remembers which rules met something; so one comparison at a time.
 */
public final class IgnoreRules {
  /** More rules than a person writes; more would make each comparison slow. */
  public static final int MAX_RULES = 1_000;

  private static final int MAX_LINE = 1_000;
  private static final String WORD = "[A-Za-z0-9_]+";

  private final List<IgnoreRule> rules;
  private final Set<String> met = new TreeSet<>();

  private IgnoreRules(List<IgnoreRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** Rules of nothing but their text, as on a command line. */
  public static IgnoreRules of(Collection<String> texts) {
    return parse(List.copyOf(texts), "--ignore");
  }

  /**
   * Reads rules.
   *
   * @param source what an error names, a file mostly
   * @throws IllegalArgumentException at the first line that is no rule, with source, line and why
   */
  public static IgnoreRules parse(List<String> lines, String source) {
    List<IgnoreRule> rules = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String where = source + ", line " + (i + 1) + ": ";
      String line = lines.get(i);
      int hash = line.indexOf('#');
      String text = (hash < 0 ? line : line.substring(0, hash)).strip();
      if (line.length() > MAX_LINE) {
        throw new IllegalArgumentException(where + "longer than " + MAX_LINE + " characters");
      }
      if (rules.size() == MAX_RULES) {
        throw new IllegalArgumentException(where + "more than " + MAX_RULES + " rules");
      }
      if (!text.isEmpty()) {
        rules.add(rule(text, hash < 0 ? "" : line.substring(hash + 1).strip(), where));
      }
    }
    return new IgnoreRules(rules);
  }

  private static IgnoreRule rule(String text, String reason, String where) {
    if (!text.matches("(\\*\\.)?" + WORD + "(\\." + WORD + ")*")) {
      throw new IllegalArgumentException(
          where + "'" + text + "' is no rule: write FIELD, CALL.FIELD or CALL");
    }
    if (text.startsWith("*.")) {
      return new IgnoreRule(text, null, text.substring(2), reason);
    }
    // Names of module calls have dots themselves.
    int dot = text.length();
    while (dot > 0 && call(text.substring(0, dot)).isEmpty()) {
      dot = text.lastIndexOf('.', dot - 1);
    }
    if (dot > 0) {
      String field = dot < text.length() ? text.substring(dot + 1) : "";
      return new IgnoreRule(text, call(text.substring(0, dot)).get(), field, reason);
    }
    String first = text.split("\\.")[0];
    if (first.matches("(KVM|TDH|TDG|SEV|HV)_[A-Z0-9_]+")) {
      throw new IllegalArgumentException(
          where + "there is no call " + first + "; seamtape catalog lists them");
    }
    return new IgnoreRule(text, null, text, reason);
  }

  private static Optional<Call> call(String word) {
    return Catalog.calls().stream()
        .filter(row -> row.name().equals(word) || row.label().equals(word))
        .findFirst();
  }

  /** These rules and those. */
  public IgnoreRules and(IgnoreRules others) {
    List<IgnoreRule> all = new ArrayList<>(rules);
    all.addAll(others.rules);
    return new IgnoreRules(all);
  }

  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** True where a field of a call does not count. */
  public boolean ignores(Call call, String path) {
    for (IgnoreRule rule : rules) {
      if (rule.covers(call, path)) {
        met.add(rule.text());
        return true;
      }
    }
    return false;
  }

  public List<IgnoreRule> rules() {
    return rules;
  }

  /** Rules whose call or field did not occur: misspelt, or no longer needed. */
  public List<IgnoreRule> unmet() {
    return rules.stream().filter(rule -> !met.contains(rule.text())).toList();
  }
}
