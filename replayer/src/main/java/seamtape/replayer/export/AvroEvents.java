package seamtape.replayer.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.codec.AvroContainer;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.EventScan;

final class AvroEvents implements EventWriter {
  private final AvroContainer container;

  AvroEvents(OutputStream out, Manifest manifest) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("seamtape.id", manifest.id());
    metadata.put("seamtape.digest", manifest.digest());
    metadata.put("seamtape.profile", manifest.profile());
    metadata.put("seamtape.clock", manifest.clock().name());
    container = new AvroContainer(out, metadata);
  }

  @Override
  public void write(EventScan scan) throws IOException {
    if (scan.event().row().index < 0) {
      throw TapeException.otherCatalog(scan.recording(), scan.event(), "export");
    }
    container.append(scan.event());
  }

  @Override
  public void finish() throws IOException {
    container.close();
  }
}
