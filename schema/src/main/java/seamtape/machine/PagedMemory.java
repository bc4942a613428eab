package seamtape.machine;

/**
 * User memory in pages that come to life when they are first touched, so that a mapping of
 * gigabytes costs nothing. Ranges are kept in a sorted array, pages in an open-addressed table.
 */
public final class PagedMemory implements UserMemory {
  /** Addresses above are the kernel's or not canonical, and never mapped. */
  public static final long USER_END = 0x0000_7fff_ffff_f000L;

  /** Pages that may be alive at once where nothing else is said: 8 GiB. */
  private static final int MAX_PAGES = 1 << 21;

  /** More pages came to life than the owner allows. */
  public static final class OutOfPages extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private OutOfPages(int pages) {
      super("more than " + pages + " pages of user memory in use");
    }
  }

  private final int maxPages;
  private final java.util.TreeMap<Long, Long> ranges = new java.util.TreeMap<>();
  private long[] keys = new long[256];
  private byte[][] pages = new byte[256][];
  private int pageCount;
  private long lastNumber = -1;
  private byte[] lastPage;

  public PagedMemory() {
    this(MAX_PAGES);
  }

  /**
   * @param maxPages that may be alive at once; the next one is {@link OutOfPages}
   */
  public PagedMemory(int maxPages) {
    this.maxPages = maxPages;
  }

  @Override
  public boolean read(long address, byte[] dst, int offset, int length) {
    int done = 0;
    while (done < length) {
      byte[] page = page(address + done);
      if (page == null) {
        return false;
      }
      int inPage = (int) ((address + done) & (PAGE_SIZE - 1));
      int part = Math.min(length - done, PAGE_SIZE - inPage);
      System.arraycopy(page, inPage, dst, offset + done, part);
      done += part;
    }
    return true;
  }

  @Override
  public boolean write(long address, byte[] src, int offset, int length) {
    int done = 0;
    while (done < length) {
      byte[] page = page(address + done);
      if (page == null) {
        return false;
      }
      int inPage = (int) ((address + done) & (PAGE_SIZE - 1));
      int part = Math.min(length - done, PAGE_SIZE - inPage);
      System.arraycopy(src, offset + done, page, inPage, part);
      done += part;
    }
    return true;
  }

  @Override
  public byte[] page(long address) {
    long number = address >>> 12;
    if (number == lastNumber) {
      return lastPage;
    }
    byte[] page = alive(number);
    if (page == null && mapped(address)) {
      page = new byte[PAGE_SIZE];
      insert(number, page);
    }
    if (page != null) {
      lastPage = page;
      lastNumber = number;
    }
    return page;
  }

  @Override
  public void map(long address, long length) {
    long end = checkedEnd(address, length);
    unmap(address, length);
    ranges.put(address, end);
  }

  @Override
  public void mapPage(long address, byte[] page) {
    if (page.length != PAGE_SIZE) {
      throw new IllegalArgumentException("a page has " + PAGE_SIZE + " bytes, not " + page.length);
    }
    map(address, PAGE_SIZE);
    insert(address >>> 12, page);
  }

  @Override
  public void unmap(long address, long length) {
    long end = checkedEnd(address, length);
    lastNumber = -1;
    Long before = ranges.lowerKey(address);
    if (before != null && ranges.get(before) > address) {
      split(before, address);
    }
    Long last = ranges.lowerKey(end);
    if (last != null && ranges.get(last) > end) {
      split(last, end);
    }
    ranges.subMap(address, end).clear();
    dropPages(address >>> 12, end >>> 12);
  }

  private static long checkedEnd(long address, long length) {
    long end = address + length;
    boolean aligned = ((address | length) & (PAGE_SIZE - 1)) == 0;
    if (!aligned || length <= 0 || address < 0 || end < address || end > USER_END) {
      throw new IllegalArgumentException(
          "not a range of user pages: 0x"
              + Long.toHexString(address)
              + " length 0x"
              + Long.toHexString(length));
    }
    return end;
  }

  private void split(long start, long at) {
    long end = ranges.get(start);
    ranges.put(start, at);
    ranges.put(at, end);
  }

  private boolean mapped(long address) {
    var range = ranges.floorEntry(address);
    return address >= 0 && range != null && range.getValue() > address;
  }

  /** The page of a number if it has come to life; unmapping ends its life. */
  private byte[] alive(long number) {
    return pages[slot(number)];
  }

  private void insert(long number, byte[] page) {
    if (pageCount == maxPages) {
      throw new OutOfPages(maxPages);
    }
    if (pageCount * 2 >= keys.length) {
      grow();
    }
    int slot = slot(number);
    if (pages[slot] == null) {
      pageCount++;
    }
    keys[slot] = number;
    pages[slot] = page;
    lastNumber = -1;
  }

  private int slot(long number) {
    int mask = keys.length - 1;
    int slot = (int) ((number * 0x9e3779b97f4a7c15L) >>> 33) & mask;
    while (pages[slot] != null && keys[slot] != number) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    rebuild(keys.length * 2, 0, 0);
  }

  private void dropPages(long first, long end) {
    if (pageCount > 0) {
      rebuild(keys.length, first, end);
    }
  }

  /** Moves all pages but those numbered from first to end - 1 into a table of a size. */
  private void rebuild(int size, long first, long end) {
    long[] oldKeys = keys;
    byte[][] oldPages = pages;
    keys = new long[size];
    pages = new byte[size][];
    pageCount = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldPages[i] != null && (oldKeys[i] < first || oldKeys[i] >= end)) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        pages[slot] = oldPages[i];
        pageCount++;
      }
    }
  }
}
