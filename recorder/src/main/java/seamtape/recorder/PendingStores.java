package seamtape.recorder;

import java.util.Arrays;

/** Stores of the VMM that wait for the next call, whose argument they may be; in order. */
final class PendingStores {
  private long[] actors = new long[8];
  private long[] addresses = new long[8];
  private int[] starts = new int[9];
  private byte[] bytes = new byte[1024];
  private int count;

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  long actor(int index) {
    return actors[index];
  }

  long address(int index) {
    return addresses[index];
  }

  int length(int index) {
    return starts[index + 1] - starts[index];
  }

  /** Start of a store in {@link #bytes}. */
  int start(int index) {
    return starts[index];
  }

  byte[] bytes() {
    return bytes;
  }

  void add(long actor, long address, byte[] stored) {
    if (count == actors.length) {
      actors = Arrays.copyOf(actors, count * 2);
      addresses = Arrays.copyOf(addresses, count * 2);
      starts = Arrays.copyOf(starts, count * 2 + 1);
    }
    int start = starts[count];
    if (start + stored.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(start + stored.length, bytes.length * 2));
    }
    System.arraycopy(stored, 0, bytes, start, stored.length);
    actors[count] = actor;
    addresses[count++] = address;
    starts[count] = start + stored.length;
  }

  void clear() {
    count = 0;
  }

  /** Forgets the stores that lie wholly inside an argument or the part of kvm_run that counts. */
  void dropCovered(ArgumentSnapshot argument, RunPage run) {
    int kept = 0;
    int end = 0;
    for (int i = 0; i < count; i++) {
      int length = length(i);
      boolean covered =
          argument.covers(addresses[i], length) || run != null && run.covers(addresses[i], length);
      if (!covered) {
        System.arraycopy(bytes, starts[i], bytes, end, length);
        actors[kept] = actors[i];
        addresses[kept] = addresses[i];
        starts[kept++] = end;
        end += length;
      }
    }
    // A place is only overwritten after its store was read: kept never overtakes i.
    starts[kept] = end;
    count = kept;
  }
}
