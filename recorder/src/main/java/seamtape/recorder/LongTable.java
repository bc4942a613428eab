package seamtape.recorder;

import java.util.Arrays;
import java.util.function.Predicate;

/** Values by a long key, open-addressed: looking one up neither boxes nor allocates. */
final class LongTable<V> {
  private long[] keys = new long[16];
  private Object[] values = new Object[16];
  private int size;
  private int last;

  /** The value of a key; null where there is none. */
  @SuppressWarnings("unchecked")
  V get(long key) {
    if (keys[last] != key || values[last] == null) {
      last = slot(key);
    }
    return (V) values[last];
  }

  void put(long key, V value) {
    if (size * 2 >= keys.length) {
      rebuild(keys.length * 2, any -> false);
    }
    int slot = slot(key);
    size += values[slot] == null ? 1 : 0;
    keys[slot] = key;
    values[slot] = value;
  }

  @SuppressWarnings("unchecked")
  void removeIf(Predicate<V> unwanted) {
    for (Object value : values) {
      if (value != null && unwanted.test((V) value)) {
        rebuild(keys.length, unwanted);
        return;
      }
    }
  }

  @SuppressWarnings("unchecked")
  private void rebuild(int length, Predicate<V> unwanted) {
    long[] oldKeys = keys;
    Object[] oldValues = values;
    keys = new long[length];
    values = new Object[length];
    size = 0;
    last = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != null && !unwanted.test((V) oldValues[i])) {
        put(oldKeys[i], (V) oldValues[i]);
      }
    }
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) ((key * 0x9e3779b97f4a7c15L) >>> 33) & mask;
    while (values[slot] != null && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  @Override
  public String toString() {
    return Arrays.stream(values).filter(value -> value != null).toList().toString();
  }
}
