package seamtape.replayer.state;

/**
 * A memory slot as its last KVM_SET_USER_MEMORY_REGION made it.
 *
 * @param event the enter event of that call
 * @param space address space: 0, or 1 for SMM
 * @param guestMemfd fd of the guest_memfd behind it; -1 without one
 */
public record MemorySlot(
    long event,
    int space,
    int slot,
    long flags,
    long gpa,
    long size,
    long hva,
    long guestMemfd,
    long guestMemfdOffset) {
  /**
   * @param key what KVM numbers it by; it follows from space and slot
   */
  void write(int key, StateWriter to) {
    to.put(key);
    to.put(event);
    to.put(space);
    to.put(slot);
    to.put(flags);
    to.put(gpa);
    to.put(size);
    to.put(hva);
    to.put(guestMemfd);
    to.put(guestMemfdOffset);
  }

  /** After its key. */
  static MemorySlot read(StateReader from) {
    return new MemorySlot(
        from.number(),
        from.integer(),
        from.integer(),
        from.number(),
        from.number(),
        from.number(),
        from.number(),
        from.number(),
        from.number());
  }
}
