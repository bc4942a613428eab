package seamtape.recorder.log;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The outcome of an import.
 *
 * @param digest of the sealed recording
 * @param bytes of its blocks
 * @param seconds that the import took
 */
public record ImportReport(
    Path recording, String digest, long bytes, double seconds, LogReport log) {

  /** The {@code import} document: keys as the command promises them. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("recording", recording.toString());
    log.putInto(map);
    map.put("digest", digest);
    map.put("seconds", seconds);
    map.put("bytes", bytes);
    return map;
  }
}
