package seamtape.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The text of {@code docs/CALLS.md}: every row of the catalog, derived, never written by hand. */
public final class CallsDocument {
  private static final Map<Family, String> TITLES =
      Map.of(
          Family.FILE_OPERATION, "File operations",
          Family.KVM_IOCTL, "KVM ioctls",
          Family.SEAMCALL, "SEAMCALL: the host asks the TDX module",
          Family.TDCALL, "TDCALL: a TD asks the TDX module",
          Family.TDVMCALL, "TDVMCALL: a TD asks the VMM",
          Family.KVM_HYPERCALL, "KVM hypercalls",
          Family.HYPERV_HYPERCALL, "Hyper-V hypercalls",
          Family.XEN_HYPERCALL, "Xen hypercalls",
          Family.INPUT, "Inputs");

  private final StringBuilder text = new StringBuilder();

  private CallsDocument() {}

  public static String text() {
    CallsDocument document = new CallsDocument();
    document.head();
    for (Family family : Family.values()) {
      document.family(family);
    }
    document.subCommands();
    return document.text.toString();
  }

  private void head() {
    text.append("# Calls\n\n");
    text.append("Derived from the catalog (`seamtape.catalog`); `-Dgolden=update` rewrites it.\n");
    text.append("A call has in-fields when it is entered and out-fields when it returns. Every\n");
    text.append("in-field is a stimulus, every out-field an outcome but those marked *cost*.\n\n");
    text.append("| family | word in filters | calls |\n|---|---|---|\n");
    for (Family family : Family.values()) {
      row(TITLES.get(family), "`" + family.label() + "`", String.valueOf(calls(family).size()));
    }
    text.append('\n');
  }

  private static List<Call> calls(Family family) {
    return Catalog.calls().stream().filter(call -> call.family() == family).toList();
  }

  private void family(Family family) {
    text.append("## ").append(TITLES.get(family)).append("\n\n");
    boolean ioctls = family == Family.KVM_IOCTL;
    text.append(ioctls ? "| call | number | on | " : "| call | number | ");
    text.append("in | out | since | what it does |\n");
    text.append(ioctls ? "|---|---|---|---|---|---|---|\n" : "|---|---|---|---|---|---|\n");
    for (Call call : calls(family)) {
      if (call instanceof KvmIoctl ioctl) {
        ioctl(ioctl);
      } else {
        call(call);
      }
    }
    text.append('\n');
  }

  private void ioctl(KvmIoctl call) {
    String gone = call.gone() ? "; not dispatched by Linux 7.3" : "";
    row(
        "`" + call.name() + "`",
        number(call),
        call.on().stream().map(CallsDocument::word).collect(Collectors.joining(", ")),
        argument(call),
        fields(call.out()),
        call.since(),
        call.doc() + gone);
  }

  private static String word(FdKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static String argument(KvmIoctl call) {
    if (!call.pointer()) {
      return call.takesValue() ? fields(call.in().subList(1, 2)) : "";
    }
    String flow = call.writesMemory() ? (call.readsMemory() ? "in, out" : "out") : "in";
    String array = call.readsArray() || call.writesArray() ? " and its array" : "";
    String type = call.struct().equals("u64") ? "`u64`" : "`struct " + call.struct() + "`";
    return type + array + ", " + flow;
  }

  private void call(Call call) {
    String name =
        call.label().equals(call.name())
            ? "`" + call.name() + "`"
            : "`" + call.name() + "` " + call.label();
    row(name, number(call), fields(call.in()), fields(call.out()), call.since(), call.doc());
  }

  private static String number(Call call) {
    if (call.family() == Family.FILE_OPERATION || call.family() == Family.INPUT) {
      return "";
    }
    return call.number() == Call.UNKNOWN_NUMBER
        ? "any other"
        : "0x" + Integer.toHexString(call.number());
  }

  private static String fields(List<Field> fields) {
    return fields.stream().map(CallsDocument::field).collect(Collectors.joining("; "));
  }

  private static String field(Field field) {
    String cost = field.role() == Role.COST ? " *cost*" : "";
    String doc = field.doc().isEmpty() || field.name().equals("ret") ? "" : " " + field.doc();
    return "`" + field.name() + "`" + cost + doc;
  }

  private void subCommands() {
    text.append("## Sub-commands of KVM_MEMORY_ENCRYPT_OP\n\n");
    text.append("| vendor | command | id | struct | since | what it does |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (SevCommand command : SevCommand.values()) {
      String struct = struct(command.struct());
      row("amd", code(command), id(command.id()), struct, command.since(), command.doc());
    }
    for (TdxCommand command : TdxCommand.values()) {
      row("intel", code(command), id(command.id()), struct(command.struct()), "", command.doc());
    }
  }

  private static String code(Enum<?> constant) {
    return "`" + constant.name() + "`";
  }

  private static String id(int id) {
    return Integer.toString(id);
  }

  private static String struct(String name) {
    return name.isEmpty() ? "" : "`" + name + "`";
  }

  private void row(String... cells) {
    text.append("| ");
    text.append(
        List.of(cells).stream()
            .map(cell -> cell.replace("|", "\\|"))
            .collect(Collectors.joining(" | ")));
    text.append(" |\n");
  }
}
