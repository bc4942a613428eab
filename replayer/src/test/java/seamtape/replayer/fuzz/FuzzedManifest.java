package seamtape.replayer.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import seamtape.json.Json;
import seamtape.json.JsonException;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;

/** Bytes as manifest.json, as they are and with the checksum made right. */
final class FuzzedManifest {
  private FuzzedManifest() {}

  static void read(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    parse(text);
    String mended = mended(text);
    if (mended != null) {
      parse(mended);
    }
  }

  private static void parse(String text) {
    try {
      String once = Manifest.parse(text).toJson();
      if (!Manifest.parse(once).toJson().equals(once)) {
        throw new IllegalStateException("another manifest comes back: " + once);
      }
    } catch (TapeException e) {
      return; // its own word for it
    }
  }

  /** Null for what is no JSON object: no checksum helps it. */
  private static String mended(String text) {
    try {
      if (!(Json.parse(text) instanceof Map<?, ?> map)) {
        return null;
      }
      Map<String, Object> members = new LinkedHashMap<>();
      map.forEach((key, value) -> members.put((String) key, value));
      members.remove("crc32c");
      CRC32C crc = new CRC32C();
      crc.update(Json.write(members).getBytes(StandardCharsets.UTF_8));
      members.put("crc32c", String.format("%08x", crc.getValue()));
      return Json.write(members);
    } catch (JsonException e) {
      return null;
    }
  }
}
