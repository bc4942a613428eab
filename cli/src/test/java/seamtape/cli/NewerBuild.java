package seamtape.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import seamtape.codec.EventSchema;
import seamtape.json.Json;

/**
 * Makes recordings as a build with another catalog would have written them: the same bytes of
 * events, another schema, every checksum right.
 */
final class NewerBuild {
  private static final byte[] MAGIC = "SEAMBLK\n".getBytes(StandardCharsets.US_ASCII);
  private static final int SCHEMA_AT = 88;
  private static final int CRC_AT = 204;

  private NewerBuild() {}

  /**
   * Gives a recording another schema, whose records are those of the old one, renamed or longer.
   */
  static void schema(Path tape, UnaryOperator<String> change) throws IOException {
    String text = change.apply(Files.readString(tape.resolve("schema.avsc")));
    Files.writeString(tape.resolve("schema.avsc"), text);
    long fingerprint = EventSchema.parse(text).fingerprint();
    manifest(
        tape,
        members -> {
          members.put("schema", HexFormat.of().toHexDigits(fingerprint));
          members.put("schemaSha256", HexFormat.of().formatHex(sha256(text)));
        });
    headers(TapeOnDisk.cycle(tape), fingerprint);
  }

  /** Changes members of the manifest. */
  static void manifest(Path tape, java.util.function.Consumer<Map<String, Object>> change)
      throws IOException {
    Path file = tape.resolve("manifest.json");
    Map<String, Object> members = new LinkedHashMap<>();
    ((Map<?, ?>) Json.parse(Files.readString(file))).forEach((k, v) -> members.put((String) k, v));
    members.remove("crc32c");
    change.accept(members);
    members.put(
        "crc32c", String.format("%08x", crc(Json.write(members).getBytes(StandardCharsets.UTF_8))));
    Files.writeString(file, Json.write(members));
  }

  private static void headers(Path file, long fingerprint) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + CRC_AT < bytes.length; at++) {
      if (java.util.Arrays.equals(bytes, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)) {
        buffer.putLong(at + SCHEMA_AT, fingerprint);
        buffer.putInt(at + CRC_AT, crc(java.util.Arrays.copyOfRange(bytes, at, at + CRC_AT)));
      }
    }
    Files.write(file, bytes);
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
