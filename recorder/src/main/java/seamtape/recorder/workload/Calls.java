package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import seamtape.catalog.FdKind;
import seamtape.catalog.FileOperation;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.workload.Argument;
import seamtape.workload.Expectation;
import seamtape.workload.Expression;
import seamtape.workload.ExpressionParser;
import seamtape.workload.Step;

/** Reads the calls among the steps, and makes their results known by name. */
final class Calls {
  static final List<String> FILE_VERBS =
      List.of("open", "close", "dup", "eventfd", "mmap", "munmap");

  /** KVM_RUNs of one step, unless it says otherwise. */
  private static final long DEFAULT_MAX_RUNS = 1_000_000;

  /** What KVM_GET_VCPU_MMAP_SIZE answers on x86: kvm_run, the PIO page, the coalesced ring. */
  private static final long VCPU_MMAP_SIZE = 3 * 4096;

  private static final long O_RDWR_CLOEXEC = 0x80002;
  private static final long PROT_READ_WRITE = 3;
  private static final long MAP_SHARED_FIXED = 0x11;
  private static final long MAP_PRIVATE_FIXED_ANONYMOUS = 0x32;

  private final Values values;
  private final Names names;

  Calls(Values values) {
    this.values = values;
    this.names = values.names();
  }

  Step call(YamlNode at, String name, List<YamlNode.Entry> entries, YamlNode expect, String result)
      throws WorkloadException {
    Commands.Command command = Commands.find(name).orElse(null);
    if (command != null) {
      return command(at, command, entries, expect, result);
    }
    KvmIoctl row = Steps.row(at, name);
    Arguments arguments = Arguments.read(row, at, entries, values);
    if (row == KvmIoctl.KVM_RUN) {
      return run(at, arguments, expect, result);
    }
    Argument argument = arguments.argument();
    Expression on = arguments.on();
    StructLayout written = row.writesMemory() ? Structs.of(row.struct()) : null;
    Expectation expectation = expectation(expect, written, false);
    define(result, kind(row, written));
    Expression request = Expression.of(row.number() & 0xffff_ffffL);
    return new Step.Ioctl(at.position(), result, on, row, request, argument, expectation);
  }

  private Step command(
      YamlNode at,
      Commands.Command command,
      List<YamlNode.Entry> entries,
      YamlNode expect,
      String result)
      throws WorkloadException {
    Commands commands = new Commands(values);
    Expression on = commands.on(at, command, entries);
    Argument argument = commands.argument(at, command, entries);
    StructLayout written =
        argument.pointed() == null ? command.command() : argument.pointed().target().layout();
    Expectation expectation = expectation(expect, written, false);
    define(result, Names.Known.struct(written, false));
    Expression request = Expression.of(Commands.row().number() & 0xffff_ffffL);
    return new Step.Ioctl(
        at.position(), result, on, Commands.row(), request, argument, expectation);
  }

  private static Names.Known kind(KvmIoctl row, StructLayout written) {
    if (row.makes().isPresent()) {
      return Names.Known.fd(row.makes().get());
    }
    return written == null ? Names.Known.NUMBER : Names.Known.struct(written, false);
  }

  private void define(String name, Names.Known known) {
    if (name != null) {
      names.define(name, known);
    }
  }

  private Expectation expectation(YamlNode node, StructLayout written, boolean runs)
      throws WorkloadException {
    return node == null ? null : new Expectations(values, written, runs).read(node);
  }

  private Step run(YamlNode at, Arguments arguments, YamlNode expect, String result)
      throws WorkloadException {
    List<KvmExit> until = new ArrayList<>();
    Expression max = Expression.of(DEFAULT_MAX_RUNS);
    Map<Long, List<Expression>> io = new LinkedHashMap<>();
    Map<Long, List<Expression>> mmio = new LinkedHashMap<>();
    Iterator<YamlNode.Entry> entries = arguments.rest().iterator();
    while (entries.hasNext()) {
      YamlNode.Entry entry = entries.next();
      YamlNode value = entry.value();
      switch (entry.key()) {
        case "until" -> {
          for (YamlNode item : value.isList() ? value.list("until") : List.of(value)) {
            until.add(Expectations.reason(item, values));
          }
        }
        case "max" -> max = values.number(value, "max");
        case "io" -> answers(value, io);
        case "mmio" -> answers(value, mmio);
        default ->
            throw entry
                .keyNode()
                .error("KVM_RUN takes on, arg, until, max, io and mmio, not " + entry.key());
      }
      entries.remove();
    }
    Expression argument = arguments.argument().at();
    Expression on = arguments.on();
    Expectation expectation = expectation(expect, null, true);
    define(result, Names.Known.NUMBER);
    return new Step.Run(at.position(), result, on, argument, until, max, io, mmio, expectation);
  }

  private void answers(YamlNode node, Map<Long, List<Expression>> answers)
      throws WorkloadException {
    for (YamlNode.Entry entry : node.map("answers")) {
      long place = values.constant(entry.keyNode(), "the port or address");
      answers.put(place, values.numbers(entry.value(), "an answer"));
    }
  }

  Step rawIoctl(YamlNode at, List<YamlNode.Entry> entries, YamlNode expect, String result)
      throws WorkloadException {
    Map<String, Expression> given = numbers(entries, List.of("on", "request", "arg"));
    require(at, given, "on", "request");
    define(result, Names.Known.NUMBER);
    return new Step.Ioctl(
        at.position(),
        result,
        given.get("on"),
        null,
        given.get("request"),
        Argument.value(given.getOrDefault("arg", Expression.of(0))),
        expectation(expect, null, false));
  }

  Step write(YamlNode at, List<YamlNode.Entry> entries, YamlNode expect) throws WorkloadException {
    Map<String, Expression> given = numbers(entries, List.of("on", "value"));
    require(at, given, "on", "value");
    return new Step.EventfdWrite(
        at.position(), given.get("on"), given.get("value"), expectation(expect, null, false));
  }

  /** A file operation in words: {@code open /dev/kvm}, {@code mmap vcpu}. */
  Step file(YamlNode at, String verb, String object, YamlNode expect, String result)
      throws WorkloadException {
    if (verb.equals("open")) {
      return file(at, verb, object, Map.of(), expect, result);
    }
    Map<String, Expression> given = new LinkedHashMap<>();
    if (!object.isEmpty()) {
      given.put(FileKeys.of(verb).get(0), number(at, object));
    }
    if (verb.equals("munmap") && !given.isEmpty()) {
      given.put("length", names.get(object) == null ? null : lengthOf(at, object));
    }
    if (verb.equals("close")) {
      names.closed(object);
    }
    return file(at, verb, "", given, expect, result);
  }

  private Expression lengthOf(YamlNode at, String name) throws WorkloadException {
    Names.Known known = names.get(name);
    if (known.mapped()) {
      return Expression.of(VCPU_MMAP_SIZE);
    }
    if (names.has(name + ".size")) {
      return Expression.of(names.get(name + ".size").value());
    }
    throw at.error("munmap: give the length, as in munmap: {at: ram, length: 0x1000}");
  }

  /** A file operation with its fields: {@code mmap: {on: vcpu, length: 0x3000}}. */
  Step file(YamlNode at, String verb, List<YamlNode.Entry> entries, YamlNode expect, String result)
      throws WorkloadException {
    String path = "";
    List<YamlNode.Entry> rest = new ArrayList<>();
    for (YamlNode.Entry entry : entries) {
      if (verb.equals("open") && entry.key().equals("path")) {
        path = entry.value().scalar("path");
      } else {
        rest.add(entry);
      }
    }
    return file(at, verb, path, numbers(rest, FileKeys.of(verb)), expect, result);
  }

  private Step file(
      YamlNode at,
      String verb,
      String path,
      Map<String, Expression> given,
      YamlNode expect,
      String result)
      throws WorkloadException {
    if (verb.equals("open") && path.isEmpty()) {
      throw at.error("open needs a path, as in open /dev/kvm");
    }
    FileOperation operation = FileOperation.valueOf(verb.toUpperCase(Locale.ROOT));
    List<Expression> fields =
        switch (operation) {
          case OPEN -> List.of(given.getOrDefault("flags", Expression.of(O_RDWR_CLOEXEC)));
          case CLOSE, DUP -> List.of(require(at, given, "on"));
          case EVENTFD ->
              List.of(
                  given.getOrDefault("initval", Expression.of(0)),
                  given.getOrDefault("flags", Expression.of(0)));
          case MMAP -> mmap(given);
          case MUNMAP -> List.of(require(at, given, "at", "length"), given.get("length"));
          case KVM_UNKNOWN_IOCTL -> throw new IllegalStateException(verb);
        };
    Expectation expectation = expectation(expect, null, false);
    define(result, made(operation, path, given));
    return new Step.FileCall(at.position(), result, operation, path, fields, expectation);
  }

  /** In the order of the row; a null address is chosen by the runner. */
  private static List<Expression> mmap(Map<String, Expression> given) {
    boolean anonymous = !given.containsKey("on");
    return Arrays.asList(
        given.get("at"),
        given.getOrDefault("length", Expression.of(VCPU_MMAP_SIZE)),
        given.getOrDefault("prot", Expression.of(PROT_READ_WRITE)),
        given.getOrDefault(
            "flags", Expression.of(anonymous ? MAP_PRIVATE_FIXED_ANONYMOUS : MAP_SHARED_FIXED)),
        given.getOrDefault("on", Expression.of(-1)),
        given.getOrDefault("offset", Expression.of(0)));
  }

  private Names.Known made(FileOperation operation, String path, Map<String, Expression> given) {
    return switch (operation) {
      case OPEN -> opened(path);
      case EVENTFD -> Names.Known.fd(FdKind.EVENTFD);
      case MMAP ->
          mapsVcpu(given) ? Names.Known.struct(Structs.of("kvm_run"), true) : Names.Known.NUMBER;
      case CLOSE, DUP, MUNMAP, KVM_UNKNOWN_IOCTL -> Names.Known.NUMBER;
    };
  }

  private static Names.Known opened(String path) {
    return switch (path) {
      case "/dev/kvm" -> Names.Known.fd(FdKind.SYSTEM);
      case "/dev/seamcall" -> Names.Known.fd(FdKind.DEVICE);
      default -> Names.Known.NUMBER;
    };
  }

  private boolean mapsVcpu(Map<String, Expression> given) {
    return given.get("on") instanceof Expression.Name name
        && names.has(name.name())
        && names.get(name.name()).fd() == FdKind.VCPU
        && !given.containsKey("offset");
  }

  private Expression number(YamlNode at, String text) throws WorkloadException {
    try {
      return ExpressionParser.parse(text, names::resolve);
    } catch (IllegalArgumentException e) {
      throw at.error(e.getMessage());
    }
  }

  private Map<String, Expression> numbers(List<YamlNode.Entry> entries, List<String> keys)
      throws WorkloadException {
    Map<String, Expression> numbers = new LinkedHashMap<>();
    for (YamlNode.Entry entry : entries) {
      if (!keys.contains(entry.key())) {
        throw entry.keyNode().error("takes " + String.join(", ", keys) + ", not " + entry.key());
      }
      numbers.put(entry.key(), values.number(entry.value(), entry.key()));
    }
    return numbers;
  }

  private static Expression require(YamlNode at, Map<String, Expression> given, String... keys)
      throws WorkloadException {
    for (String key : keys) {
      if (given.get(key) == null) {
        throw at.error(key + ": is missing");
      }
    }
    return given.get(keys[0]);
  }

  /** What each file operation may be given; first what a single word stands for. */
  private static final class FileKeys {
    static List<String> of(String verb) {
      return switch (verb) {
        case "open" -> List.of("path", "flags");
        case "close", "dup" -> List.of("on");
        case "eventfd" -> List.of("initval", "flags");
        case "mmap" -> List.of("on", "at", "length", "prot", "flags", "offset");
        case "munmap" -> List.of("at", "length");
        default -> throw new IllegalStateException(verb);
      };
    }
  }
}
