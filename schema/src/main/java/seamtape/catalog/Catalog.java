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
  private static final List<Row> ROWS = new ArrayList<>();
  private static final int[] FAMILY_BASE = new int[Family.values().length];

  /** Rows by family and number, open-addressed: every recorded and simulated call looks here. */
  private static final Row[] BY_NUMBER = new Row[4096];

  /** Key of each entry of {@link #BY_NUMBER}; 0 where there is none. */
  private static final long[] KEYS = new long[BY_NUMBER.length];

  private static final long KEY = 1L << 62;
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
  }

  private Catalog() {}

  private static void add(Family family, Call[] rows) {
    FAMILY_BASE[family.ordinal()] = CALLS.size();
    for (Call row : rows) {
      ROWS.add(new Row(row, CALLS.size()));
      CALLS.add(row);
      long key = key(family, row.number());
      int slot = slot(key);
      if (KEYS[slot] == key) {
        throw new IllegalStateException("number used twice in " + family + ": " + row.name());
      }
      KEYS[slot] = key;
      BY_NUMBER[slot] = ROWS.get(ROWS.size() - 1);
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
    Row row = row(family, number);
    return row == null ? null : row.call;
  }

  /** As {@link #byNumber}, with what recording asks of the call. */
  public static Row row(Family family, int number) {
    return BY_NUMBER[slot(key(family, number))];
  }

  /** What recording asks of a call; of another build's, which is not in the catalog, too. */
  public static Row row(Call call) {
    return call.ordinal() < 0 ? new Row(call, -1) : ROWS.get(id(call));
  }

  /** The row of that {@link Call#name}. */
  public static Optional<Call> byName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  private static long key(Family family, int number) {
    return KEY | (long) family.ordinal() << 32 | Integer.toUnsignedLong(number);
  }

  /** Where a key is, or would be. */
  private static int slot(long key) {
    int slot = (int) (key * 0x9e37_79b9_7f4a_7c15L >>> 52);
    while (KEYS[slot] != 0 && KEYS[slot] != key) {
      slot = slot + 1 & KEYS.length - 1;
    }
    return slot;
  }
}
