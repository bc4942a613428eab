package seamtape.workload.tdvf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A generated image of 16 KiB: one page of code, one of variables, the metadata at its end. */
final class SmallFirmware {
  static final int SIZE = 0x4000;
  static final int DESCRIPTOR_FROM_END = 0x800;

  final ByteBuffer image = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

  SmallFirmware() {
    for (int i = 0; i < 0x3000; i++) {
      image.put(i, (byte) (i * 7 + i / 4096));
    }
    descriptor(4);
    section(0, 0x1000, 0x3000, 0xffff_d000L, 0x3000, 0, 1);
    section(1, 0, 0x1000, 0xffff_c000L, 0x1000, 1, 0);
    section(2, 0, 0, 0x80_9000L, 0x2000, 2, 0);
    section(3, 0, 0, 0x81_0000L, 0x1000, 3, 0);
    table();
  }

  void descriptor(int sections) {
    int at = SIZE - DESCRIPTOR_FROM_END;
    image.putInt(at, 0x4656_4454);
    image.putInt(at + 4, 16 + 32 * sections);
    image.putInt(at + 8, 1);
    image.putInt(at + 12, sections);
  }

  void section(
      int number, int offset, int raw, long address, long memory, int type, int attributes) {
    int at = SIZE - DESCRIPTOR_FROM_END + 16 + 32 * number;
    image.putInt(at, offset);
    image.putInt(at + 4, raw);
    image.putLong(at + 8, address);
    image.putLong(at + 16, memory);
    image.putInt(at + 24, type);
    image.putInt(at + 28, attributes);
  }

  /** Footer, its length, the TDX entry and one entry of another kind, as OVMF lays them out. */
  private void table() {
    int at = SIZE - 48;
    guid(at, 0x96b582de, 0x1fb2, 0x45f7, 0xbaeaa366c55a082dL);
    image.putShort(at - 2, (short) (18 + 22 + 22));
    int entry = at - 2;
    guid(entry - 16, 0x4c2eb361, 0x7d9b, 0x4cc3, 0x8081127c90d3d294L);
    image.putShort(entry - 18, (short) 22);
    entry -= 22;
    guid(entry - 16, 0xe47a6535, 0x984a, 0x4798, 0x865e4685a7bf8ec2L);
    image.putShort(entry - 18, (short) 22);
    image.putInt(entry - 22, DESCRIPTOR_FROM_END);
  }

  void guid(int at, int a, int b, int c, long rest) {
    image.putInt(at, a);
    image.putShort(at + 4, (short) b);
    image.putShort(at + 6, (short) c);
    image.putLong(at + 8, Long.reverseBytes(rest));
  }

  byte[] bytes() {
    return image.array();
  }
}
