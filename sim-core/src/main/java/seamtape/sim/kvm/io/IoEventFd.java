package seamtape.sim.kvm.io;

import seamtape.sim.kvm.EventFd;

/**
 * An eventfd that a guest write signals in place of an exit.
 *
 * @param length bytes of the write; 0 for any
 * @param wildcard true to match any value
 */
record IoEventFd(
    boolean pio, long address, int length, EventFd eventFd, boolean wildcard, long datamatch) {

  /** The same place could be meant by both: one of them must go. */
  boolean collides(IoEventFd other) {
    return pio == other.pio
        && address == other.address
        && (length == 0
            || other.length == 0
            || length == other.length
                && (wildcard || other.wildcard || datamatch == other.datamatch));
  }

  boolean sameAs(IoEventFd other) {
    return pio == other.pio
        && address == other.address
        && length == other.length
        && eventFd == other.eventFd
        && wildcard == other.wildcard
        && (wildcard || datamatch == other.datamatch);
  }

  boolean matches(boolean isPio, long at, int size, long value) {
    if (pio != isPio || address != at) {
      return false;
    }
    return length == 0 || length == size && (wildcard || datamatch == value);
  }
}
