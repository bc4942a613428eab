package seamtape.sim.kvm;

/**
 * A statistic of the file of KVM_GET_STATS_FD: its name and what its descriptor says of its values.
 *
 * @param size values; a histogram has several
 */
record Stat(String name, Kind kind, int size) {
  /** Buckets of a histogram by the logarithm of the value. */
  static final int BUCKETS = 32;

  /** Type, unit and base of a descriptor (KVM_STATS_*), and its exponent. */
  enum Kind {
    COUNTER(0, 0),
    INSTANT(1, 0),
    PEAK(2, 0),
    NANOS(0x20, -9),
    NANOS_HISTOGRAM(0x24, -9),
    BOOLEAN(0x41, 0);

    final int flags;
    final int exponent;

    Kind(int flags, int exponent) {
      this.flags = flags;
      this.exponent = exponent;
    }
  }

  Stat(String name, Kind kind) {
    this(name, kind, kind == Kind.NANOS_HISTOGRAM ? BUCKETS : 1);
  }
}
