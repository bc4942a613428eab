package seamtape.replayer.state;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/**
 * In which stretches of a recording parts of the state changed, in bounded memory: parts share
 * slots by their hash and stretches grow with the recording, so that it says where to look and
 * never misses a place. One thread notes, others ask.
 */
final class TouchIndex {
  /** Slots for parts; two bits of collision cost a look, not an answer. */
  private static final int SLOTS = 1 << 15;

  /** Stretches at most: half a KiB a slot, 16 MiB for all. */
  private static final int STRETCHES = 4096;

  private static final int FIRST_SHIFT = 6;

  private final long[][] slots = new long[SLOTS][];
  private int shift = FIRST_SHIFT;

  synchronized void note(List<StatePart> parts, long event) {
    while (event >>> shift >= STRETCHES) {
      coarsen();
    }
    int stretch = (int) (event >>> shift);
    for (int i = 0; i < parts.size(); i++) {
      int slot = slot(parts.get(i));
      long[] bits = slots[slot];
      if (bits == null || bits.length <= stretch >> 6) {
        bits = grown(bits, stretch >> 6);
        slots[slot] = bits;
      }
      bits[stretch >> 6] |= 1L << stretch;
    }
  }

  private static long[] grown(long[] bits, int word) {
    int size = Math.min(STRETCHES >> 6, Integer.highestOneBit(word + 1) << 1);
    return bits == null ? new long[size] : Arrays.copyOf(bits, size);
  }

  synchronized void write(NumberWriter to) {
    to.put(shift);
    to.put(Arrays.stream(slots).filter(Objects::nonNull).count());
    for (int i = 0; i < SLOTS; i++) {
      if (slots[i] != null) {
        ByteBuffer bits = ByteBuffer.allocate(slots[i].length * Long.BYTES);
        bits.asLongBuffer().put(slots[i]);
        to.put(i);
        to.put(bits.array());
      }
    }
  }

  /** Reads what {@link #write} wrote; IllegalArgumentException when the bytes are not that. */
  static TouchIndex read(NumberReader from) {
    TouchIndex read = new TouchIndex();
    read.shift = (int) from.number();
    if (read.shift < FIRST_SHIFT || read.shift >= Long.SIZE) {
      throw new IllegalArgumentException("stretches of 2^" + read.shift);
    }
    for (int left = from.count(); left > 0; left--) {
      int slot = Objects.checkIndex((int) from.number(), SLOTS);
      ByteBuffer bits = ByteBuffer.wrap(from.part());
      int words = bits.capacity() / Long.BYTES;
      if (words == 0 || words > STRETCHES >> 6 || bits.capacity() % Long.BYTES != 0) {
        throw new IllegalArgumentException(bits.capacity() + " bytes of stretches");
      }
      read.slots[slot] = new long[words];
      bits.asLongBuffer().get(read.slots[slot]);
    }
    return read;
  }

  /** Becomes what another is, which is not used any more. */
  synchronized void become(TouchIndex other) {
    shift = other.shift;
    System.arraycopy(other.slots, 0, slots, 0, SLOTS);
  }

  private static int slot(StatePart part) {
    long hash = part.kind().ordinal() * 0x9e3779b97f4a7c15L + part.of() * 0xc2b2ae3d27d4eb4fL;
    hash = (hash ^ hash >>> 29) + part.item() * 0x165667b19e3779f9L;
    hash *= 0x9e3779b97f4a7c15L;
    return (int) (hash >>> 49);
  }

  /** Two stretches become one. */
  private void coarsen() {
    shift++;
    for (long[] bits : slots) {
      if (bits != null) {
        halve(bits);
      }
    }
  }

  private static void halve(long[] bits) {
    for (int to = 0; to < bits.length; to++) {
      long low = 2 * to < bits.length ? pairs(bits[2 * to]) : 0;
      long high = 2 * to + 1 < bits.length ? pairs(bits[2 * to + 1]) : 0;
      bits[to] = low | high << 32;
    }
  }

  /** Bit i of the result is bit 2i or 2i + 1. */
  private static long pairs(long bits) {
    long either = (bits | bits >>> 1) & 0x5555555555555555L;
    either = (either | either >>> 1) & 0x3333333333333333L;
    either = (either | either >>> 2) & 0x0f0f0f0f0f0f0f0fL;
    either = (either | either >>> 4) & 0x00ff00ff00ff00ffL;
    either = (either | either >>> 8) & 0x0000ffff0000ffffL;
    return (either | either >>> 16) & 0xffffffffL;
  }

  /** The first event of the stretch with an event. */
  synchronized long begin(long event) {
    return event >>> shift << shift;
  }

  /** The first event after the stretch with an event. */
  synchronized long end(long event) {
    return (event >>> shift) + 1 << shift;
  }

  /**
   * The first event at or after one where a part may have changed.
   *
   * @return {@link Long#MAX_VALUE} without one
   */
  synchronized long next(List<StatePart> parts, long event) {
    int from = (int) Math.min(STRETCHES, event >>> shift);
    int found = Integer.MAX_VALUE;
    for (StatePart part : parts) {
      found = Math.min(found, next(slots[slot(part)], from));
    }
    return found == Integer.MAX_VALUE ? Long.MAX_VALUE : Math.max(event, (long) found << shift);
  }

  /**
   * The last event at or before one where a part may have changed.
   *
   * @return 0 without one
   */
  synchronized long previous(List<StatePart> parts, long event) {
    int from = (int) Math.min(STRETCHES - 1, event >>> shift);
    int found = -1;
    for (StatePart part : parts) {
      found = Math.max(found, previous(slots[slot(part)], from));
    }
    return found < 0 ? 0 : Math.min(event, ((long) found + 1 << shift) - 1);
  }

  private static int next(long[] bits, int from) {
    for (int i = from; bits != null && i < bits.length << 6; ) {
      long word = bits[i >> 6] >>> i;
      if (word != 0) {
        return i + Long.numberOfTrailingZeros(word);
      }
      i = (i >> 6) + 1 << 6;
    }
    return Integer.MAX_VALUE;
  }

  private static int previous(long[] bits, int from) {
    for (int i = bits == null ? -1 : Math.min(from, (bits.length << 6) - 1); i >= 0; ) {
      long word = bits[i >> 6] << 63 - i;
      if (word != 0) {
        return i - Long.numberOfLeadingZeros(word);
      }
      i = (i >> 6 << 6) - 1;
    }
    return -1;
  }
}
