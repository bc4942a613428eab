package seamtape.machine;

/**
 * User memory of the VMM process, as a kernel sees it: copies that can fault, and direct access to
 * pages for guest memory and mapped KVM pages. Addresses are unsigned 64-bit.
 */
public interface UserMemory {
  int PAGE_SIZE = 4096;

  /** copy_from_user: false when a byte is not mapped; nothing is promised about dst then. */
  boolean read(long address, byte[] dst, int offset, int length);

  /** copy_to_user: false when a byte is not mapped; bytes before it are written. */
  boolean write(long address, byte[] src, int offset, int length);

  /** The 4096 bytes of the page that holds the address; null when it is not mapped. */
  byte[] page(long address);

  /** Maps zeroed pages; page-aligned. Replaces what lay there, as MAP_FIXED does. */
  void map(long address, long length);

  /** Maps one page onto an array of 4096 bytes that the machine shares. */
  void mapPage(long address, byte[] page);

  void unmap(long address, long length);
}
