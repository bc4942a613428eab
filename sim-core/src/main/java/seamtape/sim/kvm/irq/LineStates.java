package seamtape.sim.kvm.irq;

/** The levels that several sources put on each pin: a pin is high while any of them is. */
final class LineStates {
  private final int[] sources;

  LineStates(int pins) {
    sources = new int[pins];
  }

  /** Records one source's level; the level of the pin. */
  boolean set(int pin, int source, boolean level) {
    int mask = 1 << source;
    sources[pin] = level ? sources[pin] | mask : sources[pin] & ~mask;
    return sources[pin] != 0;
  }
}
