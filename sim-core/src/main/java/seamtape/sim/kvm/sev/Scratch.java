package seamtape.sim.kvm.sev;

import java.util.Arrays;
import seamtape.sim.kvm.Limits;

/**
 * The scratch area of a VMGEXIT (setup_vmgexit_scratch): in the GHCB's shared buffer where it is
 * used, else a copy of shared guest memory, which is written back where the exit gave data.
 */
final class Scratch {
  /** GHCB_SCRATCH_AREA_LIMIT: of an area outside the GHCB, in bytes. */
  private static final int LIMIT = 16 << 10;

  private final Ghcb ghcb;
  private final SharedMemory memory;
  private byte[] bytes;
  private int offset;

  /** Where a copy came from; -1 for an area in the GHCB. */
  private long outside;

  Scratch(Ghcb ghcb, SharedMemory memory) {
    this.ghcb = ghcb;
    this.memory = memory;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where the area begins in {@link #bytes}. */
  int offset() {
    return offset;
  }

  /**
   * False for an area that is none: SW_EXITINFO2 = 3.
   *
   * @param length of 64 bits without a sign: the guest may say anything
   */
  boolean set(long ghcbGpa, long begin, long length) {
    if (begin == 0 || Long.compareUnsigned(begin + length, begin) < 0) {
      return false;
    }
    outside = -1;
    if ((begin & -Limits.PAGE_SIZE) == ghcbGpa) {
      long last = begin + length - ghcbGpa;
      bytes = ghcb.page();
      offset = (int) (begin - ghcbGpa);
      boolean fits = Long.compareUnsigned(last, Ghcb.SHARED_BUFFER_END) <= 0;
      return offset >= Ghcb.SHARED_BUFFER && fits;
    }
    if (Long.compareUnsigned(length, LIMIT) > 0) {
      return false;
    }
    outside = begin;
    offset = 0;
    bytes = memory.read(begin, (int) length);
    return bytes != null;
  }

  /** The exit is done: what it gave lies where the guest looks for it. */
  void sync(boolean gave) {
    if (gave && outside >= 0) {
      memory.write(outside, bytes);
    }
  }

  /** A copy of the area. */
  byte[] copy(int length) {
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }
}
