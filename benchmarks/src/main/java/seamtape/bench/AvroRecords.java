package seamtape.bench;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import seamtape.codec.EventEncoder;
import seamtape.event.Event;

/** Events as Avro's generic records, for the benchmarks of Avro's own reader and writer. */
final class AvroRecords {
  private AvroRecords() {}

  static GenericRecord[] of(Event[] events, Schema schema) throws IOException {
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    EventEncoder encoder = new EventEncoder();
    byte[] bytes = new byte[EventEncoder.MAX_EVENT_BYTES];
    GenericRecord[] records = new GenericRecord[events.length];
    long time = 0;
    for (int i = 0; i < events.length; i++) {
      int length = encoder.encode(events[i], time, bytes, 0);
      time = events[i].time;
      records[i] = reader.read(null, DecoderFactory.get().binaryDecoder(bytes, 0, length, null));
    }
    return records;
  }
}
