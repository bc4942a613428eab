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
    long guestMemfdOffset) {}
