package seamtape.machine;

/** Pages by their number, open-addressed with linear probing: looking one up does not allocate. */
final class PageTable {
  private static final int INITIAL_SLOTS = 256;

  private long[] numbers = new long[INITIAL_SLOTS];
  private byte[][] pages = new byte[INITIAL_SLOTS][];
  private int size;

  int size() {
    return size;
  }

  /** Null for none. */
  byte[] get(long number) {
    return pages[slot(number)];
  }

  void put(long number, byte[] page) {
    if (size * 2 >= numbers.length) {
      grow();
    }
    int slot = slot(number);
    size += pages[slot] == null ? 1 : 0;
    numbers[slot] = number;
    pages[slot] = page;
  }

  /** Removes the pages numbered from first to end - 1, in the time of the shorter way to them. */
  void removeRange(long first, long end) {
    if (size == 0) {
      return;
    }
    if (end - first <= numbers.length) {
      for (long number = first; number < end; number++) {
        remove(number);
      }
      return;
    }
    long[] oldNumbers = numbers;
    byte[][] oldPages = pages;
    clear(oldNumbers.length);
    for (int i = 0; i < oldNumbers.length; i++) {
      if (oldPages[i] != null && (oldNumbers[i] < first || oldNumbers[i] >= end)) {
        put(oldNumbers[i], oldPages[i]);
      }
    }
  }

  private void remove(long number) {
    int slot = slot(number);
    if (pages[slot] != null) {
      pages[slot] = null;
      size--;
      closeGap(slot);
    }
  }

  /** Moves back what the free slot cuts off from the slot where its search begins. */
  private void closeGap(int free) {
    int mask = numbers.length - 1;
    int gap = free;
    for (int at = gap + 1 & mask; pages[at] != null; at = at + 1 & mask) {
      int home = home(numbers[at]);
      if ((at - home & mask) >= (at - gap & mask)) {
        numbers[gap] = numbers[at];
        pages[gap] = pages[at];
        pages[at] = null;
        gap = at;
      }
    }
  }

  private int slot(long number) {
    int mask = numbers.length - 1;
    int slot = home(number);
    while (pages[slot] != null && numbers[slot] != number) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private int home(long number) {
    return (int) ((number * 0x9e3779b97f4a7c15L) >>> 33) & numbers.length - 1;
  }

  private void grow() {
    long[] oldNumbers = numbers;
    byte[][] oldPages = pages;
    clear(oldNumbers.length * 2);
    for (int i = 0; i < oldNumbers.length; i++) {
      if (oldPages[i] != null) {
        put(oldNumbers[i], oldPages[i]);
      }
    }
  }

  private void clear(int slots) {
    numbers = new long[slots];
    pages = new byte[slots][];
    size = 0;
  }
}
