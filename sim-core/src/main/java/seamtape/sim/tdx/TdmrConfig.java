package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_INVALID_PAMT;
import static seamtape.catalog.TdxStatus.TDX_INVALID_RESERVED_IN_TDMR;
import static seamtape.catalog.TdxStatus.TDX_INVALID_TDMR;
import static seamtape.catalog.TdxStatus.TDX_NON_ORDERED_RESERVED_IN_TDMR;
import static seamtape.catalog.TdxStatus.TDX_NON_ORDERED_TDMR;
import static seamtape.catalog.TdxStatus.TDX_PAMT_OUTSIDE_CMRS;
import static seamtape.catalog.TdxStatus.TDX_PAMT_OVERLAP;
import static seamtape.catalog.TdxStatus.TDX_TDMR_OUTSIDE_CMRS;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.TdxStatus;
import seamtape.sim.tdx.TdxPlatform.MemoryRange;

/**
 * The TDMR_INFOs of SYS.CONFIG while they are checked. A status says in its low half which TDMR
 * (byte 0), which PAMT size or reserved area (byte 1), which other TDMR (byte 2).
 */
final class TdmrConfig {
  static final int MAX_RESERVED = 16;
  static final int PAMT_ENTRY_SIZE = 16;

  private static final long GIB = 1L << 30;
  private static final int PAMTS = 16;
  private static final int RESERVED = 64;

  private record Pamts(MemoryRange[] bySize) {}

  private final List<MemoryRange> cmrs;
  private final List<Tdmr> tdmrs = new ArrayList<>();
  private final List<Pamts> pamts = new ArrayList<>();

  TdmrConfig(List<MemoryRange> cmrs) {
    this.cmrs = cmrs;
  }

  List<Tdmr> tdmrs() {
    return List.copyOf(tdmrs);
  }

  private static long status(TdxStatus status, int tdmr, int part, int other) {
    return status.value() | tdmr | part << 8 | other << 16;
  }

  /** Takes the next TDMR_INFO. */
  long add(byte[] info, int at) {
    int number = tdmrs.size();
    long base = Bytes.u64(info, at);
    long size = Bytes.u64(info, at + 8);
    boolean good = (base | size) % GIB == 0 && base >= 0 && size > 0;
    if (!good || base + size > 1L << TdxPlatform.KEY_ID_SHIFT) {
      return status(TDX_INVALID_TDMR, number, 0, 0);
    }
    if (number > 0 && base < tdmrs.get(number - 1).end()) {
      return status(TDX_NON_ORDERED_TDMR, number, 0, 0);
    }
    List<MemoryRange> reserved = new ArrayList<>();
    long bad = readReserved(info, at + RESERVED, number, base, size, reserved);
    if (bad == 0) {
      bad = checkConvertible(number, base, size, reserved);
    }
    if (bad == 0) {
      bad = readPamts(info, at + PAMTS, number, size);
    }
    if (bad == 0) {
      tdmrs.add(new Tdmr(base, size, reserved));
    }
    return bad;
  }

  private static long readReserved(
      byte[] info, int at, int tdmr, long base, long size, List<MemoryRange> reserved) {
    long end = 0;
    for (int i = 0; i < MAX_RESERVED; i++) {
      long offset = Bytes.u64(info, at + 16 * i);
      long length = Bytes.u64(info, at + 16 * i + 8);
      if (length == 0) {
        return Leaf.SUCCESS;
      }
      boolean aligned = ((offset | length) & (PhysicalMemory.PAGE_SIZE - 1)) == 0;
      boolean inside = offset >= 0 && length > 0 && offset <= size && length <= size - offset;
      if (!aligned || !inside) {
        return status(TDX_INVALID_RESERVED_IN_TDMR, tdmr, i, 0);
      }
      if (offset < end) {
        return status(TDX_NON_ORDERED_RESERVED_IN_TDMR, tdmr, i, 0);
      }
      reserved.add(new MemoryRange(base + offset, length));
      end = offset + length;
    }
    return Leaf.SUCCESS;
  }

  /** What is not reserved must be convertible memory. */
  private long checkConvertible(int tdmr, long base, long size, List<MemoryRange> reserved) {
    long from = base;
    for (MemoryRange hole : reserved) {
      if (hole.base() > from && !inCmr(from, hole.base() - from)) {
        return status(TDX_TDMR_OUTSIDE_CMRS, tdmr, 0, 0);
      }
      from = hole.end();
    }
    long rest = base + size - from;
    return rest == 0 || inCmr(from, rest)
        ? Leaf.SUCCESS
        : status(TDX_TDMR_OUTSIDE_CMRS, tdmr, 0, 0);
  }

  private boolean inCmr(long base, long size) {
    for (MemoryRange cmr : cmrs) {
      if (cmr.contains(base, size)) {
        return true;
      }
    }
    return false;
  }

  /** PAMT areas stand in the order 1 GiB, 2 MiB, 4 KiB; byte 1 of a status counts from 4 KiB. */
  private long readPamts(byte[] info, int at, int tdmr, long size) {
    MemoryRange[] areas = new MemoryRange[3];
    for (int level = Pamt.LEVEL_1G; level >= Pamt.LEVEL_4K; level--) {
      int field = at + 16 * (Pamt.LEVEL_1G - level);
      long base = Bytes.u64(info, field);
      long length = Bytes.u64(info, field + 8);
      long needed = (size >>> (12 + 9 * level)) * PAMT_ENTRY_SIZE;
      boolean aligned = ((base | length) & (PhysicalMemory.PAGE_SIZE - 1)) == 0;
      if (!aligned || base < 0 || length < needed || base + length < base) {
        return status(TDX_INVALID_PAMT, tdmr, level, 0);
      }
      if (!inCmr(base, length)) {
        return status(TDX_PAMT_OUTSIDE_CMRS, tdmr, level, 0);
      }
      areas[level] = new MemoryRange(base, length);
    }
    pamts.add(new Pamts(areas));
    return Leaf.SUCCESS;
  }

  /** No PAMT may share a byte with another, nor with TDMR memory that is not reserved. */
  long checkPamts() {
    for (int i = 0; i < pamts.size(); i++) {
      for (int level = 0; level < 3; level++) {
        int other = overlaps(i, level);
        if (other >= 0) {
          return status(TDX_PAMT_OVERLAP, i, level, other);
        }
      }
    }
    return Leaf.SUCCESS;
  }

  private int overlaps(int tdmr, int level) {
    MemoryRange area = pamts.get(tdmr).bySize()[level];
    for (int other = 0; other < tdmrs.size(); other++) {
      if (usesMemory(tdmrs.get(other), area)) {
        return other;
      }
      for (int size = 0; size < 3; size++) {
        boolean self = other == tdmr && size == level;
        if (!self && intersect(pamts.get(other).bySize()[size], area)) {
          return other;
        }
      }
    }
    return -1;
  }

  private static boolean usesMemory(Tdmr tdmr, MemoryRange area) {
    long at = Math.max(area.base(), tdmr.base());
    long end = Math.min(area.end(), tdmr.end());
    while (at < end) {
      MemoryRange hole = tdmr.reservedAt(at);
      if (hole == null) {
        return true;
      }
      at = hole.end();
    }
    return false;
  }

  private static boolean intersect(MemoryRange a, MemoryRange b) {
    return a.base() < b.end() && b.base() < a.end();
  }
}
