package seamtape.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import seamtape.catalog.Field;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Events through Avro's own generic reader and writer, which know nothing of ours. */
final class AvroEvents {
  final Schema schema;

  AvroEvents(String text) {
    schema = new Schema.Parser().parse(text);
  }

  byte[] write(Event event, long previousTime) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record(event, previousTime), encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  GenericRecord read(byte[] bytes, Schema reader) throws IOException {
    return new GenericDatumReader<GenericRecord>(schema, reader)
        .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
  }

  GenericRecord record(Event event, long previousTime) {
    Branch branch = branch(event);
    Schema type = schema.getTypes().get(schema.getIndexNamed(branch.name()));
    GenericRecord record = new GenericData.Record(type);
    record.put("dt", event.time - previousTime);
    record.put("who", CompactIds.actor(event.actor));
    if (event.phase != Phase.INPUT) {
      boolean on = branch.link().equals("on");
      record.put(branch.link(), on ? CompactIds.subject(event.link) : event.link);
    }
    List<Field> all = Branch.fields(event.phase, event.call);
    for (Field field : branch.fields()) {
      record.put(SchemaText.name(field), event.fields[all.indexOf(field)]);
    }
    if (event.call.copies()) {
      record.put("copies", copies(event, type.getField("copies").schema().getElementType()));
    }
    return record;
  }

  /** The brief record where there is one and nothing is lost by it. */
  private static Branch branch(Event event) {
    boolean lost = !Branch.hasBrief(event.phase, event.call);
    for (int place : Branch.seldom(event.phase, event.call)) {
      lost |= event.fields[place] != 0;
    }
    return lost ? Branch.full(event.phase, event.call) : Branch.brief(event.phase, event.call);
  }

  private static List<GenericRecord> copies(Event event, Schema type) {
    List<GenericRecord> copies = new ArrayList<>();
    for (int i = 0; i < event.copyCount(); i++) {
      GenericRecord copy = new GenericData.Record(type);
      copy.put("at", event.copyAt(i));
      copy.put("bytes", ByteBuffer.wrap(event.copied(i)));
      copies.add(copy);
    }
    return copies;
  }
}
