package seamtape.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.avro.io.BinaryData;
import org.junit.jupiter.api.Test;

class VarintTest {
  @Test
  void hasTheLengthThatAvroWritesAtEveryPowerOfTwo() {
    byte[] bytes = new byte[10];
    for (int bit = 0; bit < 64; bit++) {
      for (long value : new long[] {1L << bit, (1L << bit) - 1, -(1L << bit), ~(1L << bit) - 1}) {
        int length = BinaryData.encodeLong(value, bytes, 0);
        assertEquals(length, Varint.length(Varint.zigZag(value)), () -> "" + value);
        assertEquals(value, Varint.unZigZag(Varint.zigZag(value)));
      }
    }
  }

  @Test
  void gathersWhatItSpread() {
    for (int bit = 0; bit < 56; bit++) {
      long value = (1L << bit) | (1L << bit / 2) | 1;
      assertEquals(0, Varint.spread(value) & Varint.MORE);
      assertEquals(value, Varint.gather(Varint.spread(value)));
      assertEquals(value, Varint.gather(Varint.spread(value) | Varint.more(8)));
    }
  }
}
