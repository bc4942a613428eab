package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Damages files. */
final class Bits {
  private Bits() {}

  static void flip(Path file, long at, int bit) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
      channel.write(one, at);
    }
  }

  static void overwrite(Path file, long at, byte... bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  /** Where the blocks lie in the first cycle file, by the magic of their headers. */
  static List<Integer> blocks(Path tape) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(TapeFiles.cycles(tape).get(0)));
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i + 8 <= bytes.capacity(); i++) {
      if (bytes.getLong(i) == BlockHeader.MAGIC) {
        blocks.add(i);
      }
    }
    return blocks;
  }
}
