package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.catalog.TdxCommand;
import seamtape.workload.Argument;
import seamtape.workload.Argument.Assignment;
import seamtape.workload.Expression;

/**
 * Sub-commands of KVM_MEMORY_ENCRYPT_OP by their own names: {@code KVM_TDX_INIT_VM: {xfam: 3}}
 * stands for the ioctl with a command struct whose {@code data} points to the command's own.
 */
final class Commands {
  /** Room for an array at the end of a command's struct, where it says nothing of its size. */
  private static final int MAX_ROOM = 0x8000;

  /**
   * @param on kind of fd that takes it
   * @param command the struct of the ioctl
   * @param data the struct that its data points to; null where data is a number or nothing
   */
  record Command(FdKind on, int id, StructLayout command, StructLayout data) {}

  private final Values values;

  Commands(Values values) {
    this.values = values;
  }

  static Optional<Command> find(String name) {
    for (TdxCommand row : TdxCommand.values()) {
      if (row.name().equals(name)) {
        return Optional.of(
            new Command(row.on(), row.id(), layout("kvm_tdx_cmd"), of(row.struct())));
      }
    }
    for (SevCommand row : SevCommand.values()) {
      if (row.name().equals(name)) {
        return Optional.of(
            new Command(FdKind.VM, row.id(), layout("kvm_sev_cmd"), of(row.struct())));
      }
    }
    return Optional.empty();
  }

  /** The names of all commands. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    for (TdxCommand row : TdxCommand.values()) {
      names.add(row.name());
    }
    for (SevCommand row : SevCommand.values()) {
      names.add(row.name());
    }
    return names;
  }

  private static StructLayout layout(String name) {
    return Structs.of(name);
  }

  private static StructLayout of(String struct) {
    return struct.isEmpty() ? null : Structs.of(struct);
  }

  /** The fd: as given, else the only open one of the kind that takes the command. */
  Expression on(YamlNode at, Command command, List<YamlNode.Entry> entries)
      throws WorkloadException {
    for (YamlNode.Entry entry : entries) {
      if (entry.key().equals("on")) {
        return values.number(entry.value(), "on");
      }
    }
    List<String> open = values.names().fds(command.on());
    if (open.size() == 1) {
      return new Expression.Name(open.get(0));
    }
    throw at.error(
        "made on a "
            + command.on().name()
            + " fd, of which "
            + (open.isEmpty() ? "none is" : String.join(", ", open) + " are")
            + " open here; say which with {on: NAME}");
  }

  Argument argument(YamlNode at, Command command, List<YamlNode.Entry> entries)
      throws WorkloadException {
    List<YamlNode.Entry> outer = new ArrayList<>();
    List<YamlNode.Entry> inner = new ArrayList<>();
    long room = 0;
    for (YamlNode.Entry entry : entries) {
      if (entry.key().equals("room")) {
        room = values.constant(entry.value(), "room");
      } else if (!entry.key().equals("on")) {
        boolean own = command.data() == null || belongsToCommand(command, entry.key());
        (own ? outer : inner).add(entry);
      }
    }
    if (room < 0 || room > MAX_ROOM) {
      throw at.error("room: 0 to " + MAX_ROOM + " bytes");
    }
    List<Assignment> fields = new ArrayList<>();
    fields.add(number(at, command.command(), "id", Expression.of(command.id())));
    fields.addAll(Fields.read(command.command(), "", outer, values));
    boolean pointed = command.data() != null && fields.stream().noneMatch(f -> is(f, "data"));
    return new Argument(
        command.command(),
        null,
        null,
        null,
        fields,
        command.command().size(),
        pointed ? data(at, command, inner, (int) room) : null);
  }

  private static boolean belongsToCommand(Command command, String key) {
    return command.command().locate(key).isPresent() && command.data().locate(key).isEmpty();
  }

  private static boolean is(Assignment field, String path) {
    return field.path().equals(path);
  }

  private static Assignment number(
      YamlNode at, StructLayout layout, String path, Expression value) {
    return new Assignment(at.position(), path, layout.locate(path).orElseThrow(), value, null);
  }

  private Argument.Pointed data(
      YamlNode at, Command command, List<YamlNode.Entry> entries, int room)
      throws WorkloadException {
    StructLayout layout = command.data();
    List<Assignment> fields = new ArrayList<>(Fields.read(layout, "", entries, values));
    int end = fields.stream().mapToInt(f -> f.place().offset() + f.place().size()).max().orElse(0);
    countCpuid(at, layout, fields, end);
    int size = Math.max(layout.size() + room, end);
    Argument data = new Argument(layout, null, null, null, fields, size, null);
    return new Argument.Pointed(command.command().locate("data").orElseThrow(), data);
  }

  /** Fills in how many CPUID entries there are, where the author did not. */
  private static void countCpuid(
      YamlNode at, StructLayout layout, List<Assignment> fields, int end) {
    boolean counted = fields.stream().anyMatch(field -> is(field, "cpuid.nent"));
    if (counted || end <= layout.size() || layout.locate("cpuid.nent").isEmpty()) {
      return;
    }
    int entry = Structs.of("kvm_cpuid_entry2").size();
    Expression count = Expression.of((end - layout.size() + entry - 1) / entry);
    fields.add(number(at, layout, "cpuid.nent", count));
  }

  static KvmIoctl row() {
    return KvmIoctl.KVM_MEMORY_ENCRYPT_OP;
  }
}
