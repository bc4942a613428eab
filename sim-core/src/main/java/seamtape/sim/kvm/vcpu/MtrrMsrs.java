package seamtape.sim.kvm.vcpu;

import java.util.Map;
import java.util.TreeMap;

/** The memory type range registers: stored, checked, otherwise without effect. */
final class MtrrMsrs {
  /** Eight variable ranges, fixed ranges, write combining. */
  static final long MTRRCAP = 0x508;

  private static final int VARIABLE = 16;

  private final Vcpu vcpu;
  private final Map<Integer, Long> values = new TreeMap<>();

  MtrrMsrs(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  static boolean covers(int index) {
    return index >= Msr.MTRR_PHYS_BASE0 && index < Msr.MTRR_PHYS_BASE0 + VARIABLE
        || fixed(index)
        || index == Msr.MTRR_DEF_TYPE;
  }

  private static boolean fixed(int index) {
    return index == Msr.MTRR_FIX64K
        || index == 0x258
        || index == 0x259
        || index >= 0x268 && index <= 0x26f;
  }

  long read(int index) {
    return values.getOrDefault(index, 0L);
  }

  MsrAccess write(int index, long value) {
    if (!valid(index, value)) {
      return MsrAccess.REFUSED;
    }
    values.put(index, value);
    return MsrAccess.DONE;
  }

  private boolean valid(int index, long value) {
    if (index == Msr.MTRR_DEF_TYPE) {
      return (value & ~0xcffL) == 0 && memoryType(value);
    }
    if (fixed(index)) {
      return memoryTypes(value);
    }
    long reserved = vcpu.cpuid.reservedGpaBits();
    boolean base = (index & 1) == 0;
    return base
        ? memoryType(value) && (value & (reserved | 0xf00)) == 0
        : (value & (reserved | 0x7ff)) == 0;
  }

  private static boolean memoryTypes(long value) {
    for (int i = 0; i < 8; i++) {
      if (!memoryType(value >>> 8 * i)) {
        return false;
      }
    }
    return true;
  }

  /** UC, WC, WT, WP, WB in the low byte. */
  private static boolean memoryType(long value) {
    long type = value & 0xff;
    return type < 8 && (0x73 >> type & 1) != 0;
  }

  /** PAT has the same types and UC-. */
  static boolean validPat(long value) {
    for (int i = 0; i < 8; i++) {
      long type = value >>> 8 * i & 0xff;
      if (type >= 8 || (0xf3 >> type & 1) == 0) {
        return false;
      }
    }
    return true;
  }
}
