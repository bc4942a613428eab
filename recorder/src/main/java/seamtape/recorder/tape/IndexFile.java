package seamtape.recorder.tape;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A file in a recording's {@code index/}: what a pass over the events has told, kept so that it
 * need not be told again. Never the truth: a file that is absent, cut, damaged, of another
 * recording, of another state of this journal, of another part or of another build reads as none,
 * and the pass is made again. Only recordings that are finished and whole by their headers have
 * one.
 *
 * <pre>
 *   0 magic          8 version u32   12 length u32
 *  16 key: SHA-256 of what the file belongs to (recording id, digest, events, the journal's files
 *     with their lengths and times of change, the part's name, the build's catalog)
 *  48 stored bytes  56 plain bytes   64 CRC32C of the stored payload  68 CRC32C of the header
 *  72 payload, zstd
 * </pre>
 */
public final class IndexFile {
  private static final int BYTES = 72;

  /** "SEAMIDX" and a line feed, read as a little-endian long. */
  private static final long MAGIC = 0x0a5844494d414553L;

  private static final int VERSION = 1;
  private static final int LEVEL = 1;

  /** No part takes more memory than this; a larger one is not kept. */
  private static final int MAX_BYTES = 512 << 20;

  private final Path file;
  private final byte[] key;

  private IndexFile(Path file, byte[] key) {
    this.file = file;
    this.key = key;
  }

  /**
   * The file of a part. It must be asked for before the events are read that it tells of.
   *
   * @param build changes with the meaning of the payload
   * @return null for a recording that is still written
   */
  public static IndexFile of(Path tape, Manifest manifest, String part, long build)
      throws TapeException {
    if (manifest.state() == Manifest.State.OPEN) {
      return null;
    }
    try {
      return new IndexFile(
          TapeFiles.index(tape).resolve(part), key(tape, manifest, part + " " + build));
    } catch (IOException e) {
      throw TapeException.io(tape, "look at the journal", e);
    }
  }

  private static byte[] key(Path tape, Manifest manifest, String what) throws IOException {
    MessageDigest key = RunChain.sha256();
    key.update(manifest.id().getBytes(StandardCharsets.UTF_8));
    key.update(manifest.digest().getBytes(StandardCharsets.UTF_8));
    key.update((manifest.totals().events() + " " + what).getBytes(StandardCharsets.UTF_8));
    for (Path cycle : TapeFiles.cycles(tape)) {
      String state = cycle.getFileName() + " " + Files.size(cycle);
      key.update((state + " " + Files.getLastModifiedTime(cycle)).getBytes(StandardCharsets.UTF_8));
    }
    return key.digest();
  }

  /** The payload; null when there is none that can be believed. */
  public byte[] read() {
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        return null;
      }
      byte[] bytes = Files.readAllBytes(file);
      return bytes.length < BYTES ? null : payload(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      return null; // the pass over the events is made again
    }
  }

  private byte[] payload(ByteBuffer from) {
    from.order(ByteOrder.LITTLE_ENDIAN);
    byte[] of = Arrays.copyOfRange(from.array(), 16, 48);
    long stored = from.getLong(48);
    long plain = from.getLong(56);
    boolean ours =
        from.getLong(0) == MAGIC
            && from.getInt(8) == VERSION
            && from.getInt(12) == BYTES
            && from.getInt(68) == crc(from.array(), 0, 68)
            && Arrays.equals(of, key)
            && stored == from.capacity() - BYTES
            && plain >= 0
            && plain <= MAX_BYTES
            && from.getInt(64) == crc(from.array(), BYTES, (int) stored);
    if (!ours) {
      return null;
    }
    byte[] payload = new byte[(int) plain];
    long size =
        Zstd.decompressByteArray(payload, 0, payload.length, from.array(), BYTES, (int) stored);
    return size == plain ? payload : null;
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /**
   * Keeps a payload; a reader sees the old file or this one as a whole.
   *
   * @return false where the directory cannot be written, or the payload is too large
   */
  public boolean write(byte[] payload, int length) {
    if (length > MAX_BYTES) {
      return false;
    }
    byte[] bytes = new byte[BYTES + (int) Zstd.compressBound(length)];
    long stored =
        Zstd.compressByteArray(bytes, BYTES, bytes.length - BYTES, payload, 0, length, LEVEL);
    if (Zstd.isError(stored)) {
      return false;
    }
    ByteBuffer head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(MAGIC).putInt(VERSION).putInt(BYTES).put(key).putLong(stored).putLong(length);
    head.putInt(crc(bytes, BYTES, (int) stored));
    head.putInt(crc(bytes, 0, head.position()));
    return replace(ByteBuffer.wrap(bytes, 0, BYTES + (int) stored));
  }

  private boolean replace(ByteBuffer bytes) {
    Path fresh = null;
    try {
      Files.createDirectories(file.getParent());
      String name = "." + file.getFileName() + "." + UUID.randomUUID() + ".new";
      fresh = file.resolveSibling(name);
      try (FileChannel channel =
          FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return true;
    } catch (IOException e) {
      discard(fresh);
      return false; // it is made again when it is needed
    }
  }

  private static void discard(Path fresh) {
    try {
      if (fresh != null) {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      return; // nobody reads it
    }
  }
}
