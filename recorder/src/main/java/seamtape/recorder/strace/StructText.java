package seamtape.recorder.strace;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Event;

/**
 * Turns a struct as strace prints it into the bytes that it shows: {@code {slot=0, flags=0, ...}},
 * nested braces, arrays. What is cut with {@code ...} or cannot be read stays unknown. Reused.
 */
final class StructText {
  /** Bytes of a struct with its array; kvm_cpuid2 with 256 entries takes 10 KiB. */
  private static final int MAX_BYTES = 1 << 16;

  private static final int MAX_DEPTH = 16;

  /** Where the text went wrong, for a warning; -1 when it did not. */
  int unknownField;

  int unknownValue;

  /** Behind the struct's last character. */
  int end;

  private byte[] bytes = new byte[1024];
  private final BitSet known = new BitSet();
  private final TextNumber number = new TextNumber();
  private byte[] text;
  private int at;
  private int limit;

  /** Reads the struct or the array that begins at an offset of a text. */
  void parse(byte[] source, int from, int to, StructLayout layout) {
    text = source;
    at = from;
    limit = to;
    known.clear();
    unknownField = -1;
    unknownValue = -1;
    if (at < limit && text[at] == '{') {
      struct(layout, "", 0, 0);
    } else if (at < limit && text[at] == '[') {
      array(layout.fields().get(0), 0, 0);
    }
    end = at;
  }

  /** True when some byte is shown. */
  boolean any() {
    return !known.isEmpty();
  }

  private void struct(StructLayout layout, String prefix, int base, int depth) {
    at++;
    int hint = 0;
    while (at < limit && text[at] != '}') {
      if (text[at] == ',' || text[at] == ' ' || text[at] == ']') {
        at++;
        continue;
      }
      int key = at;
      while (at < limit && isKeyByte(text[at])) {
        at++;
      }
      if (at >= limit || text[at] != '=' || at == key) {
        skipValue();
        continue;
      }
      int index = field(layout, prefix, key, at, hint);
      at++;
      if (index < 0) {
        unknownField = unknownField < 0 ? key : unknownField;
        skipValue();
      } else {
        hint = index + 1;
        StructField field = layout.fields().get(index);
        value(layout, field, base, depth);
      }
    }
    at = Math.min(at + 1, limit);
  }

  private static boolean isKeyByte(byte c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c >= 'A' && c <= 'Z';
  }

  /** strace prints fields in their order, so the one behind the last is the likely one. */
  private int field(StructLayout layout, String prefix, int from, int to, int hint) {
    int size = layout.fields().size();
    for (int i = 0; i < size; i++) {
      int index = hint + i < size ? hint + i : hint + i - size;
      if (isName(layout.fields().get(index).name(), prefix, from, to)) {
        return index;
      }
    }
    return -1;
  }

  private boolean isName(String name, String prefix, int from, int to) {
    if (name.length() != prefix.length() + to - from || !name.startsWith(prefix)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (name.charAt(prefix.length() + i - from) != text[i]) {
        return false;
      }
    }
    return true;
  }

  private void value(StructLayout layout, StructField field, int base, int depth) {
    byte c = at < limit ? text[at] : 0;
    if (depth >= MAX_DEPTH || c != '{' && c != '[') {
      scalar(field, base + field.offset());
    } else if (c == '[') {
      array(field, base + field.offset(), depth + 1);
    } else if (field.group()) {
      struct(layout, field.name() + ".", base, depth + 1);
    } else {
      nested(field, base + field.offset(), depth + 1);
    }
  }

  private void nested(StructField field, int base, int depth) {
    Optional<StructLayout> layout = Structs.find(field.type());
    if (layout.isPresent()) {
      struct(layout.get(), "", base, depth);
    } else {
      skipValue();
    }
  }

  private void array(StructField field, int base, int depth) {
    at++;
    int index = 0;
    int size = field.elementSize();
    while (at < limit && text[at] != ']') {
      byte c = text[at];
      if (c == ',' || c == ' ' || c == '}') {
        at++;
        continue;
      }
      boolean room =
          field.flexible() ? base + (index + 1) * size <= MAX_BYTES : index < field.count();
      if (!room || depth >= MAX_DEPTH) {
        skipValue();
      } else if (c == '{') {
        nested(field, base + index * size, depth + 1);
      } else {
        scalar(field, base + index * size);
      }
      index = Math.min(index + 1, MAX_BYTES);
    }
    at = Math.min(at + 1, limit);
  }

  private void scalar(StructField field, int offset) {
    int from = at;
    skipValue();
    int size = field.elementSize();
    boolean cut = at - from >= 3 && text[from] == '.' && text[from + 1] == '.';
    if (cut || from == at) {
      return;
    }
    if (field.bitOffset() >= 0 || size > 8 || size == 0 || !number.parse(text, from, at)) {
      unknownValue = unknownValue < 0 ? from : unknownValue;
      return;
    }
    store(offset, size, number.value);
  }

  private void store(int offset, int size, long value) {
    if (offset + size > MAX_BYTES) {
      return;
    }
    if (offset + size > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, offset + size));
    }
    for (int i = 0; i < size; i++) {
      bytes[offset + i] = (byte) (value >>> 8 * i);
    }
    known.set(offset, offset + size);
  }

  /** Moves to the comma or bracket behind a value. */
  private void skipValue() {
    int open = 0;
    while (at < limit) {
      byte c = text[at];
      if (open == 0 && (c == ',' || c == '}' || c == ']')) {
        break;
      }
      if (c == '{' || c == '[') {
        open++;
      } else if (c == '}' || c == ']') {
        open--;
      } else if (c == '"') {
        skipString();
      }
      at++;
    }
    at = Math.min(at, limit);
  }

  private void skipString() {
    at++;
    while (at < limit && text[at] != '"') {
      at += text[at] == '\\' ? 2 : 1;
    }
  }

  /**
   * Adds what is shown to an event, neighbouring bytes as one copy.
   *
   * @return false when an event cannot hold all pieces
   */
  boolean copyTo(Event event) {
    int from = known.nextSetBit(0);
    while (from >= 0) {
      int to = known.nextClearBit(from);
      if (event.copyCount() == Event.MAX_COPIES) {
        return false;
      }
      event.copy(from, bytes, from, to - from);
      from = known.nextSetBit(to);
    }
    return true;
  }

  /** A field of 64 bits; 0 when it is not shown. */
  long u64(int offset) {
    if (known.nextClearBit(offset) < offset + 8) {
      return 0;
    }
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | bytes[offset + i] & 0xff;
    }
    return value;
  }
}
