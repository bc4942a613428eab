package seamtape.replayer.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import seamtape.json.Json;
import seamtape.recorder.tape.Manifest;
import seamtape.replayer.query.EventScan;

/** Fields of {@link JsonLines} as columns; {@code in} and {@code out} hold JSON. */
final class Csv implements EventWriter {
  private static final List<String> COLUMNS =
      List.of(
          "event", "tsc", "actor", "vm", "vcpu", "depth", "phase", "call", "family", "ret", "errno",
          "status", "in", "out");

  private final OutputStream out;
  private final String vendor;

  Csv(OutputStream out, Manifest manifest) throws IOException {
    this.out = out;
    vendor = manifest.machine().vendor();
    line(String.join(",", COLUMNS));
  }

  private void line(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.write('\r');
    out.write('\n');
  }

  @Override
  public void write(EventScan scan) throws IOException {
    Map<String, Object> values = JsonLines.line(scan, vendor);
    StringBuilder text = new StringBuilder();
    for (String column : COLUMNS) {
      if (!text.isEmpty()) {
        text.append(',');
      }
      text.append(cell(values.get(column)));
    }
    line(text.toString());
  }

  private static String cell(Object value) {
    if (value == null || value instanceof Map<?, ?> map && map.isEmpty()) {
      return "";
    }
    String text = value instanceof Map<?, ?> ? Json.write(value) : value.toString();
    boolean plain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  @Override
  public void finish() {}
}
