package seamtape.machine;

/**
 * User memory in pages that come to life when they are first touched, so that a mapping of
 * gigabytes costs nothing, and taking one away costs what it covers, not what else is mapped.
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
  private final PageTable pages = new PageTable();
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
    byte[] page = pages.get(number);
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
    pages.removeRange(address >>> 12, end >>> 12);
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

  private void insert(long number, byte[] page) {
    if (pages.size() == maxPages) {
      throw new OutOfPages(maxPages);
    }
    pages.put(number, page);
    lastNumber = -1;
  }
}
