package seamtape.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.catalog.Format;
import seamtape.catalog.Role;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Reads another build's schema with Avro's parser and maps its records to rows, by names. */
final class WriterSchema {
  private static final int MAX_BRANCHES = 1 << 16;

  /** The records of one row. */
  private static final class Row {
    Schema head;
    Schema tail;
    Call call;
  }

  private final Map<String, Row> rows = new LinkedHashMap<>();

  private WriterSchema() {}

  static EventSchema parse(String text) throws MalformedEventException {
    if (text.length() > EventSchema.MAX_CHARS) {
      throw malformed("the schema is longer than " + EventSchema.MAX_CHARS + " characters");
    }
    try {
      Schema schema = schema(text);
      if (schema.getType() != Schema.Type.UNION || schema.getTypes().size() > MAX_BRANCHES) {
        throw malformed("the schema is not a union of events");
      }
      return new WriterSchema().map(schema, text);
    } catch (AvroRuntimeException | StackOverflowError e) {
      String message = String.valueOf(e.getMessage());
      throw malformed("not an Avro schema: " + message.lines().findFirst().orElse(""));
    }
  }

  /** Avro's parser throws what it likes at a text that is none, a NullPointerException too. */
  private static Schema schema(String text) throws MalformedEventException {
    try {
      return new Schema.Parser().parse(text);
    } catch (AvroRuntimeException e) {
      throw e;
    } catch (RuntimeException e) {
      throw malformed("not an Avro schema");
    }
  }

  private EventSchema map(Schema union, String text) throws MalformedEventException {
    for (Schema record : union.getTypes()) {
      Phase phase = phase(record);
      Row row = rows.computeIfAbsent(record.getName(), name -> new Row());
      if (isBrief(record)) {
        continue;
      }
      if (phase == Phase.RETURN) {
        row.tail = record;
      } else {
        row.head = record;
      }
    }
    for (Map.Entry<String, Row> named : rows.entrySet()) {
      Row row = named.getValue();
      if (row.head == null) {
        throw malformed(named.getKey() + " has no enter record");
      }
      row.call = call(row);
    }
    List<Branch> branches = new ArrayList<>();
    for (Schema record : union.getTypes()) {
      branches.add(branch(record, rows.get(record.getName()).call));
    }
    return new EventSchema(text, SchemaNormalization.parsingFingerprint64(union), branches);
  }

  private static Phase phase(Schema record) throws MalformedEventException {
    String space = record.getType() == Schema.Type.RECORD ? record.getNamespace() : null;
    return switch (String.valueOf(space)) {
      case "seamtape.enter", "seamtape.enter.brief" -> Phase.ENTER;
      case "seamtape.return", "seamtape.return.brief" -> Phase.RETURN;
      case "seamtape.input", "seamtape.input.brief" -> Phase.INPUT;
      default -> throw malformed("the schema has a type that is no event: " + record.getFullName());
    };
  }

  private static boolean isBrief(Schema record) {
    return record.getNamespace().endsWith(".brief");
  }

  /** The catalog's row when it has all that was written, else a row of the writer's own words. */
  private static Call call(Row row) throws MalformedEventException {
    Phase first = phase(row.head);
    List<Field> in = fields(row.head, first);
    List<Field> out = row.tail == null ? List.of() : fields(row.tail, Phase.RETURN);
    Optional<Call> known = Catalog.byName(row.head.getName());
    if (known.isPresent()
        && Branch.phases(known.get().family()).get(0) == first
        && names(known.get().in()).containsAll(names(in))
        && names(known.get().out()).containsAll(names(out))) {
      return known.get();
    }
    return new WriterCall(
        row.head.getName(),
        family(row.head, first),
        row.head.getObjectProp("number") instanceof Number number ? number.intValue() : 0,
        row.head.getProp("label") == null ? row.head.getName() : row.head.getProp("label"),
        row.head.getDoc() == null ? "" : row.head.getDoc(),
        in,
        out,
        row.head.getField("copies") != null);
  }

  private static Family family(Schema record, Phase phase) {
    for (Family family : Family.values()) {
      if (family.name().equals(record.getProp("family")) && Branch.phases(family).get(0) == phase) {
        return family;
      }
    }
    return phase == Phase.INPUT ? Family.INPUT : Family.FILE_OPERATION;
  }

  private static List<String> names(List<Field> fields) {
    return fields.stream().map(Field::name).toList();
  }

  private static Branch branch(Schema record, Call call) throws MalformedEventException {
    Phase phase = phase(record);
    List<Field> written = fields(record, phase);
    List<String> names = names(Branch.fields(phase, call));
    if (!names.containsAll(names(written))) {
      throw malformed(record.getFullName() + " has a field that its row has not");
    }
    int[] target = written.stream().mapToInt(field -> names.indexOf(field.name())).toArray();
    String link = phase == Phase.INPUT ? null : record.getFields().get(2).name();
    boolean copies = record.getField("copies") != null;
    boolean raw = record.getFields().get(1).name().equals("actor");
    boolean brief = isBrief(record);
    int[] order = IntStream.range(0, names.size()).toArray();
    int[] moved = Arrays.equals(target, order) ? null : target;
    int count = target.length;
    return new Branch(phase, call, brief, link, names.size(), count, moved, copies, raw);
  }

  /** The fields between the common ones and the copies. */
  private static List<Field> fields(Schema record, Phase phase) throws MalformedEventException {
    int common = phase == Phase.INPUT ? 2 : 3;
    List<Schema.Field> all = record.getFields();
    boolean copies = !all.isEmpty() && all.get(all.size() - 1).name().equals("copies");
    int end = all.size() - (copies ? 1 : 0);
    if (end < common || end - common > Event.MAX_FIELDS || copies && !isCopies(all.get(end))) {
      throw malformed(record.getFullName() + " has not the fields of an event");
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < end; i++) {
      Schema.Field field = all.get(i);
      if (field.schema().getType() != Schema.Type.LONG) {
        throw malformed(record.getFullName() + "." + field.name() + " is not a long");
      }
      if (i >= common) {
        fields.add(field(field, phase));
      }
    }
    return fields;
  }

  private static boolean isCopies(Schema.Field field) {
    return field.schema().getType() == Schema.Type.ARRAY
        && field.schema().getElementType().getFullName().equals(SchemaText.COPY)
        && field.schema().getElementType().getFields().size() == 2;
  }

  private static Field field(Schema.Field field, Phase phase) {
    String name = field.name();
    String own = name.substring(0, name.length() - 1);
    String plain = name.endsWith("_") && SchemaText.RESERVED.contains(own) ? own : name;
    return new Field(
        plain,
        constant(Format.values(), field.getProp("format"), SchemaText.USUAL_FORMAT),
        constant(Role.values(), field.getProp("role"), SchemaText.usual(phase)),
        "");
  }

  private static <E extends Enum<E>> E constant(E[] values, String name, E otherwise) {
    for (E value : values) {
      if (value.name().equals(name)) {
        return value;
      }
    }
    return otherwise;
  }

  private static MalformedEventException malformed(String what) {
    return new MalformedEventException(what, -1);
  }
}
