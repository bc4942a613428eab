package seamtape.codec;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import seamtape.event.Event;

/**
 * Events as an Avro object container file, which any Avro reader opens: the schema of this build,
 * blocks compressed with deflate. The first event's {@code dt} is its time.
 */
public final class AvroContainer implements Closeable {
  private static final int DEFLATE_LEVEL = 1;
  private static final int SYNC_BYTES = 256 << 10;

  private final DataFileWriter<Object> file;
  private final EventEncoder encoder = new EventEncoder();
  private byte[] bytes = new byte[1 << 16];
  private long time;

  /**
   * @param metadata of the file; keys must not begin with {@code avro.}
   */
  public AvroContainer(OutputStream out, Map<String, String> metadata) throws IOException {
    Schema schema = new Schema.Parser().parse(EventSchema.current().text());
    file = new DataFileWriter<>(new GenericDatumWriter<>(schema));
    file.setCodec(CodecFactory.deflateCodec(DEFLATE_LEVEL));
    file.setSyncInterval(SYNC_BYTES);
    metadata.forEach(file::setMeta);
    file.create(schema, out);
  }

  /**
   * Adds an event.
   *
   * @throws IllegalArgumentException when its row is not of this build's catalog
   */
  public void append(Event event) throws IOException {
    int most = EventEncoder.maxBytes(event);
    if (most > bytes.length) {
      bytes = new byte[most];
    }
    int length = encoder.encode(event, time, bytes, 0);
    time = event.time;
    file.appendEncoded(ByteBuffer.wrap(bytes, 0, length));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
