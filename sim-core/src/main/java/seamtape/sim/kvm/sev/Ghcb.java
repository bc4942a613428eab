package seamtape.sim.kvm.sev;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The page by which an SEV-ES guest asks its host ("GHCB", abi/sev-measure.md section 7): a save
 * area, whose fields count where the bitmap says so, and a shared buffer.
 */
final class Ghcb {
  static final int RAX = 0x1f8;
  static final int RCX = 0x308;
  static final int RDX = 0x310;
  static final int RBX = 0x318;
  static final int RSI = 0x330;
  static final int SW_EXITCODE = 0x390;
  static final int SW_EXITINFO1 = 0x398;
  static final int SW_EXITINFO2 = 0x3a0;
  static final int SW_SCRATCH = 0x3a8;
  static final int XCR0 = 0x3e8;
  static final int CPL = 0xcb;

  static final int SHARED_BUFFER = 0x800;
  static final int SHARED_BUFFER_END = 0xff0;
  private static final int VALID_BITMAP = 0x3f0;
  private static final int VALID_BITMAP_BYTES = 16;
  private static final int USAGE = 0xffc;

  private final long[] bitmap = new long[2];
  private ByteBuffer fields;
  private byte[] page;

  /** Takes a page over: what it says is valid now counts, and the bitmap is cleared. */
  void take(byte[] bytes) {
    page = bytes;
    fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    bitmap[0] = fields.getLong(VALID_BITMAP);
    bitmap[1] = fields.getLong(VALID_BITMAP + Long.BYTES);
    java.util.Arrays.fill(bytes, VALID_BITMAP, VALID_BITMAP + VALID_BITMAP_BYTES, (byte) 0);
  }

  byte[] page() {
    return page;
  }

  int usage() {
    return fields.getInt(USAGE);
  }

  boolean valid(int field) {
    int bit = field / Long.BYTES;
    return (bitmap[bit / Long.SIZE] >>> bit % Long.SIZE & 1) != 0;
  }

  /** A field; 0 where the guest did not give it. */
  long value(int field) {
    return valid(field) ? fields.getLong(field) : 0;
  }

  /** The privilege level of the code for which the guest asks. */
  int cpl() {
    return valid(CPL) ? page[CPL] & 3 : 0;
  }

  /** Answers a field, which becomes valid. */
  void answer(int field, long value) {
    fields.putLong(field, value);
    int bit = field / Long.BYTES;
    page[VALID_BITMAP + bit / 8] |= (byte) (1 << bit % 8);
  }

  /** SW_EXITINFO1 (low half: the action) and SW_EXITINFO2, as svm_vmgexit_set_return_code. */
  void outcome(int action, long info) {
    answer(SW_EXITINFO1, action);
    answer(SW_EXITINFO2, info);
  }
}
