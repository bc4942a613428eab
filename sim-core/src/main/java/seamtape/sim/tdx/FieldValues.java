package seamtape.sim.tdx;

import java.util.Arrays;

/** Values of metadata fields that are only kept: by class code and field code of their id. */
final class FieldValues {
  /** Class code (61:56) and field code (23:0) of an id. */
  static final long KEY = 0x3f00_0000_00ff_ffffL;

  static final long SHARED_EPTP = 0x203c;
  static final long POSTED_INTERRUPT_VECTOR = 0x2;
  static final long POSTED_INTERRUPT_DESCRIPTOR = 0x2016;

  /** CPUID_CONTROL, a byte for each row of the module's table. */
  static final long CPUID_CONTROL = 0x2100_0000_0000_0000L;

  private static final long MSR_CLASS = 19L << 56;

  /** Ascending; values beside them. Reading allocates nothing. */
  private long[] keys = new long[8];

  private long[] values = new long[8];
  private int count;

  /** The key of an MSR of the guest; 0xC000xxxx have their field codes at 0x2000. */
  static long msr(int number) {
    int code = number >>> 16 == 0xc000 ? 0x2000 | number & 0x1fff : number & 0x1fff;
    return MSR_CLASS | code;
  }

  private int find(long key) {
    return Arrays.binarySearch(keys, 0, count, key);
  }

  boolean has(long key) {
    return find(key) >= 0;
  }

  long get(long key) {
    int at = find(key);
    return at < 0 ? 0 : values[at];
  }

  void set(long key, long value) {
    int at = find(key);
    if (at < 0) {
      at = ~at;
      if (count == keys.length) {
        keys = Arrays.copyOf(keys, count * 2);
        values = Arrays.copyOf(values, count * 2);
      }
      System.arraycopy(keys, at, keys, at + 1, count - at);
      System.arraycopy(values, at, values, at + 1, count - at);
      keys[at] = key;
      count++;
    }
    values[at] = value;
  }
}
