package seamtape.sim.tdx;

import java.util.Map;
import java.util.TreeMap;

/** Values of metadata fields that are only kept: by class code and field code of their id. */
final class FieldValues {
  /** Class code (61:56) and field code (23:0) of an id. */
  static final long KEY = 0x3f00_0000_00ff_ffffL;

  static final long SHARED_EPTP = 0x203c;
  static final long POSTED_INTERRUPT_VECTOR = 0x2;
  static final long POSTED_INTERRUPT_DESCRIPTOR = 0x2016;

  private static final long MSR_CLASS = 19L << 56;

  private final Map<Long, Long> values = new TreeMap<>();

  /** The key of an MSR of the guest; 0xC000xxxx have their field codes at 0x2000. */
  static long msr(int number) {
    int code = number >>> 16 == 0xc000 ? 0x2000 | number & 0x1fff : number & 0x1fff;
    return MSR_CLASS | code;
  }

  boolean has(long key) {
    return values.containsKey(key);
  }

  long get(long key) {
    return values.getOrDefault(key, 0L);
  }

  void set(long key, long value) {
    values.put(key, value);
  }
}
