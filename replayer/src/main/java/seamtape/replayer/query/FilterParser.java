package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Recursive descent over the tokens; compiles to {@link Filter.Test}s as it goes. */
final class FilterParser {
  /** A value in a condition; null where the call has none. */
  private record Operand(Sight needs, FilterTests.About about, FilterFields.Source source) {
    FilterValue of(RecordedCall call) {
      return source.of(call);
    }
  }

  /** The truth of a comparison of two present values. */
  private interface Comparison {
    boolean of(FilterValue left, FilterValue right);
  }

  private static final List<String> AFTER_CONDITION =
      List.of("and", "or", "xor", "==", "!=", "<", ">", "contains", "~", "in {…}");
  private static final List<String> CONDITION =
      List.of("a field (errno, call, arg.…)", "a name in quotes", "not", "(", "under(", "has(");

  private final List<FilterToken> tokens;
  private int at;
  private int nodes;
  private int depth;

  /** True where the field left of a word may have values whose names no table here has. */
  private boolean freeWords;

  private FilterParser(List<FilterToken> tokens) {
    this.tokens = tokens;
  }

  static Filter.Test parse(String text) throws FilterException {
    if (text.length() > Filter.MAX_LENGTH) {
      throw new FilterException(
          "a filter has at most " + Filter.MAX_LENGTH + " characters, this one " + text.length(),
          Filter.MAX_LENGTH,
          1,
          List.of());
    }
    FilterParser parser = new FilterParser(FilterLexer.tokens(text));
    Filter.Test test = parser.or();
    if (parser.peek().kind() != FilterToken.Kind.END) {
      throw parser.fault(parser.peek().shown() + " is not expected here", AFTER_CONDITION);
    }
    return test;
  }

  private FilterToken peek() {
    return tokens.get(at);
  }

  private boolean take(String... signs) {
    for (String sign : signs) {
      if (peek().is(sign)) {
        at++;
        return true;
      }
    }
    return false;
  }

  private void expect(String sign) throws FilterException {
    if (!take(sign)) {
      throw fault(peek().shown() + " where “" + sign + "” is needed", List.of(sign));
    }
  }

  private FilterException fault(String message, List<String> expected) {
    return fault(peek(), message, expected);
  }

  private static FilterException fault(FilterToken token, String message, List<String> expected) {
    return new FilterException(message, token.position(), token.length(), expected);
  }

  private void node() throws FilterException {
    if (++nodes > Filter.MAX_NODES) {
      throw fault("a filter has at most " + Filter.MAX_NODES + " conditions", List.of());
    }
  }

  private void down() throws FilterException {
    if (++depth > Filter.MAX_DEPTH) {
      throw fault("a filter nests at most " + Filter.MAX_DEPTH + " deep", List.of());
    }
  }

  private Filter.Test or() throws FilterException {
    Filter.Test left = xor();
    while (take("or", "||")) {
      left = new FilterTests.Or(left, xor());
    }
    return left;
  }

  private Filter.Test xor() throws FilterException {
    Filter.Test left = and();
    while (take("xor", "^^")) {
      left = new FilterTests.Xor(left, and());
    }
    return left;
  }

  private Filter.Test and() throws FilterException {
    Filter.Test left = not();
    while (take("and", "&&")) {
      left = new FilterTests.And(left, not());
    }
    return left;
  }

  private Filter.Test not() throws FilterException {
    if (!take("not", "!")) {
      return primary();
    }
    down();
    Filter.Test inner = not();
    depth--;
    return new FilterTests.Not(inner);
  }

  private Filter.Test primary() throws FilterException {
    node();
    boolean nests = tokens.size() > at + 1 && tokens.get(at + 1).is("(");
    String relation = nests && peek().kind() == FilterToken.Kind.WORD ? peek().text() : "";
    if (relation.equals("under") || relation.equals("has")) {
      at++;
      FilterRelations.Kin kin =
          relation.equals("under") ? FilterRelations.Kin.UNDER : FilterRelations.Kin.HAS;
      return new FilterRelations.AnyOf(kin, group());
    }
    return peek().is("(") ? group() : condition();
  }

  private Filter.Test group() throws FilterException {
    expect("(");
    down();
    Filter.Test inner = or();
    depth--;
    expect(")");
    return inner;
  }

  private Filter.Test condition() throws FilterException {
    FilterToken first = peek();
    if (first.kind() == FilterToken.Kind.STRING) {
      return namePart(first);
    }
    boolean symbol =
        first.kind() == FilterToken.Kind.WORD
            && FilterFields.find(first.text()).isEmpty()
            && FilterFields.symbol(first.text()).isPresent();
    if (symbol) {
      at++;
      FilterFields.Symbol meant = FilterFields.symbol(first.text()).orElseThrow();
      return on(operand(meant.field()), value -> value.equalTo(meant.value()));
    }
    boolean fixed = FilterFields.names().contains(first.text());
    freeWords = !fixed || first.text().equals("ret");
    int before = at;
    Operand left = masked(field());
    boolean masks = at > before + 1;
    return comparison(left, masks || first.text().startsWith("err"));
  }

  private Filter.Test namePart(FilterToken token) throws FilterException {
    at++;
    if (token.text().isEmpty()) {
      throw fault(token, "an empty name is part of every name", List.of("\"KVM_\""));
    }
    return on(operand("call"), name -> name.containsText(token.text()));
  }

  private static Operand operand(String word) {
    return new Operand(
        FilterFields.sight(word), FilterFields.about(word), FilterFields.find(word).orElseThrow());
  }

  /** A condition on a value; false where the call has none. */
  private static Filter.Test on(Operand operand, Predicate<FilterValue> condition) {
    return new FilterTests.Leaf(
        operand.needs(),
        operand.about(),
        (call, reader) -> {
          FilterValue value = operand.of(call);
          return value != null && condition.test(value);
        });
  }

  private Operand field() throws FilterException {
    FilterToken token = peek();
    if (token.kind() != FilterToken.Kind.WORD) {
      throw fault(token.shown() + " where a condition is needed", CONDITION);
    }
    Optional<FilterFields.Source> field = FilterFields.find(token.text());
    String path = token.text().substring(token.text().indexOf('.') + 1);
    boolean fixed = FilterFields.names().contains(token.text());
    if (field.isEmpty() || (!fixed && !FilterFields.knownPath(path))) {
      List<String> near = FilterFields.near(token.text());
      String what = field.isEmpty() ? "no field or name is called " : "no call has the field ";
      throw fault(token, what + token.shown(), near.isEmpty() ? CONDITION : near);
    }
    at++;
    return operand(token.text());
  }

  private Operand masked(Operand operand) throws FilterException {
    if (!take("&")) {
      return operand;
    }
    node();
    FilterToken mask = peek();
    if (mask.kind() != FilterToken.Kind.NUMBER) {
      throw fault("a mask is a number", List.of("0x8000000000000000"));
    }
    at++;
    return new Operand(
        operand.needs(),
        operand.about(),
        call -> {
          FilterValue value = operand.of(call);
          boolean number = value != null && value.numeric();
          return number ? FilterValue.unsigned(value.number() & mask.number()) : null;
        });
  }

  private Filter.Test comparison(Operand left, boolean zeroIsFalse) throws FilterException {
    FilterToken operator = peek();
    if (take("==", "eq")) {
      return compare(left, FilterValue::equalTo);
    }
    if (take("!=", "ne")) {
      return new FilterTests.Not(compare(left, FilterValue::equalTo));
    }
    if (take("<", "lt")) {
      return compare(left, (a, b) -> ordered(a, b, -1, -1));
    }
    if (take("<=", "le")) {
      return compare(left, (a, b) -> ordered(a, b, -1, 0));
    }
    if (take(">", "gt")) {
      return compare(left, (a, b) -> ordered(a, b, 1, 1));
    }
    if (take(">=", "ge")) {
      return compare(left, (a, b) -> ordered(a, b, 1, 0));
    }
    if (take("contains")) {
      String part = string("contains");
      return on(left, value -> value.containsText(part));
    }
    if (take("matches", "~")) {
      return pattern(left, operator);
    }
    if (take("in")) {
      return set(left);
    }
    return on(left, value -> !zeroIsFalse || value.isTrue());
  }

  private static boolean ordered(FilterValue a, FilterValue b, int sign, int orSign) {
    Integer order = a.compare(b);
    return order != null
        && (Integer.signum(order) == sign || (orSign == 0 && Integer.signum(order) == 0));
  }

  private Filter.Test compare(Operand left, Comparison comparison) throws FilterException {
    Operand right = right();
    return new FilterTests.Leaf(
        Sight.more(left.needs(), right.needs()),
        left.about().with(right.about()),
        (call, reader) -> {
          FilterValue a = left.of(call);
          FilterValue b = right.of(call);
          return a != null && b != null && comparison.of(a, b);
        });
  }

  /** A number, a string, a symbol, or another field. */
  private Operand right() throws FilterException {
    FilterToken token = peek();
    if (token.kind() == FilterToken.Kind.WORD
        && FilterFields.symbol(token.text()).isEmpty()
        && FilterFields.find(token.text()).isPresent()) {
      return masked(field());
    }
    FilterValue literal = literal();
    return new Operand(Sight.ROW, FilterTests.About.LITERAL, call -> literal);
  }

  private FilterValue literal() throws FilterException {
    node();
    FilterToken token = peek();
    FilterValue value =
        switch (token.kind()) {
          case NUMBER -> number(token);
          case STRING -> FilterValue.text(token.text());
          case WORD -> word(token);
          case SIGN, END -> null;
        };
    if (value == null) {
      throw fault(
          token.shown() + " where a value is needed", List.of("a number", "a name", "\"text\""));
    }
    at++;
    return value;
  }

  /** Hexadecimal and binary literals are words of 64 bits, decimal ones are signed. */
  private static FilterValue number(FilterToken token) {
    boolean bits = token.text().startsWith("0x") || token.text().startsWith("0b");
    return bits ? FilterValue.unsigned(token.number()) : FilterValue.signed(token.number());
  }

  private FilterValue word(FilterToken token) throws FilterException {
    return switch (token.text()) {
      case "true" -> FilterValue.signed(1);
      case "false" -> FilterValue.signed(0);
      case "enter", "return" -> FilterValue.text(token.text());
      case "and", "or", "xor", "not", "in" -> null;
      default ->
          FilterFields.symbol(token.text())
              .map(FilterFields.Symbol::value)
              .or(() -> Optional.of(FilterValue.text(token.text())).filter(text -> freeWords))
              .orElseThrow(
                  () ->
                      fault(
                          token,
                          token.shown() + " is no name that is known; a text stands in quotes",
                          nearOrQuoted(token.text())));
    };
  }

  private static List<String> nearOrQuoted(String word) {
    List<String> near = FilterFields.near(word);
    return near.isEmpty() ? List.of("\"" + word + "\"") : near;
  }

  private String string(String operator) throws FilterException {
    FilterToken token = peek();
    if (token.kind() != FilterToken.Kind.STRING) {
      throw fault(operator + " needs a text in quotes", List.of("\"…\""));
    }
    node();
    at++;
    return token.text();
  }

  private Filter.Test pattern(Operand left, FilterToken operator) throws FilterException {
    FilterToken token = peek();
    String written = string(operator.text());
    Pattern pattern;
    try {
      pattern = Pattern.compile(written, Pattern.CASE_INSENSITIVE);
    } catch (PatternSyntaxException e) {
      throw fault(token, "this pattern cannot be read: " + e.getDescription(), List.of());
    }
    return new FilterTests.Leaf(
        left.needs(),
        left.about(),
        (call, reader) -> {
          FilterValue value = left.of(call);
          return value != null && BoundedText.find(pattern, value.shown(), token);
        });
  }

  /** One value of a set, or a range with both ends in it. */
  private record Range(FilterValue low, FilterValue high) {
    boolean holds(FilterValue value) {
      return high == null ? value.equalTo(low) : atLeast(value, low) && atLeast(high, value);
    }

    private static boolean atLeast(FilterValue a, FilterValue b) {
      Integer order = a.compare(b);
      return order != null && order >= 0;
    }
  }

  private Filter.Test set(Operand left) throws FilterException {
    expect("{");
    List<Range> ranges = new ArrayList<>();
    do {
      FilterValue low = literal();
      ranges.add(new Range(low, take("..") ? literal() : null));
    } while (take(","));
    expect("}");
    return on(left, value -> ranges.stream().anyMatch(range -> range.holds(value)));
  }
}
