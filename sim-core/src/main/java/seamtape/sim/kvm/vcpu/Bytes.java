package seamtape.sim.kvm.vcpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian structs in byte arrays, as the kernel copies them. */
final class Bytes {
  private Bytes() {}

  static ByteBuffer zeroed(int size) {
    return wrap(new byte[size]);
  }

  static ByteBuffer wrap(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static int u8(ByteBuffer struct, int offset) {
    return struct.get(offset) & 0xff;
  }

  static int u16(ByteBuffer struct, int offset) {
    return struct.getShort(offset) & 0xffff;
  }

  static boolean flag(ByteBuffer struct, int offset) {
    return struct.get(offset) != 0;
  }

  static void flag(ByteBuffer struct, int offset, boolean value) {
    struct.put(offset, (byte) (value ? 1 : 0));
  }
}
