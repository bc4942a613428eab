package seamtape.sim.kvm.tdx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import seamtape.sim.tdx.PhysicalMemory;
import seamtape.sim.tdx.TdxPlatform.MemoryRange;

/**
 * TDMR_INFO: a range of memory that the module may use, whole GiBs, with its PAMT and the areas
 * that are not memory of TDs.
 */
record TdmrInfo(long base, long size, long pamt, List<MemoryRange> reserved) {
  private static final long GIB = 1L << 30;
  private static final int PAMT_ENTRY = 16;
  private static final long PAMT_4K = (GIB >>> 12) * PAMT_ENTRY;
  private static final long PAMT_2M = (GIB >>> 21) * PAMT_ENTRY;

  /** One entry, rounded up to a page. */
  private static final long PAMT_1G = PhysicalPages.SIZE;

  private static final int STRIDE = 512;

  /** construct_tdmrs: a TDMR around each memory range, PAMTs from the end of memory. */
  static List<TdmrInfo> construct(TdxHost host) {
    List<MemoryRange> ranges = host.module.platform().cmrs();
    List<TdmrInfo> tdmrs = new ArrayList<>();
    List<MemoryRange> pamts = new ArrayList<>();
    for (MemoryRange range : ranges) {
      long base = range.base() & -GIB;
      long size = (range.end() + GIB - 1 & -GIB) - base;
      long bytes = pamtBytes(size);
      long pamt = host.memory.allocateBlock(bytes, PhysicalPages.SIZE);
      pamts.add(new MemoryRange(pamt, bytes));
      tdmrs.add(new TdmrInfo(base, size, pamt, new ArrayList<>()));
    }
    for (TdmrInfo tdmr : tdmrs) {
      tdmr.reserve(ranges, pamts);
    }
    return tdmrs;
  }

  private static long pamtBytes(long size) {
    return size / GIB * (PAMT_4K + PAMT_2M + PAMT_1G);
  }

  /** What lies in the TDMR without being memory, and the PAMTs. */
  private void reserve(List<MemoryRange> memory, List<MemoryRange> pamts) {
    long at = base;
    for (MemoryRange range : memory) {
      if (range.end() > base && range.base() < base + size) {
        addReserved(at, range.base());
        at = range.end();
      }
    }
    addReserved(at, base + size);
    for (MemoryRange pamt : pamts) {
      addReserved(Math.max(pamt.base(), base), Math.min(pamt.end(), base + size));
    }
    reserved.sort(Comparator.comparingLong(MemoryRange::base));
  }

  private void addReserved(long from, long to) {
    if (from < to) {
      reserved.add(new MemoryRange(from - base, to - from));
    }
  }

  /** Writes the structs and the array of their addresses; gives the array's address. */
  static long store(List<TdmrInfo> tdmrs, TdxHost host) {
    PhysicalMemory memory = host.memory;
    long pointers = memory.allocate();
    long page = memory.allocate();
    for (int i = 0; i < tdmrs.size(); i++) {
      int offset = i * STRIDE;
      tdmrs.get(i).store(PhysicalPages.bytes(memory, page), offset);
      PhysicalPages.bytes(memory, pointers).putLong(i * Long.BYTES, page + offset);
    }
    return pointers;
  }

  private void store(ByteBuffer bytes, int at) {
    long gibs = size / GIB;
    bytes.putLong(at, base).putLong(at + 8, size);
    long area = pamt;
    long[] sizes = {PAMT_1G, PAMT_2M, PAMT_4K};
    for (int level = 0; level < sizes.length; level++) {
      bytes.putLong(at + 16 + 16 * level, area);
      bytes.putLong(at + 24 + 16 * level, sizes[level] * gibs);
      area += sizes[level] * gibs;
    }
    for (int i = 0; i < reserved.size(); i++) {
      bytes.putLong(at + 64 + 16 * i, reserved.get(i).base());
      bytes.putLong(at + 72 + 16 * i, reserved.get(i).size());
    }
  }
}
