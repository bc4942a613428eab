package seamtape.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import seamtape.catalog.FdKind;
import seamtape.catalog.SevCommand;
import seamtape.catalog.StructField;
import seamtape.catalog.Structs;
import seamtape.catalog.TdxCommand;
import seamtape.sim.coverage.Coverage;
import seamtape.sim.coverage.Status;

/**
 * A command of KVM_MEMORY_ENCRYPT_OP as a row of the catalog.
 *
 * @param outer the struct that the ioctl takes
 * @param struct what its {@code data} points to; empty for nothing
 */
record SubCommand(
    String family,
    String name,
    int id,
    FdKind on,
    String outer,
    String struct,
    String doc,
    Function<Coverage, Status> answered) {

  static List<SubCommand> all() {
    List<SubCommand> all = new ArrayList<>();
    for (SevCommand row : SevCommand.values()) {
      all.add(
          new SubCommand(
              "sev",
              row.name(),
              row.id(),
              FdKind.VM,
              "kvm_sev_cmd",
              row.struct(),
              row.doc(),
              coverage -> coverage.status(row)));
    }
    for (TdxCommand row : TdxCommand.values()) {
      all.add(
          new SubCommand(
              "tdx",
              row.name(),
              row.id(),
              row.on(),
              "kvm_tdx_cmd",
              row.struct(),
              row.doc(),
              coverage -> coverage.status(row)));
    }
    return all;
  }

  Status status(String profile) {
    return answered.apply(Coverage.of(profile));
  }

  private List<StructField> fields() {
    return struct.isEmpty() ? List.of() : Structs.of(struct).fields();
  }

  /** How it is made, then the struct behind {@code data} field by field. */
  List<String> details() {
    List<String> lines = new ArrayList<>();
    String fd = on.name().toLowerCase(Locale.ROOT);
    lines.add("    KVM_MEMORY_ENCRYPT_OP on a " + fd + " fd: id " + id + " of struct " + outer);
    if (!struct.isEmpty()) {
      lines.add("    its data points to struct " + struct + ":");
    }
    for (StructField field : fields()) {
      String type = field.type() + (field.array() ? "[" + count(field) + "]" : "");
      lines.add(String.format("    @%-4d %-24s %s", field.offset(), field.name(), type));
    }
    return lines;
  }

  private static String count(StructField field) {
    return field.flexible() ? "" : Integer.toString(field.count());
  }

  Map<String, Object> document(List<String> profiles) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", name);
    document.put("family", family);
    document.put("number", "0x" + Integer.toHexString(id));
    List<Object> fields = new ArrayList<>();
    for (StructField field : fields()) {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("name", field.name());
      told.put("offset", field.offset());
      told.put("format", field.type());
      fields.add(told);
    }
    document.put("fields", fields);
    Map<String, Object> answers = new LinkedHashMap<>();
    profiles.forEach(profile -> answers.put(profile, status(profile).text()));
    document.put("profiles", answers);
    document.put("doc", doc);
    return document;
  }
}
