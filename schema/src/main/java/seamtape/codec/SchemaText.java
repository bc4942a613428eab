package seamtape.codec;

import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Field;
import seamtape.catalog.Format;
import seamtape.catalog.Role;
import seamtape.event.Phase;
import seamtape.json.JsonWriter;

/** Writes the schema of a list of branches: in full, and as Avro's parsing canonical form. */
final class SchemaText {
  static final String COPY = "seamtape.Copy";
  private static final String WHO =
      "dt: time since the event before. who: kind in bits 1:0, 0 a thread whose id is the rest, 1 a"
          + " vCPU, 2 a TD; then, and in on, a subject: bits 1:0 and 14:4 are vCPU + 1, bits 3:2 and"
          + " 63:15 are VM + 1, 0 none. parent, enter: events back. A record of .brief: its row's"
          + " other fields are 0.";

  static final List<String> RESERVED =
      List.of("dt", "actor", "subject", "who", "on", "parent", "enter", "copies");

  /** The format that is not written. */
  static final Format USUAL_FORMAT = Format.HEX;

  private final StringBuilder text = new StringBuilder();
  private final boolean full;
  private boolean copyDefined;
  private boolean whoTold;

  private SchemaText(boolean full) {
    this.full = full;
  }

  static String full(List<Branch> branches) {
    return new SchemaText(true).union(branches);
  }

  static String canonical(List<Branch> branches) {
    return new SchemaText(false).union(branches);
  }

  /** The Avro name of a row's field: its own, with an underscore where a common field has it. */
  static String name(Field field) {
    return RESERVED.contains(field.name()) ? field.name() + "_" : field.name();
  }

  private String union(List<Branch> branches) {
    text.append('[');
    for (int i = 0; i < branches.size(); i++) {
      text.append(i == 0 ? "" : full ? ",\n" : ",");
      record(branches.get(i));
    }
    return text.append(full ? "]\n" : "]").toString();
  }

  private void record(Branch branch) {
    text.append("{\"name\":\"").append(branch.name()).append("\",\"type\":\"record\"");
    if (full && branch.phase() != Phase.RETURN && !branch.brief()) {
      describe(branch.call());
    }
    text.append(",\"fields\":[");
    common("dt");
    text.append(',');
    who();
    if (branch.link() != null) {
      text.append(',');
      common(branch.link());
    }
    for (Field field : branch.fields()) {
      text.append(',');
      field(field, branch.phase());
    }
    if (branch.copies()) {
      text.append(",{\"name\":\"copies\",\"type\":{\"type\":\"array\",\"items\":");
      copy();
      text.append("}}");
    }
    text.append("]}");
  }

  private void describe(Call call) {
    text.append(",\"family\":\"").append(call.family());
    text.append("\",\"number\":").append(Integer.toUnsignedLong(call.number()));
    if (!call.label().equals(call.name())) {
      property("label", call.label());
    }
    property("doc", call.doc());
  }

  /** Tells once, at the first record, how the numbers are to be read. */
  private void who() {
    if (!full || whoTold) {
      common("who");
      return;
    }
    whoTold = true;
    text.append("{\"name\":\"who\",\"type\":\"long\"");
    property("doc", WHO);
    text.append('}');
  }

  private void common(String name) {
    text.append("{\"name\":\"").append(name).append("\",\"type\":\"long\"}");
  }

  private void field(Field field, Phase phase) {
    text.append("{\"name\":\"").append(name(field)).append("\",\"type\":\"long\"");
    if (full) {
      if (field.format() != USUAL_FORMAT) {
        property("format", field.format().name());
      }
      if (field.role() != usual(phase)) {
        property("role", field.role().name());
      }
    }
    text.append('}');
  }

  /** The role that is not written. */
  static Role usual(Phase phase) {
    return phase == Phase.RETURN ? Role.OUTCOME : Role.STIMULUS;
  }

  /** Avro wants a named type written out at its first use and named after. */
  private void copy() {
    if (copyDefined) {
      text.append('"').append(COPY).append('"');
      return;
    }
    copyDefined = true;
    text.append("{\"name\":\"").append(COPY).append("\",\"type\":\"record\",\"fields\":[");
    common("at");
    text.append(",{\"name\":\"bytes\",\"type\":\"bytes\"}]}");
  }

  private void property(String name, String value) {
    text.append(",\"").append(name).append("\":");
    new JsonWriter(text).value(value);
  }
}
