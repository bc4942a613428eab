package seamtape.replayer.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import seamtape.event.EventView;
import seamtape.json.Json;
import seamtape.recorder.tape.Manifest;
import seamtape.replayer.query.EventScan;

final class JsonLines implements EventWriter {
  private final OutputStream out;
  private final String vendor;

  JsonLines(OutputStream out, Manifest manifest) {
    this.out = out;
    vendor = manifest.machine().vendor();
  }

  static Map<String, Object> line(EventScan scan, String vendor) {
    return EventView.of(scan.event(), scan.enter(), vendor).json(scan.depth());
  }

  @Override
  public void write(EventScan scan) throws IOException {
    out.write(Json.write(line(scan, vendor)).getBytes(StandardCharsets.UTF_8));
    out.write('\n');
  }

  @Override
  public void finish() {}
}
