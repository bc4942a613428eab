package seamtape.sim.tdx;

import java.util.List;
import seamtape.sim.tdx.TdxPlatform.MemoryRange;

/**
 * The host's physical pages. Bytes come to life when first touched; the allocator hands out pages
 * in ascending order, and the last one freed first, so the same calls give the same addresses.
 *
 * <p>Of encryption only the key id is kept that a page was last written with: a page of another key
 * id reads as zeros here, as scrambled bytes on hardware.
 */
public final class PhysicalMemory {
  public static final int PAGE_SIZE = 4096;

  /** No page could be allocated. */
  public static final long NONE = -1;

  private static final int CHUNK_PAGES = 512;

  private final List<MemoryRange> ranges;
  private final byte[][][] chunks;
  private final short[][] keyIds;
  private final long[] chunkBase;
  private long[] free = new long[64];
  private int freeCount;
  private int range;
  private long next;
  private long top;

  /**
   * @param ranges of memory, ascending; single pages are taken from the start of the first,
   *     contiguous blocks from the end of the last
   */
  public PhysicalMemory(List<MemoryRange> ranges) {
    this.ranges = List.copyOf(ranges);
    int total = 0;
    chunkBase = new long[ranges.size()];
    for (int i = 0; i < ranges.size(); i++) {
      chunkBase[i] = total;
      total += (int) ((ranges.get(i).size() / PAGE_SIZE + CHUNK_PAGES - 1) / CHUNK_PAGES);
    }
    chunks = new byte[total][][];
    keyIds = new short[total][];
    next = ranges.get(0).base();
    top = ranges.get(ranges.size() - 1).end();
  }

  /** True when there is memory at the page of this address. */
  public boolean exists(long hpa) {
    return rangeOf(hpa) >= 0;
  }

  /** The bytes of the page that holds an address, or null where there is no memory. */
  public byte[] page(long hpa) {
    int index = rangeOf(hpa);
    if (index < 0) {
      return null;
    }
    long number = pageNumber(index, hpa);
    byte[][] chunk = chunk(index, number);
    int inChunk = (int) number & (CHUNK_PAGES - 1);
    byte[] page = chunk[inChunk];
    if (page == null) {
      page = new byte[PAGE_SIZE];
      chunk[inChunk] = page;
    }
    return page;
  }

  /**
   * Makes a page of somebody else the bytes at an address: user memory that the kernel has pinned.
   */
  public void bind(long hpa, byte[] page) {
    if (page.length != PAGE_SIZE || (hpa & (PAGE_SIZE - 1)) != 0) {
      throw new IllegalArgumentException("not a page");
    }
    int index = rangeOf(hpa);
    long number = pageNumber(index, hpa);
    chunk(index, number)[(int) number & (CHUNK_PAGES - 1)] = page;
  }

  /** Forgets the bytes at an address: they read as zeros, and a bound page is let go. */
  public void drop(long hpa) {
    int index = rangeOf(hpa);
    long number = pageNumber(index, hpa);
    byte[][] chunk = chunks[chunkNumber(index, number)];
    if (chunk != null) {
      chunk[(int) number & (CHUNK_PAGES - 1)] = null;
    }
  }

  /** The key id that the page was last written with. */
  public int keyId(long hpa) {
    int index = rangeOf(hpa);
    long number = pageNumber(index, hpa);
    short[] ids = keyIds[chunkNumber(index, number)];
    return ids == null ? 0 : ids[(int) number & (CHUNK_PAGES - 1)];
  }

  public void keyId(long hpa, int id) {
    int index = rangeOf(hpa);
    long number = pageNumber(index, hpa);
    int chunk = chunkNumber(index, number);
    if (keyIds[chunk] == null) {
      keyIds[chunk] = new short[CHUNK_PAGES];
    }
    keyIds[chunk][(int) number & (CHUNK_PAGES - 1)] = (short) id;
  }

  /** The address of a page nobody has, or {@link #NONE}. */
  public long allocate() {
    if (freeCount > 0) {
      return free[--freeCount];
    }
    while (range < ranges.size() && next == ranges.get(range).end()) {
      range++;
      next = range < ranges.size() ? ranges.get(range).base() : top;
    }
    boolean last = range >= ranges.size() - 1;
    if (range == ranges.size() || last && next >= top) {
      return NONE;
    }
    long hpa = next;
    next += PAGE_SIZE;
    return hpa;
  }

  /** Takes back a page of {@link #allocate}; its bytes are dropped. */
  public void free(long hpa) {
    drop(hpa);
    if (freeCount == free.length) {
      free = java.util.Arrays.copyOf(free, freeCount * 2);
    }
    free[freeCount++] = hpa;
  }

  /**
   * A block of contiguous pages that is never given back: PAMTs, large pages.
   *
   * @param alignment a power of two, at least a page
   * @return its address, or {@link #NONE}
   */
  public long allocateBlock(long bytes, long alignment) {
    MemoryRange last = ranges.get(ranges.size() - 1);
    long base = (top - bytes) & -alignment;
    long floor = range >= ranges.size() - 1 ? next : last.base();
    if (base < floor) {
      return NONE;
    }
    top = base;
    return base;
  }

  public List<MemoryRange> ranges() {
    return ranges;
  }

  private int rangeOf(long hpa) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).contains(hpa, 1)) {
        return i;
      }
    }
    return -1;
  }

  private long pageNumber(int index, long hpa) {
    if (index < 0) {
      throw new IllegalArgumentException("no memory at 0x" + Long.toHexString(hpa));
    }
    return (hpa - ranges.get(index).base()) >>> 12;
  }

  private int chunkNumber(int index, long number) {
    return (int) (chunkBase[index] + number / CHUNK_PAGES);
  }

  private byte[][] chunk(int index, long number) {
    int at = chunkNumber(index, number);
    if (chunks[at] == null) {
      chunks[at] = new byte[CHUNK_PAGES][];
    }
    return chunks[at];
  }
}
