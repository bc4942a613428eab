package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import seamtape.codec.EventDecoder;
import seamtape.codec.EventEncoder;
import seamtape.codec.EventSchema;
import seamtape.codec.MalformedEventException;
import seamtape.event.Event;

/**
 * Readers of bytes that anybody may have written, under seeded mutations of good ones: a value or
 * their own exception, never another one, within bounds.
 */
class MutationTest {
  private static final int ROUNDS = Boolean.getBoolean("seamtape.soak") ? 5_000_000 : 100_000;

  /** Changes a few bytes as accidents and people do. */
  private static void mutate(byte[] bytes, int length, Random random) {
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) 0xff;
        case 2 -> bytes[at] = (byte) 0x80;
        default -> bytes[at] = (byte) random.nextInt(256);
      }
    }
  }

  @Test
  void theDecoderGivesAnEventOrItsOwnException() {
    Random random = new Random(1);
    Events events = new Events(1);
    EventEncoder encoder = new EventEncoder();
    EventDecoder decoder = new EventDecoder(EventSchema.current());
    Event into = new Event();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Event event = events.next();
      byte[] bytes = new byte[EventEncoder.maxBytes(event)];
      int length = encoder.encode(event, 0, bytes, 0);
      mutate(bytes, length, random);
      try {
        int end = decoder.decode(bytes, 0, length, 0, into);
        assertTrue(end > 0 && end <= length, "read to " + end + " of " + length);
      } catch (MalformedEventException e) {
        refused++;
      }
    }
    assertTrue(refused > 0 && refused < ROUNDS, "refused: " + refused);
  }

  @Test
  void noMutatedHeaderIsTakenForAnother() {
    Random random = new Random(2);
    BlockHeader header = new BlockHeader();
    header.count = 7;
    header.storedBytes = 100;
    header.plainBytes = 100;
    byte[] whole = new byte[BlockHeader.BYTES];
    header.write(ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN));
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = whole.clone();
      mutate(bytes, bytes.length, random);
      BlockHeader read = BlockHeader.read(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), 0);
      assertEquals(java.util.Arrays.equals(whole, bytes), read != null);
    }
  }
}
