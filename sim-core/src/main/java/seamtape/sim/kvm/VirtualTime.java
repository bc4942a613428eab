package seamtape.sim.kvm;

/**
 * The machine's clock: a TSC that every call and every guest instruction moves by a fixed amount,
 * and nothing else, so that the same calls see the same time.
 */
public final class VirtualTime {
  /** What entering the kernel and coming back costs. */
  public static final long CYCLES_PER_CALL = 1000;

  /** What one guest instruction costs. */
  public static final long CYCLES_PER_INSTRUCTION = 1;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long tscKhz;
  private long cycles;

  public VirtualTime(long tscKhz) {
    this.tscKhz = tscKhz;
  }

  /** Cycles since the machine's start. */
  public long tsc() {
    return cycles;
  }

  public long tscKhz() {
    return tscKhz;
  }

  /** Nanoseconds since the machine's start. */
  public long nanos() {
    return cycles / tscKhz * NANOS_PER_MILLI + cycles % tscKhz * NANOS_PER_MILLI / tscKhz;
  }

  public void advance(long by) {
    cycles += by;
  }
}
