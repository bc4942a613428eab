package seamtape.sim.kvm.tdx;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;

/** struct kvm_tdx_cmd, copied in. */
final class TdxCmd {
  private static final int SIZE = 24;
  private static final int HW_ERROR = 16;

  private final ByteBuffer bytes;

  private TdxCmd(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** Null on a fault. */
  static TdxCmd copyIn(UserCopy user, long arg) {
    ByteBuffer bytes = user.struct(arg, SIZE);
    return bytes == null ? null : new TdxCmd(bytes);
  }

  boolean copyOut(UserCopy user, long arg) {
    return user.out(arg, bytes.array());
  }

  long id() {
    return Integer.toUnsignedLong(bytes.getInt(0));
  }

  int flags() {
    return bytes.getInt(4);
  }

  long data() {
    return bytes.getLong(8);
  }

  long hwError() {
    return bytes.getLong(HW_ERROR);
  }

  void hwError(long status) {
    bytes.putLong(HW_ERROR, status);
  }
}
