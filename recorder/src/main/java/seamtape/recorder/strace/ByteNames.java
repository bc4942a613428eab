package seamtape.recorder.strace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A table from names to values that is asked with a piece of a line, without a String. */
final class ByteNames<V> {
  private byte[][] names = new byte[64][];
  private Object[] values = new Object[64];
  private int count;

  ByteNames<V> put(String name, V value) {
    if (count * 2 >= names.length) {
      grow();
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int slot = slot(bytes, 0, bytes.length);
    count += names[slot] == null ? 1 : 0;
    names[slot] = bytes;
    values[slot] = value;
    return this;
  }

  /** Null for a name that is not in the table. */
  @SuppressWarnings("unchecked")
  V find(byte[] text, int from, int to) {
    return (V) values[slot(text, from, to)];
  }

  private int slot(byte[] text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + text[i];
    }
    int mask = names.length - 1;
    int slot = (hash ^ hash >>> 15) & mask;
    while (names[slot] != null
        && !Arrays.equals(names[slot], 0, names[slot].length, text, from, to)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    byte[][] oldNames = names;
    Object[] oldValues = values;
    names = new byte[oldNames.length * 2][];
    values = new Object[oldNames.length * 2];
    for (int i = 0; i < oldNames.length; i++) {
      if (oldNames[i] != null) {
        int slot = slot(oldNames[i], 0, oldNames[i].length);
        names[slot] = oldNames[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
