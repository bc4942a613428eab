package seamtape.sim.guest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The guest's view of memory: segment limits, linear addresses, pages, and MMIO where the machine
 * has no page. The small page tables here are valid for one call of {@link Interpreter#run} only.
 */
final class GuestMemory {
  private static final VarHandle U16 = view(short[].class);
  private static final VarHandle U32 = view(int[].class);
  private static final VarHandle U64 = view(long[].class);
  private static final int PAGE = 4096;
  private static final int ENTRIES = 32;

  /** MMIO bytes that one instruction may read or write; more would be a bug of the decoder. */
  private static final int MAX_MMIO_FRAGMENT = 8;

  private final Core core;
  private final long[] readTags = new long[ENTRIES];
  private final byte[][] readPages = new byte[ENTRIES][];
  private final long[] writeTags = new long[ENTRIES];
  private final byte[][] writePages = new byte[ENTRIES][];

  /** Nothing was entered since the last flush: runs that touch no data need none. */
  private boolean empty;

  GuestMemory(Core core) {
    this.core = core;
    flush();
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }

  /** Forgets every page: slots, paging or dirty logging may have changed. */
  void flush() {
    if (!empty) {
      Arrays.fill(readTags, -1);
      Arrays.fill(writeTags, -1);
      empty = true;
    }
  }

  static long load(byte[] page, int offset, int size) {
    return switch (size) {
      case 1 -> page[offset] & 0xff;
      case 2 -> (short) U16.get(page, offset) & 0xffff;
      case 4 -> (int) U32.get(page, offset) & 0xffff_ffffL;
      default -> (long) U64.get(page, offset);
    };
  }

  static void store(byte[] page, int offset, int size, long value) {
    switch (size) {
      case 1 -> page[offset] = (byte) value;
      case 2 -> U16.set(page, offset, (short) value);
      case 4 -> U32.set(page, offset, (int) value);
      default -> U64.set(page, offset, value);
    }
  }

  long read(int segment, long offset, int size) {
    return readLinear(linear(segment, offset, size, false), size);
  }

  void write(int segment, long offset, int size, long value) {
    writeLinear(linear(segment, offset, size, true), size, value);
  }

  /**
   * Checks the access against the segment as KVM's emulator does and returns the linear address.
   */
  long linear(int segment, long offset, int size, boolean write) {
    Segment s = core.cpu.segments[segment];
    if (core.codeSize == 8) {
      long linear = segment >= CpuState.FS ? s.base + offset : offset;
      if (!core.canonical(linear)) {
        throw segmentFault(segment);
      }
      return linear;
    }
    boolean expandDown = (s.type & 0xc) == 4;
    if (!expandDown && offset + size - 1 > s.limit || s.unusable || offset > 0xffff_ffffL) {
      throw segmentFault(segment);
    }
    if (!core.real) {
      checkType(s, segment, write);
    }
    if (expandDown && outsideExpandDown(s, offset, size)) {
      throw segmentFault(segment);
    }
    return s.base + offset & 0xffff_ffffL;
  }

  private void checkType(Segment s, int segment, boolean write) {
    boolean code = (s.type & 8) != 0;
    boolean second = (s.type & 2) != 0;
    if (write ? code || !second : code && !second) {
      throw segmentFault(segment);
    }
  }

  private static boolean outsideExpandDown(Segment s, long offset, int size) {
    long top = s.db ? 0xffff_ffffL : 0xffff;
    return offset <= s.limit || offset + size - 1 > top;
  }

  private GuestFault segmentFault(int segment) {
    return core.fault.with(segment == CpuState.SS ? GuestFault.SS : GuestFault.GP, 0);
  }

  /** One code byte; a byte that no page backs cannot be emulated. */
  int fetch(long ip) {
    long gpa = codeAddress(ip);
    return codePage(gpa, linearCode(ip))[(int) gpa & PAGE - 1] & 0xff;
  }

  /** The guest physical address of a code byte, or the exception that fetching it raises. */
  long codeAddress(long ip) {
    Segment cs = core.cpu.segments[CpuState.CS];
    if (core.codeSize != 8 && Long.compareUnsigned(ip, cs.limit) > 0) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    return core.paging.translate(linearCode(ip), Paging.FETCH);
  }

  private long linearCode(long ip) {
    long base = core.cpu.segments[CpuState.CS].base;
    return core.codeSize == 8 ? ip : base + ip & 0xffff_ffffL;
  }

  /** The page of a guest physical address; code that no page backs cannot be emulated. */
  byte[] codePage(long gpa, long linear) {
    byte[] page = core.bus.codePage(gpa & -PAGE);
    if (page == null) {
      core.noPage(gpa, linear, Paging.FETCH);
      throw core.emulationFailure();
    }
    return page;
  }

  long readLinear(long linear, int size) {
    int offset = (int) linear & PAGE - 1;
    if (offset <= PAGE - size) {
      byte[] page = readPage(linear);
      if (page != null) {
        return load(page, offset, size);
      }
    }
    return readPieces(linear, size);
  }

  void writeLinear(long linear, int size, long value) {
    int offset = (int) linear & PAGE - 1;
    if (offset <= PAGE - size) {
      byte[] page = writePage(linear);
      if (page != null) {
        store(page, offset, size, value);
        return;
      }
    }
    writePieces(linear, size, value);
  }

  private byte[] readPage(long linear) {
    long number = linear >>> 12;
    int entry = (int) number & ENTRIES - 1;
    if (readTags[entry] == number) {
      return readPages[entry];
    }
    if (core.traps.watches(number)) {
      return null;
    }
    byte[] page = core.bus.readPage(core.paging.translate(linear, Paging.READ) & -PAGE);
    if (page != null) {
      empty = false;
      readTags[entry] = number;
      readPages[entry] = page;
    }
    return page;
  }

  private byte[] writePage(long linear) {
    long number = linear >>> 12;
    int entry = (int) number & ENTRIES - 1;
    if (writeTags[entry] == number) {
      return writePages[entry];
    }
    if (core.traps.watches(number)) {
      return null;
    }
    byte[] page = core.bus.writePage(core.paging.translate(linear, Paging.WRITE) & -PAGE);
    if (page != null) {
      empty = false;
      writeTags[entry] = number;
      writePages[entry] = page;
    }
    return page;
  }

  private long readPieces(long linear, int size) {
    long value = 0;
    for (int done = 0; done < size; ) {
      long at = core.wrap(linear + done);
      int piece = piece(at, size - done);
      value |= readPiece(at, piece) << 8 * done;
      done += piece;
    }
    return value;
  }

  private long readPiece(long linear, int size) {
    core.traps.touched(linear, size, false);
    long gpa = core.paging.translate(linear, Paging.READ);
    byte[] page = core.bus.readPage(gpa & -PAGE);
    if (page == null) {
      core.noPage(gpa, linear, Paging.READ);
      return core.mmio.read(gpa, size);
    }
    return assemble(page, (int) gpa & PAGE - 1, size);
  }

  static long assemble(byte[] bytes, int offset, int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (bytes[offset + i] & 0xffL) << 8 * i;
    }
    return value;
  }

  void writePieces(long linear, int size, long value) {
    long last = core.wrap(linear + size - 1);
    core.paging.translate(last, Paging.WRITE);
    for (int done = 0; done < size; ) {
      long at = core.wrap(linear + done);
      int piece = piece(at, size - done);
      writePiece(at, piece, value >>> 8 * done);
      done += piece;
    }
  }

  private void writePiece(long linear, int size, long value) {
    core.traps.touched(linear, size, true);
    long gpa = core.paging.translate(linear, Paging.WRITE);
    byte[] page = core.bus.writePage(gpa & -PAGE);
    if (page == null) {
      core.noPage(gpa, linear, Paging.WRITE);
      core.mmio.write(gpa, size, value);
      return;
    }
    for (int i = 0; i < size; i++) {
      page[((int) gpa & PAGE - 1) + i] = (byte) (value >>> 8 * i);
    }
  }

  private static int piece(long linear, int rest) {
    return Math.min(Math.min(rest, MAX_MMIO_FRAGMENT), PAGE - ((int) linear & PAGE - 1));
  }
}
