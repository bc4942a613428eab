package seamtape.sim.oracle;

import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import seamtape.machine.PagedMemory;

/** The memory of a case: named buffers, memories and mappings, and places in them. */
final class OracleMemory {
  private static final long FIRST_ADDRESS = 0x7f00_0000_0000L;
  private static final int PAGE = 4096;

  /** Behind a buffer there is more of the heap: the kernel may read a little beyond. */
  private static final int ROOM = 2 * PAGE;

  final PagedMemory memory = new PagedMemory();
  private final Map<String, Long> places = new TreeMap<>();
  private long next = FIRST_ADDRESS;

  /** A new zeroed range of that name. */
  long allocate(String name, long size) {
    long address = reserve(size + ROOM);
    memory.map(address, pages(size + ROOM));
    places.put(name, address);
    return address;
  }

  /** An address range that nothing is mapped at yet. */
  long reserve(long size) {
    long address = next;
    next += pages(size) + PAGE;
    return address;
  }

  static long pages(long size) {
    return Math.max(size + PAGE - 1 & -PAGE, PAGE);
  }

  void name(String name, long address) {
    places.put(name, address);
  }

  long address(String name) {
    Long address = places.get(name);
    if (address == null) {
      throw new OracleCase.Malformed("no memory named " + name);
    }
    return address;
  }

  /** "NAME+0xOFFSET". */
  long place(String text) {
    int plus = text.lastIndexOf('+');
    long offset = Long.parseUnsignedLong(text.substring(plus + 3), 16);
    return address(text.substring(0, plus)) + offset;
  }

  void write(long address, byte[] bytes) {
    if (!memory.write(address, bytes, 0, bytes.length)) {
      throw new OracleCase.Malformed("not mapped: 0x" + Long.toHexString(address));
    }
  }

  void writeHex(long address, String hex) {
    write(address, HexFormat.of().parseHex(hex));
  }

  /** Stores a little-endian number. */
  void writeNumber(long address, int size, long value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i < Long.BYTES ? value >>> 8 * i : 0);
    }
    write(address, bytes);
  }

  byte[] read(long address, int size) {
    byte[] bytes = new byte[size];
    if (!memory.read(address, bytes, 0, size)) {
      throw new OracleCase.Malformed("not mapped: 0x" + Long.toHexString(address));
    }
    return bytes;
  }

  long readNumber(long address, int size) {
    byte[] bytes = read(address, size);
    long value = 0;
    for (int i = Math.min(size, Long.BYTES) - 1; i >= 0; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }
}
