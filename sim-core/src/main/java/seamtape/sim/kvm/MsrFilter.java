package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** KVM_X86_SET_MSR_FILTER: which MSR accesses of the guest are denied. */
public final class MsrFilter {
  /** sizeof(struct kvm_msr_filter). */
  static final int SIZE = 392;

  public static final int READ = 1;
  public static final int WRITE = 2;
  private static final int DEFAULT_DENY = 1;
  private static final int RANGE_SIZE = 24;
  private static final int FIRST_RANGE = 8;

  private record Range(int flags, int base, int count, byte[] bitmap) {
    boolean holds(int index, int access) {
      return (flags & access) != 0 && Integer.compareUnsigned(index - base, count) < 0;
    }

    boolean allows(int index) {
      int bit = index - base;
      return (bitmap[bit >>> 3] >>> (bit & 7) & 1) != 0;
    }
  }

  private List<Range> ranges = List.of();
  private boolean defaultAllow = true;

  /** True when the guest may make the access; x2APIC registers cannot be filtered. */
  public boolean allows(int index, int access) {
    if (index >= 0x800 && index <= 0x8ff) {
      return true;
    }
    for (Range range : ranges) {
      if (range.holds(index, access)) {
        return range.allows(index);
      }
    }
    return defaultAllow;
  }

  /** Replaces the filter: 0 or a negative errno. */
  long set(ByteBuffer filter, UserCopy user) {
    int flags = filter.getInt(0);
    if ((flags & ~DEFAULT_DENY) != 0) {
      return EINVAL.result();
    }
    boolean allow = (flags & DEFAULT_DENY) == 0;
    boolean empty = true;
    for (int i = 0; i < Limits.KVM_MSR_FILTER_MAX_RANGES; i++) {
      empty &= filter.getInt(FIRST_RANGE + i * RANGE_SIZE + 4) == 0;
    }
    if (empty && !allow) {
      return EINVAL.result();
    }
    List<Range> next = new ArrayList<>();
    for (int i = 0; i < Limits.KVM_MSR_FILTER_MAX_RANGES; i++) {
      long error = add(next, filter, FIRST_RANGE + i * RANGE_SIZE, user);
      if (error != 0) {
        return error;
      }
    }
    ranges = next;
    defaultAllow = allow;
    return 0;
  }

  private static long add(List<Range> ranges, ByteBuffer filter, int at, UserCopy user) {
    int flags = filter.getInt(at);
    int count = filter.getInt(at + 4);
    if (count == 0) {
      return 0;
    }
    if ((flags & ~(READ | WRITE)) != 0) {
      return EINVAL.result();
    }
    long size = (Integer.toUnsignedLong(count) + 63) / 64 * Long.BYTES;
    if (size > Limits.KVM_MSR_FILTER_MAX_BITMAP_SIZE) {
      return EINVAL.result();
    }
    byte[] bitmap = user.in(filter.getLong(at + 16), (int) size);
    if (bitmap == null) {
      return EFAULT.result();
    }
    if (flags == 0) {
      return EINVAL.result();
    }
    ranges.add(new Range(flags, filter.getInt(at + 8), count, bitmap));
    return 0;
  }
}
