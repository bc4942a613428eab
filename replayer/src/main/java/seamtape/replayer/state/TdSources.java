package seamtape.replayer.state;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import seamtape.catalog.Input;
import seamtape.event.Event;

/**
 * The memory that the VMM stored, and the region that KVM_TDX_INIT_MEM_REGION is adding: where the
 * contents of pages come from. Memory that nobody stored to is zero.
 */
final class TdSources {
  private static final int PAGE = 4096;

  private final Map<Long, byte[]> memory = new TreeMap<>();

  /** Pages that no copy shares, by address. */
  private final Set<Long> own = new HashSet<>();

  private long source;
  private long gpa;
  private long pages;

  /** Shares the pages stored so far; whoever stores to one then has its own. */
  TdSources copy() {
    TdSources copy = new TdSources();
    if (!own.isEmpty()) {
      own.clear();
    }
    copy.memory.putAll(memory);
    copy.source = source;
    copy.gpa = gpa;
    copy.pages = pages;
    return copy;
  }

  void write(StateWriter to) {
    to.all(
        memory,
        (at, page) -> {
          to.put(at.longValue());
          to.share(page, to::put);
        });
    to.put(source);
    to.put(gpa);
    to.put(pages);
  }

  static TdSources read(StateReader from) {
    TdSources read = new TdSources();
    from.all(
        () -> {
          long at = from.number();
          read.memory.put(at, from.share(byte[].class, () -> from.bytes(PAGE)));
        });
    read.source = from.number();
    read.gpa = from.number();
    read.pages = from.number();
    return read;
  }

  int storedPages() {
    return memory.size();
  }

  /** Takes a store of the VMM. */
  void stored(Event input) {
    if (input.call != Input.USER_MEMORY) {
      return;
    }
    for (int i = 0; i < input.copyCount(); i++) {
      store(input.fields[0] + input.copyAt(i), input.copied(i));
    }
  }

  private void store(long address, byte[] bytes) {
    for (int done = 0; done < bytes.length; ) {
      long at = address + done;
      int inPage = (int) at & (PAGE - 1);
      int part = Math.min(bytes.length - done, PAGE - inPage);
      byte[] page = writable(at & -PAGE);
      System.arraycopy(bytes, done, page, inPage, part);
      done += part;
    }
  }

  private byte[] writable(long at) {
    byte[] page = memory.get(at);
    if (page == null || own.add(at)) {
      page = page == null ? new byte[PAGE] : page.clone();
      own.add(at);
      memory.put(at, page);
    }
    return page;
  }

  /** A copy of what lies at an address. */
  byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    for (int done = 0; done < length; ) {
      long at = address + done;
      int inPage = (int) at & (PAGE - 1);
      int part = Math.min(length - done, PAGE - inPage);
      byte[] page = memory.get(at & -PAGE);
      if (page != null) {
        System.arraycopy(page, inPage, bytes, done, part);
      }
      done += part;
    }
    return bytes;
  }

  /** A region is being added. */
  void region(long sourceAddress, long guestAddress, long count) {
    source = sourceAddress;
    gpa = guestAddress;
    pages = count;
  }

  /** A copy of the page that the region has for a guest address; null outside of it. */
  byte[] page(long guestAddress) {
    long offset = guestAddress - gpa;
    if (offset < 0 || offset >>> 12 >= pages) {
      return null;
    }
    byte[] page = memory.get(source + offset & -PAGE);
    return page == null ? new byte[PAGE] : page.clone();
  }
}
