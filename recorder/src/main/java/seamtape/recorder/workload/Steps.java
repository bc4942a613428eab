package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.KvmIoctl;
import seamtape.workload.Expression;
import seamtape.workload.Step;

/** Reads lists of steps: which kind each is; {@link Calls} reads calls, this all the others. */
final class Steps {
  private static final String SYMBOL = "[A-Za-z_][A-Za-z0-9_]*";
  private static final List<String> ACTIONS =
      List.of(
          "ioctl",
          "open",
          "close",
          "dup",
          "eventfd",
          "mmap",
          "munmap",
          "write",
          "store",
          "compare",
          "set",
          "repeat",
          "sections",
          "threads",
          "signal");

  /** Threads of one workload. */
  private static final int MAX_THREADS = 1024;

  private final Values values;
  private final Names names;
  private final List<String> threads;

  Steps(Values values, List<String> threads) {
    this.values = values;
    this.names = values.names();
    this.threads = threads;
  }

  List<Step> read(YamlNode node) throws WorkloadException {
    List<Step> steps = new ArrayList<>();
    for (YamlNode item : node.list("steps")) {
      steps.add(step(item));
    }
    return steps;
  }

  private Step step(YamlNode node) throws WorkloadException {
    if (node.isScalar() || !node.tag().isEmpty()) {
      return action(node, null, node, null);
    }
    YamlNode.Entry action = null;
    YamlNode expect = null;
    String result = null;
    for (YamlNode.Entry entry : node.map("a step")) {
      if (entry.key().equals("expect")) {
        expect = entry.value();
      } else if (entry.key().equals("as")) {
        result = symbol(entry.value(), entry.value().scalar("as"));
      } else if (action != null) {
        throw entry
            .keyNode()
            .error(
                "a step does one thing, and "
                    + action.key()
                    + " is already given; "
                    + entry.key()
                    + " needs a '- ' of its own");
      } else {
        action = entry;
      }
    }
    if (action == null) {
      throw node.error("a step needs a call or an action: " + String.join(", ", ACTIONS));
    }
    return keyed(action, result, expect);
  }

  private Step keyed(YamlNode.Entry action, String result, YamlNode expect)
      throws WorkloadException {
    String key = action.key();
    boolean named = !ACTIONS.contains(key) && !isCall(key);
    if (!named) {
      return step(action.keyNode(), key, action.value(), result, expect);
    }
    if (action.value().tag().isEmpty() && !action.value().isScalar()) {
      throw unknown(action.keyNode(), key);
    }
    return action(action.keyNode(), symbol(action.keyNode(), key), action.value(), expect);
  }

  private static boolean isCall(String word) {
    return word.startsWith("KVM_") || Catalog.byName(word).isPresent();
  }

  /** {@code KVM_X {...}}, {@code KVM_X}, {@code open /dev/kvm}: a verb and what belongs to it. */
  private Step action(YamlNode at, String result, YamlNode value, YamlNode expect)
      throws WorkloadException {
    if (!value.tag().isEmpty()) {
      return step(value, value.tag(), value, result, expect);
    }
    String text = value.scalar("a step").trim();
    int blank = text.indexOf(' ');
    String verb = blank < 0 ? text : text.substring(0, blank);
    if (!isCall(verb) && !Calls.FILE_VERBS.contains(verb)) {
      boolean misspelt = result == null || !Nearest.hint(verb, known()).isEmpty();
      throw misspelt ? unknown(value, verb) : unknown(at, result);
    }
    if (isCall(verb) && blank > 0) {
      throw value.error("arguments of " + verb + " go in braces: " + verb + " {name: value}");
    }
    Calls calls = new Calls(values);
    Step step =
        isCall(verb)
            ? calls.call(value, verb, List.of(), expect, result)
            : calls.file(value, verb, blank < 0 ? "" : text.substring(blank + 1), expect, result);
    return step;
  }

  private Step step(YamlNode at, String verb, YamlNode value, String result, YamlNode expect)
      throws WorkloadException {
    Calls calls = new Calls(values);
    if (isCall(verb)) {
      var entries = value.isEmpty() ? List.<YamlNode.Entry>of() : value.map(verb);
      return calls.call(at, verb, entries, expect, result);
    }
    if (Calls.FILE_VERBS.contains(verb)) {
      return value.isMap()
          ? calls.file(at, verb, value.map(verb), expect, result)
          : calls.file(at, verb, value.scalar(verb).trim(), expect, result);
    }
    if (verb.equals("ioctl")) {
      return calls.rawIoctl(at, value.map(verb), expect, result);
    }
    if (verb.equals("write")) {
      return calls.write(at, value.map(verb), expect);
    }
    if (expect != null || result != null) {
      throw at.error(verb + ": has no result; expect: and as: belong to calls");
    }
    return switch (verb) {
      case "store", "compare" -> memory(at, verb, value);
      case "set" -> set(at, value);
      case "repeat" -> repeat(at, value);
      case "sections" -> sections(at, value);
      case "threads" -> threads(at, value);
      case "signal" -> signal(at, value);
      default -> throw unknown(at, verb);
    };
  }

  private static List<String> known() {
    List<String> known = new ArrayList<>(ACTIONS);
    known.addAll(callNames());
    known.addAll(Commands.names());
    return known;
  }

  private WorkloadException unknown(YamlNode at, String word) {
    return at.error(
        "unknown call or action "
            + word
            + Nearest.hint(word, known())
            + " (calls are those of docs/CALLS.md; actions: "
            + String.join(", ", ACTIONS)
            + ")");
  }

  static List<String> callNames() {
    return Catalog.calls().stream().filter(KvmIoctl.class::isInstance).map(Call::name).toList();
  }

  private String symbol(YamlNode at, String name) throws WorkloadException {
    if (!name.matches(SYMBOL) || names.reserved(name) || ACTIONS.contains(name)) {
      throw at.error(
          "not usable as a name: "
              + name
              + " (letters, digits, underscores; not a constant or an action)");
    }
    Names.Known known = names.get(name);
    if (known != null && known.value() != null) {
      throw at.error(name + " is a parameter and cannot be set by a step");
    }
    return name;
  }

  private Step memory(YamlNode at, String verb, YamlNode value) throws WorkloadException {
    Step.Data data = null;
    Expression address = null;
    for (YamlNode.Entry entry : value.map(verb)) {
      Step.Data content = values.data(entry);
      if (entry.key().equals("at")) {
        address = values.number(entry.value(), "at");
      } else if (content == null || data != null) {
        throw entry
            .keyNode()
            .error(verb + ": takes at: and one of bytes, text, u8, u16, u32, u64, code");
      } else {
        data = content;
      }
    }
    if (address == null || data == null) {
      throw at.error(
          verb + ": needs an address and content, as in {at: ram + 0x10, bytes: \"b8 02 00\"}");
    }
    return verb.equals("store")
        ? new Step.Store(at.position(), address, data)
        : new Step.Compare(at.position(), address, data);
  }

  private Step set(YamlNode at, YamlNode value) throws WorkloadException {
    List<YamlNode.Entry> entries = value.map("set");
    if (entries.size() != 1) {
      throw at.error("set: takes one struct and its fields, as in set: {regs: {rax: 2}}");
    }
    String name = entries.get(0).key();
    Names.Known known = names.get(name);
    if (known == null || known.layout() == null) {
      throw entries
          .get(0)
          .keyNode()
          .error(
              name
                  + " is no struct: set: takes one that a call returned, or a mapped vCPU"
                  + Nearest.hint(name, names.all()));
    }
    var fields = Fields.read(known.layout(), "", entries.get(0).value().map(name), values);
    return new Step.SetField(at.position(), name, known.layout(), fields);
  }

  private Step repeat(YamlNode at, YamlNode value) throws WorkloadException {
    YamlNode times = null;
    YamlNode steps = null;
    String variable = null;
    for (YamlNode.Entry entry : value.map("repeat")) {
      switch (entry.key()) {
        case "times" -> times = entry.value();
        case "as" -> variable = symbol(entry.value(), entry.value().scalar("as"));
        case "steps" -> steps = entry.value();
        default -> throw entry.keyNode().error("repeat: takes times, as and steps");
      }
    }
    if (times == null || steps == null) {
      throw at.error("repeat: needs times and steps, as in repeat: {times: 3, steps: [...]}");
    }
    var count = values.number(times, "times");
    if (variable != null) {
      names.define(variable, Names.Known.NUMBER);
    }
    return new Step.Repeat(at.position(), count, variable, read(steps));
  }

  /** The steps once for each section of a TD's image, which are known before the run. */
  private Step sections(YamlNode at, YamlNode value) throws WorkloadException {
    String of = "";
    String variable = "";
    YamlNode body = null;
    for (YamlNode.Entry entry : value.map("sections")) {
      switch (entry.key()) {
        case "of" -> of = entry.value().scalar("of");
        case "as" -> variable = symbol(entry.value(), entry.value().scalar("as"));
        case "steps" -> body = entry.value();
        default -> throw entry.keyNode().error("sections: takes of, as and steps");
      }
    }
    TdImage image = values.images().get(of);
    if (image == null || variable.isEmpty() || body == null) {
      throw at.error("sections: needs of: (guest code with entry: td), as: and steps:");
    }
    List<Step> steps = new ArrayList<>();
    for (TdImage.Section section : image.sections()) {
      names.define(variable, Names.Known.constant(section.address()));
      names.define(variable + ".pages", Names.Known.constant(section.pages()));
      names.define(variable + ".measured", Names.Known.constant(section.measured() ? 1 : 0));
      values.code().put(variable, section.content());
      steps.addAll(read(body));
      names.define(variable, Names.Known.NUMBER);
    }
    return new Step.Repeat(at.position(), Expression.of(1), null, steps);
  }

  private Step threads(YamlNode at, YamlNode value) throws WorkloadException {
    Map<String, List<Step>> bodies = new LinkedHashMap<>();
    List<Names> after = new ArrayList<>();
    List<YamlNode.Entry> entries = value.map("threads");
    for (YamlNode.Entry entry : entries) {
      if (threads.contains(entry.key()) || threads.size() == MAX_THREADS) {
        throw entry.keyNode().error("a second thread " + entry.key() + ", or too many threads");
      }
      threads.add(symbol(entry.keyNode(), entry.key()));
    }
    for (YamlNode.Entry entry : entries) {
      Names inside = names.copy();
      bodies.put(entry.key(), new Steps(values.with(inside), threads).read(entry.value()));
      after.add(inside);
    }
    after.forEach(names::addAll);
    if (bodies.isEmpty()) {
      throw at.error("threads: needs at least one thread, as in threads: {cpu0: [...]}");
    }
    return new Step.Threads(at.position(), bodies);
  }

  private Step signal(YamlNode at, YamlNode value) throws WorkloadException {
    String name = value.scalar("signal").trim();
    if (!threads.contains(name)) {
      throw value.error("no thread " + name + Nearest.hint(name, threads));
    }
    return new Step.Signal(at.position(), name);
  }

  static KvmIoctl row(YamlNode at, String name) throws WorkloadException {
    Call call = Catalog.byName(name).orElse(null);
    if (call instanceof KvmIoctl row) {
      return row;
    }
    throw at.error(
        (call == null
                ? "unknown call " + name + Nearest.hint(name, callNames())
                : name + " is not made by a VMM on x86; workloads make ioctls and file operations")
            + " (docs/CALLS.md has them all)");
  }
}
