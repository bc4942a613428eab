package seamtape.recorder.tape;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.posix.PosixAPI;

/**
 * Has the kernel map the pages of the queue that are stored to next, thousands in one call: a fault
 * for each of them costs the publisher more than hashing what it stores there. Only a matter of
 * speed; where the kernel cannot (before Linux 5.14), pages fault as ever.
 */
final class PagesAhead {
  private static final int MADV_POPULATE_WRITE = 23;
  private static final long PAGE = 4096;

  private BytesStore<?, ?> store;
  private boolean refused;

  /** Offset in the file before which the pages of the store are mapped. */
  private long mapped;

  /**
   * Maps what lies between the tail and the end of the space that the file has.
   *
   * @param queue the queue's own mapping, which lasts at least until its next excerpt
   */
  void map(Bytes<?> queue, long tail, long reserved) {
    BytesStore<?, ?> current = queue.bytesStore();
    if (current != store) {
      store = current;
      mapped = tail;
    }
    long from = Math.max(mapped, tail) & -PAGE;
    long to = Math.min(reserved, current.safeLimit()) & -PAGE;
    if (refused || from < current.start() || to <= from) {
      return;
    }
    long address = current.addressForRead(from);
    refused = PosixAPI.posix().madvise(address, to - from, MADV_POPULATE_WRITE) != 0;
    mapped = to;
  }
}
