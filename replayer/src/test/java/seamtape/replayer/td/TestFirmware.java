package seamtape.replayer.td;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * A generated firmware image of 16 KiB with TDVF metadata: three pages of code, one of variables,
 * then hand-off blocks and zeroed memory. Its reset vector halts, which in a TD is #VE without a
 * handler.
 */
final class TestFirmware {
  static final int SIZE = 0x4000;
  private static final int DESCRIPTOR = SIZE - 0x800;
  private static final int RESET = SIZE - 16;
  private static final int HLT = 0xf4;

  final ByteBuffer image = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

  TestFirmware() {
    for (int i = 0; i < DESCRIPTOR; i++) {
      image.put(i, (byte) (i * 11 + i / 4096));
    }
    image.putInt(DESCRIPTOR, 0x4656_4454).putInt(DESCRIPTOR + 4, 16 + 32 * 4);
    image.putInt(DESCRIPTOR + 8, 1).putInt(DESCRIPTOR + 12, 4);
    section(0, 0x1000, 0x3000, 0xffff_d000L, 0, 1);
    section(1, 0, 0x1000, 0xffff_c000L, 1, 0);
    section(2, 0, 0, 0x80_9000L, 2, 0);
    section(3, 0, 0, 0x81_0000L, 3, 0);
    guid(SIZE - 48, "96b582de-1fb2-45f7-baea-a366c55a082d");
    image.putShort(SIZE - 50, (short) (18 + 22));
    guid(SIZE - 66, "e47a6535-984a-4798-865e-4685a7bf8ec2");
    image.putShort(SIZE - 68, (short) 22).putInt(SIZE - 72, 0x800);
    image.put(RESET, (byte) HLT);
  }

  /** Sections of zeros have one page, those of data as many as the data. */
  void section(int number, int offset, int raw, long address, int type, int attributes) {
    int at = DESCRIPTOR + 16 + 32 * number;
    image.putInt(at, offset).putInt(at + 4, raw).putLong(at + 8, address);
    image.putLong(at + 16, Math.max(raw, 0x1000)).putInt(at + 24, type).putInt(at + 28, attributes);
  }

  private void guid(int at, String text) {
    UUID guid = UUID.fromString(text);
    long high = guid.getMostSignificantBits();
    image.putInt(at, (int) (high >>> 32)).putShort(at + 4, (short) (high >>> 16));
    image.putShort(at + 6, (short) high);
    image.putLong(at + 8, Long.reverseBytes(guid.getLeastSignificantBits()));
  }
}
