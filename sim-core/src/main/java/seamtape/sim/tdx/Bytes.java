package seamtape.sim.tdx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian numbers in the module's structures. */
final class Bytes {
  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bytes() {}

  static int u16(byte[] bytes, int offset) {
    return (short) U16.get(bytes, offset) & 0xffff;
  }

  static int u32(byte[] bytes, int offset) {
    return (int) U32.get(bytes, offset);
  }

  static long u64(byte[] bytes, int offset) {
    return (long) U64.get(bytes, offset);
  }

  static void put16(byte[] bytes, int offset, int value) {
    U16.set(bytes, offset, (short) value);
  }

  static void put32(byte[] bytes, int offset, int value) {
    U32.set(bytes, offset, value);
  }

  static void put64(byte[] bytes, int offset, long value) {
    U64.set(bytes, offset, value);
  }

  static boolean zero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
