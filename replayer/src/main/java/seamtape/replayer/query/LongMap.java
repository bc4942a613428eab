package seamtape.replayer.query;

import java.util.Arrays;
import java.util.function.ObjLongConsumer;

/** Values by positive numbers, without an object a key: for calls in flight by enter event. */
public final class LongMap<T> {
  private long[] keys = new long[64];
  private Object[] values = new Object[64];
  private int size;

  private int slot(long key) {
    int mask = keys.length - 1;
    int at = place(key, mask);
    while (keys[at] != 0 && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private static int place(long key, int mask) {
    return (int) ((key * 0x9e3779b97f4a7c15L) >>> 40) & mask;
  }

  public void put(long key, T value) {
    if (size * 2 >= keys.length) {
      grow();
    }
    int at = slot(key);
    size += keys[at] == 0 ? 1 : 0;
    keys[at] = key;
    values[at] = value;
  }

  private void grow() {
    long[] oldKeys = keys;
    Object[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new Object[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int at = slot(oldKeys[i]);
        keys[at] = oldKeys[i];
        values[at] = oldValues[i];
      }
    }
  }

  /** Null without one. */
  public T get(long key) {
    return key <= 0 ? null : value(slot(key));
  }

  @SuppressWarnings("unchecked")
  private T value(int at) {
    return (T) values[at];
  }

  /** Takes a value out; null without one. */
  public T remove(long key) {
    if (key <= 0) {
      return null;
    }
    int at = slot(key);
    T found = value(at);
    if (keys[at] != 0) {
      size--;
      close(at);
    }
    return found;
  }

  /** Moves what was put behind a slot because it was taken. */
  private void close(int freed) {
    int mask = keys.length - 1;
    int hole = freed;
    for (int at = (hole + 1) & mask; keys[at] != 0; at = (at + 1) & mask) {
      int wanted = place(keys[at], mask);
      if (((at - wanted) & mask) >= ((at - hole) & mask)) {
        keys[hole] = keys[at];
        values[hole] = values[at];
        hole = at;
      }
    }
    keys[hole] = 0;
    values[hole] = null;
  }

  public int size() {
    return size;
  }

  /** In no order. */
  public void forEach(ObjLongConsumer<T> action) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != 0) {
        action.accept(value(i), keys[i]);
      }
    }
  }

  /** The keys, ascending. */
  public long[] keys() {
    return Arrays.stream(keys).filter(key -> key != 0).sorted().toArray();
  }
}
