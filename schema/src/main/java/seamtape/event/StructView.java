package seamtape.event;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import seamtape.catalog.StructField;
import seamtape.catalog.StructFormats;
import seamtape.catalog.StructLayout;
import seamtape.catalog.StructMembers;
import seamtape.catalog.StructNode;
import seamtape.catalog.Structs;

/**
 * Decodes structs from the copies of one event. Fields whose bytes are not all there are left out
 * and named in {@link #unknown}; unions show the member that their selector names.
 */
final class StructView {
  /** Longer arrays of numbers are shown as bytes. */
  private static final int LONGEST_NUMBER_LIST = 64;

  /** Elements of a flexible array that are looked at. */
  private static final int MAX_ELEMENTS = 1 << 16;

  /** Places further from the argument than any struct reaches. */
  private static final long FARTHEST = 1 << 24;

  private final CopiedBytes bytes;
  private final boolean returned;
  private final Map<String, Long> given;
  private final boolean placed;
  private final List<FieldSpan> spans = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  StructView(CopiedBytes bytes, boolean returned, Map<String, Long> given) {
    this(bytes, returned, given, true);
  }

  /**
   * @param given values of fields that the event tells apart from the copies, by their path
   * @param placed false where nobody asks for {@link #spans} and {@link #unknown}
   */
  StructView(CopiedBytes bytes, boolean returned, Map<String, Long> given, boolean placed) {
    this.placed = placed;
    this.bytes = bytes;
    this.returned = returned;
    this.given = given;
  }

  List<FieldSpan> spans() {
    return spans;
  }

  /** Paths of fields, and of whole groups and elements, that the copies do not have. */
  List<String> unknown() {
    return unknown;
  }

  /** The fields of a struct that lies at a place; empty where none of its bytes is known. */
  Map<String, Object> struct(StructLayout layout, long at, String path) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (StructNode node : StructNode.of(layout)) {
      member(layout, node, at, path, fields);
    }
    return fields;
  }

  /** A field of a struct that lies at a place, as a selector or a count; empty when unknown. */
  OptionalLong number(StructLayout layout, long at, String field) {
    if (field.equals(StructMembers.RETURNED)) {
      return OptionalLong.of(returned ? 1 : 0);
    }
    StructLayout.Place place = layout.locate(field).orElseThrow();
    OptionalLong known = bytes.number(at + place.offset(), place.size());
    Long told = given.get(layout.name() + "." + field);
    return known.isEmpty() && told != null ? OptionalLong.of(told) : known;
  }

  private void member(
      StructLayout layout, StructNode node, long at, String path, Map<String, Object> into) {
    StructField field = node.field();
    if (!node.presence().holds(selector -> number(layout, at, selector))) {
      return;
    }
    String here = placed ? path + "." + node.name() : path;
    long place = at + field.offset();
    if (field.size() > 0 && !bytes.anyKnown(place, field.size())) {
      if (placed && !node.filler()) {
        unknown.add(here);
      }
      return;
    }
    Object value = value(layout, node, at, here);
    if (value != null) {
      into.put(node.name(), value);
    }
  }

  private Object value(StructLayout layout, StructNode node, long at, String path) {
    StructField field = node.field();
    if (field.array()) {
      return array(layout, node, at, path);
    }
    if (field.group()) {
      return group(layout, node, at, path);
    }
    StructLayout inner = layoutOf(field);
    long place = at + field.offset();
    return inner != null ? struct(inner, place, path) : scalar(layout, node, place, path);
  }

  private Map<String, Object> group(StructLayout layout, StructNode node, long at, String path) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (StructNode member : node.members()) {
      member(layout, member, at, path, fields);
    }
    return fields.isEmpty() ? null : fields;
  }

  private Object array(StructLayout layout, StructNode node, long at, String path) {
    StructField field = node.field();
    int count = elements(layout, field, at);
    if (count == 0) {
      return field.flexible() && countsItself(layout, field) ? null : List.of();
    }
    long place = at + field.offset();
    int size = count * field.elementSize();
    if (node.filler() && zero(place, size)) {
      span(path, place, size);
      return null;
    }
    boolean plain = field.type().equals("u8") || count > LONGEST_NUMBER_LIST;
    if (plain && node.members().isEmpty() && layoutOf(field) == null) {
      return rawBytes(place, size, path);
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(element(layout, node, at, i, placed ? path + "[" + i + "]" : path));
    }
    return list;
  }

  private static boolean countsItself(StructLayout layout, StructField field) {
    return StructMembers.countOf(layout.name(), field.name()).isEmpty();
  }

  /** Null for an element of which nothing is known. */
  private Object element(StructLayout layout, StructNode node, long at, int index, String path) {
    StructField field = node.field();
    long shift = (long) index * field.elementSize();
    if (!bytes.anyKnown(at + field.offset() + shift, field.elementSize())) {
      unknown.add(path);
      return null;
    }
    StructLayout inner = layoutOf(field);
    if (inner != null) {
      return struct(inner, at + field.offset() + shift, path);
    }
    if (!node.members().isEmpty()) {
      return group(layout, node, at + shift, path);
    }
    return scalar(layout, node, at + field.offset() + shift, path);
  }

  private static StructLayout layoutOf(StructField field) {
    return Structs.find(field.type()).filter(layout -> !field.type().equals("u64")).orElse(null);
  }

  /** How many elements to show: those counted, but no more than there are bytes for. */
  private int elements(StructLayout layout, StructField field, long at) {
    String counter = StructMembers.countOf(layout.name(), field.name());
    OptionalLong counted = counter.isEmpty() ? OptionalLong.empty() : number(layout, at, counter);
    long most = field.flexible() ? elementsPresent(field, at + field.offset()) : field.count();
    if (counted.isEmpty()) {
      return (int) most;
    }
    return (int) (counted.getAsLong() < 0 ? most : Math.min(counted.getAsLong(), most));
  }

  private long elementsPresent(StructField field, long place) {
    long end = bytes.lastKnownBelow(place + FARTHEST);
    if (end <= place) {
      return 0;
    }
    int size = Math.max(1, field.elementSize());
    return Math.min(MAX_ELEMENTS, (end - place + size - 1) / size);
  }

  /** Bytes without a layout, as hex digits. */
  String rawBytes(long place, int length, String path) {
    span(path, place, length);
    return bytes.hex(place, length);
  }

  private Object scalar(StructLayout layout, StructNode node, long place, String path) {
    StructField field = node.field();
    OptionalLong raw = bytes.number(place, field.elementSize());
    if (raw.isEmpty()) {
      unknown.add(path);
      return null;
    }
    span(path, place, field.elementSize());
    long value = extended(field, raw.getAsLong());
    boolean silent = node.filler() && value == 0;
    return silent ? null : StructFormats.value(layout.name(), field, value);
  }

  private static long extended(StructField field, long raw) {
    if (field.bitSize() > 0) {
      return raw >>> field.bitOffset() & ((1L << field.bitSize()) - 1);
    }
    int unused = 64 - field.elementSize() * 8;
    return field.signed() ? raw << unused >> unused : raw;
  }

  private boolean zero(long place, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes.at(place + i) != 0) {
        return false;
      }
    }
    return true;
  }

  private void span(String path, long place, int length) {
    if (!placed) {
      return;
    }
    long first = bytes.firstKnown(place, place + length);
    int copy = bytes.copyOf(first);
    if (copy >= 0) {
      spans.add(
          new FieldSpan(
              path, copy, bytes.offsetInCopy(copy, first), (int) (place + length - first)));
    }
  }
}
