package seamtape.recorder.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The regular files of a tar archive (ustar, GNU and pax), unpacked into one temporary file that
 * vanishes with {@link #close}: members are read side by side, as the threads they belong to ran.
 */
final class TarArchive implements Closeable {
  static final int MAX_MEMBERS = 4096;

  /** Bytes of disk that an archive may take. */
  static final long MAX_BYTES = 4L << 30;

  private static final int BLOCK = 512;
  private static final int MAX_NAME = 4096;

  private record Member(String name, long start, long length) {}

  private final List<Member> members = new ArrayList<>();
  private final FileChannel spool;

  private TarArchive(FileChannel spool) {
    this.spool = spool;
  }

  static TarArchive unpack(String archive, InputStream in) throws IOException {
    Path file = Files.createTempFile("seamtape-import", ".log");
    FileChannel spool =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    TarArchive tar = new TarArchive(spool);
    try {
      tar.readMembers(archive, in);
    } catch (IOException | RuntimeException e) {
      spool.close();
      throw e;
    }
    return tar;
  }

  int size() {
    return members.size();
  }

  String name(int index) {
    return members.get(index).name();
  }

  InputStream stream(int index) {
    Member member = members.get(index);
    return new MemberStream(spool, member.start(), member.length());
  }

  @Override
  public void close() throws IOException {
    spool.close();
  }

  private void readMembers(String archive, InputStream in) throws IOException {
    byte[] header = new byte[BLOCK];
    String longName = null;
    while (in.readNBytes(header, 0, BLOCK) == BLOCK && header[0] != 0) {
      long size = size(archive, header);
      char type = (char) header[156];
      if (type == 'L') {
        longName = longName(archive, in, size);
        continue;
      }
      boolean regular = type == '0' || type == 0 || type == '7';
      String name = longName != null ? longName : text(header, 0, 100);
      if (regular) {
        store(archive, baseName(name), in, size);
      } else {
        in.skipNBytes(size);
      }
      if (type != 'x' && type != 'g') {
        longName = null;
      }
      in.skipNBytes(-size & (BLOCK - 1));
    }
    if (members.isEmpty()) {
      throw new ImportException(archive, 0, "archive without files");
    }
  }

  private void store(String archive, String name, InputStream in, long size) throws IOException {
    if (members.size() == MAX_MEMBERS) {
      throw new ImportException(archive, 0, "archive of more than " + MAX_MEMBERS + " files");
    }
    long start = spool.position();
    if (start + size > MAX_BYTES) {
      throw new ImportException(
          archive, 0, "unpacks to more than 4 GiB; unpack it and name the files you need");
    }
    byte[] buffer = new byte[1 << 16];
    long left = size;
    while (left > 0) {
      int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (count < 0) {
        throw new ImportException(archive, 0, "archive ends inside " + name);
      }
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
      while (bytes.hasRemaining()) {
        spool.write(bytes);
      }
      left -= count;
    }
    members.add(new Member(name, start, size));
  }

  private static String longName(String archive, InputStream in, long size) throws IOException {
    if (size > MAX_NAME) {
      throw new ImportException(archive, 0, "archive with a file name of " + size + " bytes");
    }
    byte[] name = in.readNBytes((int) size);
    in.skipNBytes(-size & (BLOCK - 1));
    return text(name, 0, name.length);
  }

  /** Octal digits, or GNU's big-endian binary when the first bit is set. */
  private static long size(String archive, byte[] header) throws IOException {
    long size = 0;
    boolean binary = header[124] < 0;
    for (int i = binary ? 125 : 124; i < 136; i++) {
      if (binary) {
        size = size << 8 | header[i] & 0xff;
      } else if (header[i] >= '0' && header[i] <= '7') {
        size = size << 3 | header[i] - '0';
      }
    }
    if (size < 0) {
      throw new ImportException(archive, 0, "archive with a file of negative size");
    }
    return size;
  }

  private static String text(byte[] bytes, int from, int to) {
    int end = from;
    while (end < to && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  private static String baseName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** A window on the spool file with a position of its own. */
  private static final class MemberStream extends InputStream {
    private final FileChannel spool;
    private long position;
    private final long end;

    MemberStream(FileChannel spool, long start, long length) {
      this.spool = spool;
      this.position = start;
      this.end = start + length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int wanted = (int) Math.min(length, end - position);
      if (wanted <= 0) {
        return length == 0 ? 0 : -1;
      }
      int count = spool.read(ByteBuffer.wrap(target, offset, wanted), position);
      position += Math.max(count, 0);
      return count;
    }
  }
}
