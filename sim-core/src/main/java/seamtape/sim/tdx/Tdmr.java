package seamtape.sim.tdx;

import java.util.List;
import seamtape.sim.tdx.TdxPlatform.MemoryRange;

/** A trust domain memory region: what SYS.CONFIG was told of it, and how far its PAMT is ready. */
public final class Tdmr {
  /** Memory that one call of SYS.TDMR.INIT covers: 1024 entries of 4 KiB. */
  static final long STEP = 4L << 20;

  private static final long GIB = 1L << 30;

  private final long base;
  private final long size;
  private final List<MemoryRange> reserved;
  private long initialized;

  /**
   * @param reserved ranges of physical addresses inside that are no TDX memory
   */
  Tdmr(long base, long size, List<MemoryRange> reserved) {
    this.base = base;
    this.size = size;
    this.reserved = List.copyOf(reserved);
    this.initialized = base;
  }

  public long base() {
    return base;
  }

  public long end() {
    return base + size;
  }

  boolean isReserved(long hpa) {
    return reservedAt(hpa) != null;
  }

  /** The reserved area that an address lies in, or null. */
  MemoryRange reservedAt(long hpa) {
    for (MemoryRange range : reserved) {
      if (range.contains(hpa, 1)) {
        return range;
      }
    }
    return null;
  }

  boolean complete() {
    return initialized == end();
  }

  void step() {
    initialized += STEP;
  }

  /** The next address to initialize, rounded down to 1 GiB: what SYS.TDMR.INIT tells. */
  long usableEnd() {
    return initialized & -GIB;
  }
}
