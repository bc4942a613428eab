package seamtape.recorder.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.workload.Argument.Assignment;
import seamtape.workload.Expression;

/** Reads values of struct fields: flat paths, nested mappings, lists for arrays. */
final class Fields {
  /** Entries of one array. */
  private static final int MAX_ENTRIES = 8192;

  /** The field that says how many entries the flexible array of a struct has. */
  private static final Map<String, String> COUNTS =
      Map.of(
          "kvm_msrs", "nmsrs",
          "kvm_msr_list", "nmsrs",
          "kvm_cpuid", "nent",
          "kvm_cpuid2", "nent",
          "kvm_irq_routing", "nr",
          "kvm_signal_mask", "len",
          "kvm_reg_list", "n",
          "kvm_pmu_event_filter", "nevents");

  private final StructLayout layout;
  private final Values values;
  private final List<Assignment> assignments = new ArrayList<>();

  private Fields(StructLayout layout, Values values) {
    this.layout = layout;
    this.values = values;
  }

  static List<Assignment> read(
      StructLayout layout, String prefix, List<YamlNode.Entry> entries, Values values)
      throws WorkloadException {
    Fields fields = new Fields(layout, values);
    for (YamlNode.Entry entry : entries) {
      fields.add(entry.keyNode(), prefix + entry.key(), entry.value());
    }
    return fields.assignments;
  }

  /** The count field of the struct's flexible array; empty where there is none. */
  static Optional<String> countField(StructLayout layout) {
    return Optional.ofNullable(COUNTS.get(layout.name()));
  }

  private void add(YamlNode key, String path, YamlNode value) throws WorkloadException {
    if (value.isMap()) {
      for (YamlNode.Entry member : value.map(path)) {
        add(member.keyNode(), path + "." + member.key(), member.value());
      }
    } else if (value.isList()) {
      addList(key, path, value);
    } else {
      addScalar(key, path, value);
    }
  }

  private void addList(YamlNode key, String path, YamlNode value) throws WorkloadException {
    List<YamlNode> items = value.list(path);
    StructLayout.Place place = place(key, path);
    if (!place.field().array()) {
      throw value.error(path + " is not an array");
    }
    if (items.size() > MAX_ENTRIES) {
      throw value.error(path + " has more than " + MAX_ENTRIES + " entries");
    }
    for (int i = 0; i < items.size(); i++) {
      add(items.get(i), path + "[" + i + "]", items.get(i));
    }
  }

  private void addScalar(YamlNode key, String path, YamlNode value) throws WorkloadException {
    StructLayout.Place place = place(key, path);
    boolean wholeArray = place.field().array() && !path.endsWith("]");
    if (wholeArray) {
      addBytes(path, place, value);
    } else if (place.size() > 8 || place.size() == 0) {
      throw value.error(
          path
              + " is a struct "
              + place.field().type()
              + "; give its fields, as in "
              + path
              + "."
              + firstField(place.field()));
    } else {
      Expression number = values.number(value, path);
      checkFits(path, place, number, value);
      assignments.add(new Assignment(value.position(), path, place, number, null));
    }
  }

  private static String firstField(StructField field) {
    return Structs.find(field.type()).map(inner -> inner.fields().get(0).name()).orElse("name");
  }

  private void addBytes(String path, StructLayout.Place place, YamlNode value)
      throws WorkloadException {
    byte[] bytes = Values.hex(value, path);
    int room = place.field().flexible() ? MAX_ENTRIES * place.field().elementSize() : place.size();
    if (bytes.length > room) {
      throw value.error(path + " has room for " + room + " bytes, not " + bytes.length);
    }
    StructLayout.Place exact = new StructLayout.Place(place.offset(), bytes.length, place.field());
    assignments.add(new Assignment(value.position(), path, exact, null, bytes));
  }

  private static void checkFits(
      String path, StructLayout.Place place, Expression number, YamlNode value)
      throws WorkloadException {
    int bits = place.field().bitSize() > 0 ? place.field().bitSize() : 8 * place.size();
    if (!(number instanceof Expression.Constant constant) || bits == 64) {
      return;
    }
    if (constant.value() >= 1L << bits || constant.value() < -(1L << (bits - 1))) {
      throw value.error(
          "0x"
              + Long.toHexString(constant.value())
              + " does not fit "
              + path
              + ", which has "
              + bits
              + " bits");
    }
  }

  private StructLayout.Place place(YamlNode key, String path) throws WorkloadException {
    Optional<StructLayout.Place> place = layout.locate(path);
    if (place.isEmpty()) {
      throw key.error(
          "struct "
              + layout.name()
              + " has no field "
              + path
              + Nearest.hint(path, names(layout))
              + " Its fields: "
              + String.join(", ", topLevel(layout)));
    }
    return place.get();
  }

  private static List<String> topLevel(StructLayout layout) {
    return layout.fields().stream()
        .map(StructField::name)
        .filter(name -> name.indexOf('.') < 0)
        .limit(40)
        .toList();
  }

  /** Paths worth suggesting: the fields, and the members of nested structs. */
  static List<String> names(StructLayout layout) {
    List<String> names = new ArrayList<>();
    for (StructField field : layout.fields()) {
      names.add(field.name());
      Structs.find(field.type())
          .filter(inner -> !inner.name().equals(layout.name()) && !field.array())
          .ifPresent(
              inner -> inner.fields().forEach(f -> names.add(field.name() + "." + f.name())));
    }
    return names;
  }
}
