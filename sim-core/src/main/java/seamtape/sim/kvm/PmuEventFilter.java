package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmCapability;

/**
 * KVM_SET_PMU_EVENT_FILTER: checked and kept. No more: the counters of guests here hold what was
 * written and count nothing, so there is nothing that a filter could keep from counting.
 */
final class PmuEventFilter {
  private static final int HEADER_SIZE = 32;
  private static final int KVM_PMU_EVENT_DENY = 1;
  private static final int KVM_PMU_EVENT_FLAG_MASKED_EVENTS = 1;

  /** Bits of a masked entry: event select, match, exclude, mask. */
  private static final long MASKED_ENTRY_BITS =
      0xffL | 0xff00L | 0xfL << 32 | 1L << 55 | 0xffL << 56;

  private byte[] events = new byte[0];

  long set(long arg, Vm vm) {
    ByteBuffer header = vm.host.user.struct(arg, HEADER_SIZE);
    if (header == null) {
      return EFAULT.result();
    }
    int known =
        vm.has(KvmCapability.KVM_CAP_PMU_EVENT_MASKED_EVENTS)
            ? KVM_PMU_EVENT_FLAG_MASKED_EVENTS
            : 0;
    int flags = header.getInt(12);
    if (Integer.compareUnsigned(header.getInt(0), KVM_PMU_EVENT_DENY) > 0
        || (flags & ~known) != 0) {
      return EINVAL.result();
    }
    int count = header.getInt(4);
    long error = VmIoctls.checkCount(count, Limits.KVM_PMU_EVENT_FILTER_MAX_EVENTS);
    if (error != 0) {
      return error;
    }
    ByteBuffer entries = vm.host.user.struct(arg + HEADER_SIZE, count * Long.BYTES);
    if (entries == null) {
      return EFAULT.result();
    }
    if (flags != 0 && !masked(entries)) {
      return EINVAL.result();
    }
    events = entries.array();
    return 0;
  }

  private static boolean masked(ByteBuffer entries) {
    for (int at = 0; at < entries.capacity(); at += Long.BYTES) {
      if ((entries.getLong(at) & ~MASKED_ENTRY_BITS) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Bytes of the table in force. */
  int size() {
    return events.length;
  }
}
