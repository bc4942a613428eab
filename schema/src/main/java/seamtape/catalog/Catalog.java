package seamtape.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All rows of all families. A call's {@link #id} is its position here; ids are per build, and a
 * recording carries its writer's schema, so rows may be inserted anywhere.
 */
public final class Catalog {
  private static final List<Call> CALLS = new ArrayList<>();
  private static final int[] FAMILY_BASE = new int[Family.values().length];

  /** Ioctls by number, open-addressed: every recorded and simulated ioctl looks here. */
  private static final KvmIoctl[] IOCTL_BY_NUMBER = new KvmIoctl[1024];

  private static final Map<Long, Call> BY_FAMILY_AND_NUMBER = new HashMap<>();
  private static final Map<String, Call> BY_NAME = new HashMap<>();

  static {
    add(Family.FILE_OPERATION, FileOperation.values());
    add(Family.KVM_IOCTL, KvmIoctl.values());
    add(Family.SEAMCALL, Seamcall.values());
    add(Family.TDCALL, Tdcall.values());
    add(Family.TDVMCALL, Tdvmcall.values());
    add(Family.KVM_HYPERCALL, KvmHypercall.values());
    add(Family.HYPERV_HYPERCALL, HypervHypercall.values());
    add(Family.XEN_HYPERCALL, XenHypercall.values());
    add(Family.INPUT, Input.values());
    for (KvmIoctl ioctl : KvmIoctl.values()) {
      IOCTL_BY_NUMBER[ioctlSlot(ioctl.number())] = ioctl;
    }
  }

  private Catalog() {}

  private static void add(Family family, Call[] rows) {
    FAMILY_BASE[family.ordinal()] = CALLS.size();
    for (Call row : rows) {
      CALLS.add(row);
      long key = ((long) family.ordinal() << 32) | Integer.toUnsignedLong(row.number());
      if (BY_FAMILY_AND_NUMBER.put(key, row) != null) {
        throw new IllegalStateException("number used twice in " + family + ": " + row.name());
      }
      if (BY_NAME.put(row.name(), row) != null) {
        throw new IllegalStateException("name used twice: " + row.name());
      }
    }
  }

  /** Every row, in the order of its id. */
  public static List<Call> calls() {
    return java.util.Collections.unmodifiableList(CALLS);
  }

  /** Position of a row in {@link #calls}. */
  public static int id(Call call) {
    return FAMILY_BASE[call.family().ordinal()] + call.ordinal();
  }

  /** The row of an ABI number in a family; null when there is none. */
  public static Call byNumber(Family family, int number) {
    return BY_FAMILY_AND_NUMBER.get(
        ((long) family.ordinal() << 32) | Integer.toUnsignedLong(number));
  }

  /** The row of that {@link Call#name}. */
  public static Optional<Call> byName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  static KvmIoctl ioctl(int number) {
    return IOCTL_BY_NUMBER[ioctlSlot(number)];
  }

  private static int ioctlSlot(int number) {
    int slot = number * 0x9e3779b9 >>> 22;
    while (IOCTL_BY_NUMBER[slot] != null && IOCTL_BY_NUMBER[slot].number() != number) {
      slot = slot + 1 & IOCTL_BY_NUMBER.length - 1;
    }
    return slot;
  }
}
