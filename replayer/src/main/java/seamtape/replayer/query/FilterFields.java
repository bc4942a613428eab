package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Errno;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.catalog.KvmExit;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Actor;
import seamtape.event.Subject;

/** The fields and symbols that a filter may name. */
final class FilterFields {
  /** Reads one field of a call; null where the call has none. */
  interface Source {
    FilterValue of(RecordedCall call);
  }

  private static final Map<String, Source> FIELDS = new LinkedHashMap<>();

  static {
    FIELDS.put("event", call -> FilterValue.signed(call.event()));
    FIELDS.put("t", call -> FilterValue.signed(call.enter().time));
    FIELDS.put("time", FIELDS.get("t"));
    FIELDS.put("vm", call -> notNegative(call.vm()));
    FIELDS.put("vcpu", call -> notNegative(call.vcpu()));
    FIELDS.put("tid", FilterFields::tid);
    FIELDS.put("actor", call -> FilterValue.text(Actor.text(call.enter().actor)));
    FIELDS.put("on", call -> FilterValue.text(Subject.text(call.subject())));
    FIELDS.put("family", call -> FilterValue.text(call.call().family().label()));
    FIELDS.put("kind", FIELDS.get("family"));
    FIELDS.put("call", call -> FilterValue.named(CallText.name(call.enter()), call.call().name()));
    FIELDS.put("name", FIELDS.get("call"));
    FIELDS.put("depth", call -> FilterValue.signed(call.depth()));
    FIELDS.put("phase", call -> FilterValue.text(call.hasReturn() ? "return" : "enter"));
    FIELDS.put("ret", FilterFields::ret);
    FIELDS.put("errno", FilterFields::errno);
    FIELDS.put("error", call -> FilterValue.signed(call.failed() ? 1 : 0));
    FIELDS.put("lat", call -> notNegative(call.duration()));
    FIELDS.put("duration", FIELDS.get("lat"));
    FIELDS.put("exit.reason", FilterFields::exitReason);
  }

  private FilterFields() {}

  static Set<String> names() {
    return FIELDS.keySet();
  }

  private static FilterValue notNegative(long number) {
    return number < 0 ? null : FilterValue.signed(number);
  }

  private static FilterValue tid(RecordedCall call) {
    long actor = call.enter().actor;
    return Actor.isVmm(actor) ? FilterValue.signed(Actor.tid(actor)) : null;
  }

  private static FilterValue ret(RecordedCall call) {
    if (!call.hasResult()) {
      return null;
    }
    return CallText.value(call.resultFormat(), call.ret());
  }

  /** Present in every call, so that {@code errno != 0} means an error and nothing else. */
  private static FilterValue errno(RecordedCall call) {
    int errno = call.errno();
    return errno == 0 ? FilterValue.signed(0) : FilterValue.symbol(errno, Errno.text(-errno));
  }

  private static FilterValue exitReason(RecordedCall call) {
    long reason = call.exitReason();
    return reason < 0 ? null : FilterValue.symbol(reason, KvmExit.text(reason));
  }

  /** How much of a call a word's field looks at. */
  static Sight sight(String word) {
    return switch (word) {
      case "family", "kind", "call", "name" -> Sight.ROW;
      case "event", "t", "time", "vm", "vcpu", "tid", "actor", "on" -> Sight.ENTER;
      default -> word.startsWith("in.") ? Sight.ENTER : Sight.CALL;
    };
  }

  /** What a word's field tells of a call. */
  static FilterTests.About about(String word) {
    return switch (word) {
      case "errno", "error" -> FilterTests.About.OUTCOME;
      case "vm", "vcpu", "on" -> FilterTests.About.SUBJECT;
      default -> FilterTests.About.OTHER;
    };
  }

  /**
   * The field of a word: one of the fixed ones, or {@code in.X}, {@code out.X}, {@code arg.X} (in,
   * else out) for a field of the call's row or of the struct it passes.
   */
  static Optional<Source> find(String word) {
    Source fixed = FIELDS.get(word);
    if (fixed != null) {
      return Optional.of(fixed);
    }
    int dot = word.indexOf('.');
    String path = word.substring(dot + 1);
    return switch (dot < 0 ? "" : word.substring(0, dot)) {
      case "in" -> Optional.of(call -> CallText.field(call.enter(), path));
      case "out" -> Optional.of(call -> returnedField(call, path));
      case "arg" -> Optional.of(call -> eitherField(call, path));
      default -> Optional.empty();
    };
  }

  private static FilterValue returnedField(RecordedCall call, String path) {
    return call.hasReturn() ? CallText.field(call.returned(), path) : null;
  }

  private static FilterValue eitherField(RecordedCall call, String path) {
    FilterValue in = CallText.field(call.enter(), path);
    return in != null ? in : returnedField(call, path);
  }

  /** What a bare symbol stands for: the field that it is a value of, and the value. */
  record Symbol(String field, FilterValue value) {}

  /** A call, errno, exit reason or family by its name; empty for any other word. */
  static Optional<Symbol> symbol(String word) {
    // A family as it is written is the family, though a call has its name in capitals: SEAMCALL.
    Optional<Symbol> family = family(word::equals);
    if (family.isPresent()) {
      return family;
    }
    Optional<Call> call = call(word);
    if (call.isPresent()) {
      return call.map(row -> new Symbol("call", FilterValue.named(row.label(), row.name())));
    }
    Optional<Errno> errno = Errno.byName(word.toUpperCase(Locale.ROOT));
    if (errno.isPresent()) {
      return errno.map(e -> new Symbol("errno", FilterValue.symbol(e.number(), e.name())));
    }
    for (KvmExit exit : KvmExit.values()) {
      if (exit.name().equalsIgnoreCase(word)) {
        FilterValue value = FilterValue.symbol(exit.number(), exit.name());
        return Optional.of(new Symbol("exit.reason", value));
      }
    }
    return family(word::equalsIgnoreCase);
  }

  private static Optional<Symbol> family(Predicate<String> named) {
    return Arrays.stream(Family.values())
        .map(Family::label)
        .filter(named)
        .findFirst()
        .map(label -> new Symbol("family", FilterValue.text(label)));
  }

  private static Optional<Call> call(String word) {
    Optional<Call> exact = Catalog.byName(word);
    if (exact.isPresent()) {
      return exact;
    }
    return Catalog.calls().stream().filter(row -> row.label().equalsIgnoreCase(word)).findFirst();
  }

  /** True when some row or struct has a field whose path begins as this one does. */
  static boolean knownPath(String path) {
    return Paths.KNOWN.contains(firstSegment(path));
  }

  private static String firstSegment(String path) {
    int end = 0;
    while (end < path.length() && ".[".indexOf(path.charAt(end)) < 0) {
      end++;
    }
    return path.substring(0, end);
  }

  /** The fixed fields and field paths nearest to a mistyped word, at most three. */
  static List<String> near(String word) {
    List<String> found = new ArrayList<>();
    for (String name : candidates(word)) {
      if (found.size() < 3 && distance(name.toLowerCase(Locale.ROOT), word) <= 2) {
        found.add(name);
      }
    }
    return found;
  }

  private static List<String> candidates(String word) {
    List<String> all = new ArrayList<>(FIELDS.keySet());
    int dot = word.indexOf('.');
    if (dot > 0) {
      Paths.KNOWN.forEach(path -> all.add(word.substring(0, dot + 1) + path));
    }
    Catalog.calls().forEach(row -> all.add(row.label()));
    for (Errno errno : Errno.values()) {
      all.add(errno.name());
    }
    for (KvmExit exit : KvmExit.values()) {
      all.add(exit.name());
    }
    return all;
  }

  /** Edit distance, cut short at 3. */
  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > 2) {
      return 3;
    }
    String other = b.toLowerCase(Locale.ROOT);
    int[] row = new int[other.length() + 1];
    java.util.Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int change = diagonal + (a.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[other.length()];
  }

  /** First segments of all field paths; built when a filter first asks. */
  private static final class Paths {
    static final Set<String> KNOWN = new TreeSet<>();

    static {
      for (Call call : Catalog.calls()) {
        call.in().forEach(Paths::add);
        call.out().forEach(Paths::add);
      }
      for (StructLayout layout : Structs.all()) {
        for (StructField field : layout.fields()) {
          KNOWN.add(firstSegment(field.name()));
        }
      }
    }

    private static void add(Field field) {
      KNOWN.add(field.name());
    }
  }
}
