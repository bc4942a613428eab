package seamtape.sim.tdxguest;

import java.util.ArrayList;
import java.util.List;

/**
 * Guest physical memory of the TD, as far as it was ever told to its VMM. A page is private to the
 * TD, or the VMM's and shared, or given back to the TD and not accepted yet; the bytes of the three
 * have nothing in common.
 */
final class TdMemory {
  static final int PAGE_SIZE = 4096;

  /** Addresses are given to pages in the order in which they are first asked for. */
  static final long FIRST_GPA = 0x1_0000_0000L;

  /** Where a page is. */
  enum State {
    PRIVATE,
    SHARED,
    PENDING
  }

  private static final class Page {
    final long gpa;
    State state = State.PRIVATE;
    byte[] bytes;

    Page(long gpa, byte[] bytes) {
      this.gpa = gpa;
      this.bytes = bytes;
    }
  }

  private final List<Page> pages = new ArrayList<>();

  /** The guest physical address of a page of a process; pinned from now on. */
  long gpa(byte[] bytes) {
    for (Page page : pages) {
      if (page.bytes == bytes) {
        return page.gpa;
      }
    }
    Page page = new Page(FIRST_GPA + (long) pages.size() * PAGE_SIZE, bytes);
    pages.add(page);
    return page.gpa;
  }

  boolean exists(long gpa) {
    long index = (gpa - FIRST_GPA) / PAGE_SIZE;
    return gpa >= FIRST_GPA && index < pages.size();
  }

  State state(long gpa) {
    return page(gpa).state;
  }

  /** The bytes now at an address: the TD's own, or those it shares with the VMM. */
  byte[] bytes(long gpa) {
    return page(gpa).bytes;
  }

  /** The VMM takes the private page away and puts one of its own there. */
  void share(long gpa) {
    replace(gpa, State.SHARED);
  }

  /** The VMM takes its page away; the TD gets one that it must accept. */
  void unshare(long gpa) {
    replace(gpa, State.PENDING);
  }

  /** The page is the TD's, and zero. */
  void accept(long gpa) {
    page(gpa).state = State.PRIVATE;
  }

  private void replace(long gpa, State state) {
    Page page = page(gpa);
    page.bytes = new byte[PAGE_SIZE];
    page.state = state;
  }

  private Page page(long gpa) {
    return pages.get((int) ((gpa - FIRST_GPA) / PAGE_SIZE));
  }
}
