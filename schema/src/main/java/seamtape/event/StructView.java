package seamtape.event;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.StructNode;
import seamtape.catalog.StructSelector;

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

  /** The number asked for last, and what it is. */
  private StructSelector asked;

  private long askedAt;
  private OptionalLong answer;

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
      member(node, at, path, fields);
    }
    return fields;
  }

  /** Of the struct of the argument those members that have members. */
  Map<String, Object> groups(StructLayout layout) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (StructNode node : StructNode.of(layout)) {
      if (!node.members().isEmpty() || node.inner() != null) {
        member(node, 0, layout.name(), fields);
      }
    }
    return fields;
  }

  /** A field of a struct that lies at a place; empty when unknown. */
  OptionalLong number(StructLayout layout, long at, String field) {
    StructLayout.Place place = layout.locate(field).orElseThrow();
    return bytes.number(at + place.offset(), place.size());
  }

  /** As a selector or a count; the same one is asked for by all members of a union. */
  private OptionalLong number(StructSelector selector, long at) {
    if (selector != asked || at != askedAt) {
      answer = read(selector, at);
      asked = selector;
      askedAt = at;
    }
    return answer;
  }

  private OptionalLong read(StructSelector selector, long at) {
    StructLayout.Place place = selector.place();
    if (place == null) {
      return OptionalLong.of(returned ? 1 : 0);
    }
    OptionalLong known = bytes.number(at + place.offset(), place.size());
    Long told = known.isEmpty() ? given.get(selector.path()) : null;
    return told == null ? known : OptionalLong.of(told);
  }

  private void member(StructNode node, long at, String path, Map<String, Object> into) {
    StructField field = node.field();
    if (!node.presence().always() && !node.presence().holds(selector -> number(selector, at))) {
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
    Object value = value(node, at, here);
    if (value != null) {
      into.put(node.name(), value);
    }
  }

  private Object value(StructNode node, long at, String path) {
    StructField field = node.field();
    if (field.array()) {
      return array(node, at, path);
    }
    if (field.group()) {
      return group(node, at, path);
    }
    long place = at + field.offset();
    return node.inner() != null ? struct(node.inner(), place, path) : scalar(node, place, path);
  }

  private Map<String, Object> group(StructNode node, long at, String path) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (StructNode member : node.members()) {
      member(member, at, path, fields);
    }
    return fields.isEmpty() ? null : fields;
  }

  private Object array(StructNode node, long at, String path) {
    StructField field = node.field();
    int count = elements(node, at);
    if (count == 0) {
      return field.flexible() && node.counter() == null ? null : List.of();
    }
    long place = at + field.offset();
    int size = count * node.elementSize();
    if (node.filler() && zero(place, size)) {
      span(path, place, size);
      return null;
    }
    boolean plain = field.type().equals("u8") || count > LONGEST_NUMBER_LIST;
    if (plain && node.members().isEmpty() && node.inner() == null) {
      return rawBytes(place, size, path);
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(element(node, at, i, placed ? path + "[" + i + "]" : path));
    }
    return list;
  }

  /** Null for an element of which nothing is known. */
  private Object element(StructNode node, long at, int index, String path) {
    long shift = (long) index * node.elementSize();
    long place = at + node.field().offset() + shift;
    if (!bytes.anyKnown(place, node.elementSize())) {
      unknown.add(path);
      return null;
    }
    if (node.inner() != null) {
      return struct(node.inner(), place, path);
    }
    return node.members().isEmpty() ? scalar(node, place, path) : group(node, at + shift, path);
  }

  /** How many elements to show: those counted, but no more than there are bytes for. */
  private int elements(StructNode node, long at) {
    StructField field = node.field();
    OptionalLong counted =
        node.counter() == null ? OptionalLong.empty() : number(node.counter(), at);
    long most = field.flexible() ? elementsPresent(node, at + field.offset()) : field.count();
    if (counted.isEmpty()) {
      return (int) most;
    }
    return (int) (counted.getAsLong() < 0 ? most : Math.min(counted.getAsLong(), most));
  }

  private long elementsPresent(StructNode node, long place) {
    long end = bytes.lastKnownBelow(place + FARTHEST);
    if (end <= place) {
      return 0;
    }
    int size = Math.max(1, node.elementSize());
    return Math.min(MAX_ELEMENTS, (end - place + size - 1) / size);
  }

  /** Bytes without a layout, as hex digits. */
  String rawBytes(long place, int length, String path) {
    span(path, place, length);
    return bytes.hex(place, length);
  }

  private Object scalar(StructNode node, long place, String path) {
    OptionalLong raw = bytes.number(place, node.elementSize());
    if (raw.isEmpty()) {
      unknown.add(path);
      return null;
    }
    span(path, place, node.elementSize());
    long value = extended(node, raw.getAsLong());
    boolean silent = node.filler() && value == 0;
    return silent ? null : node.value(value);
  }

  private static long extended(StructNode node, long raw) {
    StructField field = node.field();
    if (field.bitSize() > 0) {
      return raw >>> field.bitOffset() & ((1L << field.bitSize()) - 1);
    }
    int unused = 64 - node.elementSize() * 8;
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
