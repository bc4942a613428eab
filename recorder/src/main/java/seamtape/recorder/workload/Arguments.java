package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.workload.Argument;
import seamtape.workload.Argument.Assignment;
import seamtape.workload.Expression;

/** Reads what stands in the braces of an ioctl: the fd, and the value or struct it is given. */
final class Arguments {
  private final KvmIoctl row;
  private final Values values;
  private final YamlNode call;
  private Expression on;
  private Expression at;
  private String from;
  private byte[] bytes;
  private long room;
  private final List<YamlNode.Entry> rest = new ArrayList<>();

  private Arguments(KvmIoctl row, YamlNode call, Values values) {
    this.row = row;
    this.call = call;
    this.values = values;
  }

  /** The keys {@code on, arg, from, bytes, room}; all others are left in {@link #rest}. */
  static Arguments read(KvmIoctl row, YamlNode call, List<YamlNode.Entry> entries, Values values)
      throws WorkloadException {
    Arguments arguments = new Arguments(row, call, values);
    for (YamlNode.Entry entry : entries) {
      arguments.take(entry);
    }
    return arguments;
  }

  private void take(YamlNode.Entry entry) throws WorkloadException {
    YamlNode value = entry.value();
    String key = entry.key();
    if (key.equals("on")) {
      on = values.number(value, key);
    } else if (key.equals("arg") || (row.takesValue() && key.equals(argumentName()))) {
      at = values.number(value, key);
    } else if (key.equals("from") && row.pointer()) {
      from = struct(value);
    } else if (key.equals("bytes") && row.pointer()) {
      bytes = Values.hex(value, key);
    } else if (key.equals("room") && row.pointer()) {
      room = values.constant(value, key);
    } else {
      rest.add(entry);
    }
  }

  private String argumentName() {
    return row.in().get(1).name();
  }

  private String struct(YamlNode value) throws WorkloadException {
    String name = value.scalar("from");
    Names.Known known = values.names().get(name);
    if (known == null || known.layout() == null || known.mapped()) {
      throw value.error(
          "from: needs the name of a struct that an earlier call returned, as in regs:"
              + " KVM_GET_REGS"
              + Nearest.hint(name, values.names().all()));
    }
    return name;
  }

  /** Entries that are not arguments of every call; removed by who understands them. */
  List<YamlNode.Entry> rest() {
    return rest;
  }

  Expression on() throws WorkloadException {
    return on != null ? on : infer();
  }

  /** The only open fd that the call can be made on. */
  private Expression infer() throws WorkloadException {
    List<String> candidates = new ArrayList<>();
    for (FdKind kind : row.on()) {
      candidates.addAll(values.names().fds(kind));
    }
    if (candidates.size() == 1) {
      return new Expression.Name(candidates.get(0));
    }
    if (candidates.size() > 1) {
      throw call.error(
          row.name()
              + ": on which of "
              + String.join(", ", candidates)
              + "? Say it with {on: "
              + candidates.get(0)
              + "}");
    }
    throw call.error(
        row.name()
            + " is made on a "
            + kinds()
            + " fd, and none is open here; say which with {on: NAME}");
  }

  private String kinds() {
    Set<String> kinds = new LinkedHashSet<>();
    for (FdKind kind : row.on()) {
      kinds.add(kind.name());
    }
    return String.join(" or ", kinds);
  }

  Argument argument() throws WorkloadException {
    if (row.pointer()) {
      return struct();
    }
    refuseRest();
    return Argument.value(at == null ? Expression.of(0) : at);
  }

  void refuseRest() throws WorkloadException {
    if (!rest.isEmpty()) {
      YamlNode.Entry entry = rest.get(0);
      List<String> known =
          row.takesValue() ? List.of("on", "arg", argumentName()) : List.of("on", "arg");
      throw entry
          .keyNode()
          .error(
              row.name()
                  + " has no argument "
                  + entry.key()
                  + Nearest.hint(entry.key(), known)
                  + " It takes: "
                  + String.join(", ", known));
    }
  }

  private Argument struct() throws WorkloadException {
    StructLayout layout = Structs.of(row.struct());
    List<Assignment> fields = new ArrayList<>(Fields.read(layout, "", rest, values));
    int size = size(layout, fields);
    if (from == null && bytes == null) {
      countEntries(layout, fields);
    }
    if (bytes != null) {
      size = Math.max(size, bytes.length);
    }
    if (size > Argument.MAX_SIZE) {
      throw call.error("an argument has at most " + Argument.MAX_SIZE + " bytes, not " + size);
    }
    return new Argument(layout, at, from, bytes, fields, size, null);
  }

  /** Fills in how many entries the array has, where the author did not. */
  private void countEntries(StructLayout layout, List<Assignment> fields) {
    var count = Fields.countField(layout);
    var array = layout.flexibleArray();
    if (count.isEmpty() || array.isEmpty() || sets(fields, count.get())) {
      return;
    }
    int end = end(fields);
    int bytesOfArray = end - array.get().offset();
    if (bytesOfArray > 0) {
      int element = array.get().elementSize();
      fields.add(
          new Assignment(
              call.position(),
              count.get(),
              layout.locate(count.get()).orElseThrow(),
              Expression.of((bytesOfArray + element - 1) / element),
              null));
    }
  }

  private static boolean sets(List<Assignment> fields, String path) {
    return fields.stream().anyMatch(f -> f.path().equals(path));
  }

  /** The struct, its entries, and the room that a given count asks for. */
  private int size(StructLayout layout, List<Assignment> fields) {
    long size = Math.max(layout.size() + Math.min(room, Argument.MAX_SIZE + 1L), end(fields));
    var array = layout.flexibleArray();
    var count = Fields.countField(layout);
    if (array.isPresent() && count.isPresent()) {
      for (Assignment field : fields) {
        if (field.path().equals(count.get())
            && field.number() instanceof Expression.Constant constant) {
          long entries = Math.max(0, Math.min(constant.value(), 4200));
          size = Math.max(size, layout.size() + entries * array.get().elementSize());
        }
      }
    }
    return (int) size;
  }

  private static int end(List<Assignment> fields) {
    return fields.stream().mapToInt(f -> f.place().offset() + f.place().size()).max().orElse(0);
  }
}
