package seamtape.replayer.export;

import java.io.IOException;
import seamtape.replayer.query.EventScan;

/** Writes the events of a scan in one format. */
interface EventWriter {
  /** Writes the event that the scan stands at. */
  void write(EventScan scan) throws IOException;

  /** Writes what comes after the last event; the stream stays open. */
  void finish() throws IOException;
}
