package seamtape.recorder.ftrace;

/**
 * A guest's access to a port or to guest physical memory without memory.
 *
 * @param mmio false for a port
 * @param write true where the guest gives the value
 * @param place port or guest physical address
 * @param size bytes of one unit
 * @param count units; of more than one the trace shows the first only
 * @param value the first unit
 */
record Access(boolean mmio, boolean write, long place, int size, int count, long value) {
  private static final long PAGE_MASK = 4095;

  /** Bytes that one exit of MMIO carries. */
  static final int FRAGMENT = 8;

  /** Null where the text of kvm_pio cannot be read. */
  static Access pio(String text) {
    long port = TraceText.hex(TraceText.after(text, "at"));
    long size = TraceText.decimal(TraceText.after(text, "size"));
    long count = TraceText.decimal(TraceText.after(text, "count"));
    boolean sane =
        (size == 1 || size == 2 || size == 4) && count > 0 && count < 1 << 16 && port < 1 << 16;
    boolean write = text.startsWith("pio_write");
    long value = TraceText.hex(TraceText.after(text, "val"));
    return sane ? new Access(false, write, port, (int) size, (int) count, value) : null;
  }

  /** Null where the text of kvm_mmio cannot be read. */
  static Access memory(String text) {
    long length = TraceText.decimal(TraceText.after(text, "len"));
    String gpa = TraceText.after(text, "gpa");
    long value = TraceText.hex(TraceText.after(text, "val"));
    boolean write = text.startsWith("mmio write");
    boolean sane = length > 0 && length <= 4096 && TraceText.isHex(gpa);
    return sane ? new Access(true, write, TraceText.hex(gpa), (int) length, 1, value) : null;
  }

  /** True when an access that crosses a page goes on with the other. */
  boolean crossesInto(Access next) {
    return next.write == write
        && ((place + size) & PAGE_MASK) == 0
        && (next.place & PAGE_MASK) == 0
        && size < 64;
  }
}
