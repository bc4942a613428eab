package seamtape.replayer.replay;

import java.util.HashMap;
import java.util.Map;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.machine.UserMemory;
import seamtape.replayer.symbols.StableFields;

/** The recorded process's fds, and the numbers they have in the replay. */
final class FdMap {
  /** Stands for an fd that the recording has and the replay failed to make. */
  static final int MISSING = -1;

  private final Map<Long, Integer> replayed = new HashMap<>();

  void put(long recorded, long replay) {
    replayed.put(recorded, (int) replay);
  }

  void remove(long recorded) {
    replayed.remove(recorded);
  }

  /** The replay's number; the recorded one where nothing is known. */
  int of(long recorded) {
    return replayed.getOrDefault(recorded, (int) recorded);
  }

  boolean missing(long recorded) {
    return replayed.getOrDefault(recorded, 0) == MISSING;
  }

  boolean knows(long recorded) {
    return replayed.containsKey(recorded);
  }

  /** Rewrites the fds inside an argument struct that lies in the replay's memory. */
  void translate(KvmIoctl row, long arg, UserMemory memory) {
    if (!row.readsMemory()) {
      return;
    }
    StructLayout layout = Structs.of(row.struct());
    byte[] number = new byte[4];
    for (StructField field : layout.fields()) {
      long at = arg + field.offset();
      if (StableFields.isFd(field) && memory.read(at, number, 0, 4)) {
        int recorded = little(number);
        if (recorded >= 0) {
          put(number, of(recorded));
          memory.write(at, number, 0, 4);
        }
      }
    }
  }

  private static int little(byte[] b) {
    return (b[0] & 0xff) | (b[1] & 0xff) << 8 | (b[2] & 0xff) << 16 | b[3] << 24;
  }

  private static void put(byte[] b, int value) {
    for (int i = 0; i < 4; i++) {
      b[i] = (byte) (value >> (8 * i));
    }
  }
}
