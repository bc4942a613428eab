package seamtape.replayer.oracle;

import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import seamtape.machine.PagedMemory;

/** The memory of a case: named buffers, memories and mappings, and places in them. */
final class OracleMemory {
  /** The largest range of one name. */
  static final long MAX_SIZE = 1L << 38;

  /** The largest number of bytes that is stored or read at once. */
  static final int MAX_BYTES = 1 << 24;

  static final int SIGBUS = 7;
  static final int SIGSEGV = 11;

  private static final long FIRST_ADDRESS = 0x7000_0000_0000L;
  private static final int PAGE = 4096;

  /** Pages that a case may bring to life: 256 MiB. */
  private static final int MAX_PAGES = 1 << 16;

  /** Behind a buffer there is more of the heap: the kernel may read a little beyond. */
  private static final int ROOM = 2 * PAGE;

  /** The case's process touched what it must not. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final int signal;

    Killed(int signal) {
      super("killed by signal " + signal, null, false, false);
      this.signal = signal;
    }
  }

  final PagedMemory memory = new PagedMemory(MAX_PAGES);
  private final Map<String, Long> places = new TreeMap<>();

  /** Ends of the mapped files by their starts. */
  private final TreeMap<Long, Long> files = new TreeMap<>();

  private long next = FIRST_ADDRESS;

  /** A new zeroed range of that name. */
  long allocate(String name, long size) {
    return allocateExactly(name, size + ROOM);
  }

  /** Pages with nothing behind them. */
  long allocateExactly(String name, long size) {
    long address = reserve(size);
    memory.map(address, pages(size));
    places.put(name, address);
    return address;
  }

  /** An address range that nothing is mapped at yet. */
  long reserve(long size) {
    if (size < 0 || size > MAX_SIZE || next + pages(size) + PAGE > PagedMemory.USER_END) {
      throw new Inexpressible("more memory than a case may have: " + MAX_SIZE + " bytes a name");
    }
    long address = next;
    next += pages(size) + PAGE;
    return address;
  }

  private static long pages(long size) {
    return Math.max(size + PAGE - 1 & -PAGE, PAGE);
  }

  /** Names a range that a file was mapped at. */
  void mapped(String name, long address, long size) {
    places.put(name, address);
    files.put(address, address + pages(size));
  }

  long address(String name) {
    Long address = places.get(name);
    if (address == null) {
      throw new Form.Malformed("no memory is named " + Form.shown(name));
    }
    return address;
  }

  /** "NAME+0xOFFSET". */
  long place(String text) {
    int plus = text.lastIndexOf('+');
    if (plus < 0 || !text.substring(plus + 1).matches("0x[0-9a-fA-F]{1,16}")) {
      throw new Form.Malformed("not a place NAME+0xOFFSET: " + Form.shown(text));
    }
    long offset = Long.parseUnsignedLong(text.substring(plus + 3), 16);
    return address(text.substring(0, plus)) + offset;
  }

  private Killed fault(long address) {
    Map.Entry<Long, Long> file = files.floorEntry(address);
    boolean beyondFile = file != null && address < file.getValue();
    return new Killed(beyondFile ? SIGBUS : SIGSEGV);
  }

  void unmapped(long address, long size) {
    files.subMap(address, address + size).clear();
  }

  void touch(long address) {
    if (memory.page(address) == null) {
      throw fault(address);
    }
  }

  void write(long address, byte[] bytes) {
    if (!memory.write(address, bytes, 0, bytes.length)) {
      throw fault(address);
    }
  }

  /** Stores a little-endian number. */
  void writeNumber(long address, int size, long value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >> Math.min(8 * i, Long.SIZE - 1));
    }
    write(address, bytes);
  }

  byte[] read(long address, int size) {
    byte[] bytes = new byte[size];
    if (!memory.read(address, bytes, 0, size)) {
      throw fault(address);
    }
    return bytes;
  }

  long readNumber(long address, int size) {
    return littleEndian(read(address, size)).longValue();
  }

  static BigInteger littleEndian(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(1, reversed);
  }
}
