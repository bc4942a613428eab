package seamtape.recorder;

import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.machine.UserMemory;

/**
 * The bytes of user memory that an ioctl's argument consists of: struct, flexible array, and what
 * pointers inside the struct name. Taken before the call whatever the machine will make of it, so
 * that the call can be made again on a machine that answers otherwise.
 */
final class ArgumentSnapshot {
  /** A flexible array longer than this is cut; KVM refuses all of them (E2BIG, EINVAL) earlier. */
  private static final int MAX_ARRAY_BYTES = 1 << 18;

  private final UserMemory memory;
  private final SubCommands commands;
  private final byte[] scratch = new byte[MAX_ARRAY_BYTES + UserMemory.PAGE_SIZE];
  private final byte[] piece = new byte[MAX_ARRAY_BYTES];
  private final long[] starts = new long[Event.MAX_COPIES];
  private final int[] lengths = new int[Event.MAX_COPIES];
  private int pieces;

  /**
   * @param commands whose sub-commands KVM_MEMORY_ENCRYPT_OP takes
   */
  ArgumentSnapshot(UserMemory memory, SubCommands commands) {
    this.memory = memory;
    this.commands = commands;
  }

  /** Adds the argument's bytes to an enter event; nothing where they cannot be read. */
  void take(KvmIoctl row, long arg, Event enter) {
    pieces = 0;
    ArgumentShape shape = ArgumentShape.of(row);
    if (shape.size() == 0 || !memory.read(arg, scratch, 0, shape.size())) {
      return;
    }
    add(enter, arg, arg, scratch, withArray(shape, arg));
    indirect(row, arg, enter);
  }

  /** True when a store lies wholly inside what the last {@link #take} put into its event. */
  boolean covers(long address, int length) {
    for (int i = 0; i < pieces; i++) {
      if (address >= starts[i] && address + length <= starts[i] + lengths[i]) {
        return true;
      }
    }
    return false;
  }

  private int withArray(ArgumentShape shape, long arg) {
    if (shape.elementSize() == 0) {
      return shape.size();
    }
    long count = number(scratch, shape.countOffset(), 4);
    long bytes = Math.min(count * shape.elementSize(), MAX_ARRAY_BYTES);
    int length = shape.arrayOffset() + (int) bytes;
    return memory.read(arg, scratch, 0, length) ? length : shape.size();
  }

  private void indirect(KvmIoctl row, long arg, Event enter) {
    switch (row) {
      case KVM_CLEAR_DIRTY_LOG -> pointed(enter, arg, number(scratch, 16, 8), bitmapBytes());
      case KVM_SET_ONE_REG -> pointed(enter, arg, number(scratch, 8, 8), oneRegBytes());
      case KVM_SET_DEVICE_ATTR -> pointed(enter, arg, number(scratch, 16, 8), 8);
      case KVM_X86_SET_MSR_FILTER -> msrFilterBitmaps(enter, arg);
      case KVM_MEMORY_ENCRYPT_OP ->
          subCommand(enter, arg, number(scratch, 0, 4), number(scratch, 8, 8));
      default -> {}
    }
  }

  private void subCommand(Event enter, long arg, long id, long data) {
    int struct = commands.bytes(id);
    int count = commands.countOffset(id);
    if (count < 0 || !memory.read(data + count, piece, 0, Integer.BYTES)) {
      pointed(enter, arg, data, struct);
      return;
    }
    long entries = Math.min(number(piece, 0, Integer.BYTES), SubCommands.MAX_CPUID_ENTRIES);
    int whole = struct + (int) entries * SubCommands.CPUID_ENTRY_BYTES;
    boolean readable = memory.read(data, piece, 0, whole);
    pointed(enter, arg, data, readable ? whole : struct);
  }

  private int bitmapBytes() {
    long pages = number(scratch, 4, 4);
    return (int) Math.min((pages + 63) / 64 * 8, MAX_ARRAY_BYTES);
  }

  /** The size is in bits 55:52 of the register id, as a power of two (KVM_REG_SIZE_MASK). */
  private int oneRegBytes() {
    int shift = (int) (number(scratch, 0, 8) >>> 52) & 0xf;
    return 1 << Math.min(shift, 8);
  }

  private void msrFilterBitmaps(Event enter, long arg) {
    for (int i = 0; i < 16; i++) {
      int range = 8 + i * 24;
      long nmsrs = number(scratch, range + 4, 4);
      if (nmsrs != 0) {
        int bytes = (int) Math.min((nmsrs + 7) / 8, 0x600);
        pointed(enter, arg, number(scratch, range + 16, 8), bytes);
      }
    }
  }

  private void pointed(Event enter, long arg, long address, int length) {
    if (length > 0 && memory.read(address, piece, 0, length)) {
      add(enter, arg, address, piece, length);
    }
  }

  private void add(Event enter, long arg, long address, byte[] bytes, int length) {
    starts[pieces] = address;
    lengths[pieces++] = length;
    enter.copy(address - arg, bytes, 0, length);
  }

  private static long number(byte[] bytes, int offset, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (bytes[offset + i] & 0xff);
    }
    return value;
  }
}
