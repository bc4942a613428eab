package seamtape.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Events as Avro's generic records, for the benchmarks of Avro's own reader and writer. */
final class AvroRecords {
  private AvroRecords() {}

  static GenericRecord[] of(Event[] events, Schema schema) {
    GenericRecord[] records = new GenericRecord[events.length];
    long time = 0;
    for (int i = 0; i < events.length; i++) {
      records[i] = of(events[i], time, schema);
      time = events[i].time;
    }
    return records;
  }

  private static GenericRecord of(Event event, long previousTime, Schema schema) {
    String phase = event.phase == Phase.ENTER ? "enter" : "return";
    String name = "seamtape." + phase + "." + event.call.name();
    GenericRecord record =
        new GenericData.Record(schema.getTypes().get(schema.getIndexNamed(name)));
    record.put(0, event.time - previousTime);
    record.put(1, event.actor);
    record.put(2, event.link);
    for (int i = 0; i < event.fieldCount(); i++) {
      record.put(3 + i, event.fields[i]);
    }
    if (event.call.copies()) {
      Schema copy = record.getSchema().getField("copies").schema().getElementType();
      record.put("copies", copies(event, copy));
    }
    return record;
  }

  private static List<GenericRecord> copies(Event event, Schema schema) {
    List<GenericRecord> copies = new ArrayList<>();
    for (int i = 0; i < event.copyCount(); i++) {
      GenericRecord copy = new GenericData.Record(schema);
      copy.put(0, event.copyAt(i));
      copy.put(1, ByteBuffer.wrap(event.copied(i)));
      copies.add(copy);
    }
    return copies;
  }
}
