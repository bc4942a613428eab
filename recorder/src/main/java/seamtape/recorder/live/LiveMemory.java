package seamtape.recorder.live;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import seamtape.catalog.Errno;
import seamtape.machine.UserMemory;

/**
 * Memory of this process that the recorded VMM mapped. The kernel copies for us (process_vm_readv),
 * so that a page that cannot be touched is an answer and not the end of the process; what the VMM
 * did not map is not readable here, whatever lies there. An address that was the VMM's once stays
 * claimed until the end: a guest whose memory slot still refers to it must never meet memory of
 * this program.
 */
final class LiveMemory implements UserMemory {
  private static final int CHUNK = 1 << 20;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_FIXED_NOREPLACE = 0x100000;

  /**
   * MAP_PRIVATE, MAP_ANONYMOUS, MAP_NORESERVE: with PROT_NONE, an address range and nothing else.
   */
  private static final int CLAIM = 0x2 | 0x20 | 0x4000;

  private final Ranges mapped = new Ranges();
  private final Ranges claimed = new Ranges();
  private final Memory chunk = new Memory(CHUNK);
  private final Memory here = new Memory(16);
  private final Memory there = new Memory(16);

  /** mmap(2), at the address or not at all. */
  long map(long address, long length, int prot, int flags, int fd, long offset) {
    long end = address + length;
    boolean own = address != 0 && length > 0 && claimed.contains(address, end);
    int placed =
        address == 0 ? flags : flags & ~MAP_FIXED | (own ? MAP_FIXED : MAP_FIXED_NOREPLACE);
    long result = Libc.mmap(address, length, prot, placed, fd, offset);
    if (result == Errno.EEXIST.result()) {
      throw taken(address);
    }
    if (!Errno.isError(result)) {
      claimed.add(result, result + pages(length));
      mapped.add(result, result + pages(length));
    }
    return result;
  }

  private static LiveException taken(long address) {
    return new LiveException(
        "0x"
            + Long.toHexString(address)
            + " is taken by this program; its addresses differ from run to run: try again");
  }

  static long pages(long length) {
    return (length + PAGE_SIZE - 1) & -PAGE_SIZE;
  }

  /** munmap(2) of what is the VMM's; the rest of the range is left alone. */
  long release(long address, long length) {
    boolean aligned = (address & (PAGE_SIZE - 1)) == 0;
    if (!aligned || length <= 0 || address < 0 || address + pages(length) < 0) {
      return Errno.EINVAL.result();
    }
    for (Ranges.Range part : mapped.within(address, address + pages(length))) {
      Libc.mmap(part.from(), part.length(), 0, CLAIM | MAP_FIXED, -1, 0);
    }
    mapped.remove(address, address + pages(length));
    return 0;
  }

  /**
   * Makes sure that a range is the VMM's or nobody's, now and later. Does nothing for what is no
   * range of user pages: the kernel refuses it.
   *
   * @throws LiveException when something of this program lies there
   */
  void claim(long address, long length) {
    if (length <= 0 || address < 0 || address + length < 0) {
      return;
    }
    for (Ranges.Range gap : claimed.gaps(address & -PAGE_SIZE, address + pages(length))) {
      int flags = CLAIM | MAP_FIXED_NOREPLACE;
      long result = Libc.mmap(gap.from(), gap.length(), 0, flags, -1, 0);
      if (result == Errno.EEXIST.result()) {
        throw taken(gap.from());
      }
      if (!Errno.isError(result)) {
        claimed.add(gap.from(), gap.to());
      }
    }
  }

  /** Unmaps all that was claimed. */
  void releaseAll() {
    for (Ranges.Range range : claimed.all()) {
      Libc.munmap(range.from(), range.length());
      claimed.remove(range.from(), range.to());
      mapped.remove(range.from(), range.to());
    }
  }

  /** True when one of these bytes can be read and is not the VMM's. */
  boolean foreign(long address, long length) {
    long end = address + length;
    if (length <= 0 || address < 0 || end < 0) {
      return false;
    }
    for (Ranges.Range gap : claimed.gaps(address, end)) {
      for (long at = gap.from(); at < gap.to(); at = (at & -PAGE_SIZE) + PAGE_SIZE) {
        if (peek(at, 1)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean peek(long address, long length) {
    vectors(address, length);
    return Libc.peek(here, there, length);
  }

  private void vectors(long address, long length) {
    here.setLong(0, Pointer.nativeValue(chunk));
    here.setLong(8, length);
    there.setLong(0, address);
    there.setLong(8, length);
  }

  @Override
  public boolean read(long address, byte[] dst, int offset, int length) {
    if (!mapped.contains(address, address + length)) {
      return false;
    }
    for (int done = 0; done < length; done += CHUNK) {
      int part = Math.min(length - done, CHUNK);
      if (!peek(address + done, part)) {
        return false;
      }
      chunk.read(0, dst, offset + done, part);
    }
    return true;
  }

  @Override
  public boolean write(long address, byte[] src, int offset, int length) {
    if (!mapped.contains(address, address + length)) {
      return false;
    }
    for (int done = 0; done < length; done += CHUNK) {
      int part = Math.min(length - done, CHUNK);
      chunk.write(0, src, offset + done, part);
      vectors(address + done, part);
      if (!Libc.poke(here, there, part)) {
        return false;
      }
    }
    return true;
  }

  /** A copy of the page: native memory has no array. Stores go through {@link #write}. */
  @Override
  public byte[] page(long address) {
    byte[] page = new byte[PAGE_SIZE];
    return read(address & -PAGE_SIZE, page, 0, PAGE_SIZE) ? page : null;
  }

  @Override
  public void map(long address, long length) {
    throw new UnsupportedOperationException("the kernel maps: use mmap");
  }

  @Override
  public void mapPage(long address, byte[] page) {
    throw new UnsupportedOperationException("the kernel maps: use mmap");
  }

  @Override
  public void unmap(long address, long length) {
    throw new UnsupportedOperationException("the kernel unmaps: use munmap");
  }
}
