package seamtape.bench;

import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import seamtape.codec.EventSchema;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.Verification;

/**
 * Reading a recording of a million events from the page cache, all fields decoded: file, checksum
 * of each block and events. The peer is Avro's own file reader over the same events.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar ReadBackBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ReadBackBenchmark.EVENTS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ReadBackBenchmark {
  static final int EVENTS = 1 << 20;

  private Scratch scratch;
  private Tape tape;
  private File avro;

  @Setup(Level.Trial)
  public void record() throws IOException {
    scratch = new Scratch();
    tape = SampleEvents.recorded(scratch.resolve("bench.tape"), EVENTS);
    avro = scratch.resolve("bench.avro").toFile();
    Schema schema = new Schema.Parser().parse(EventSchema.current().text());
    GenericRecord[] records = AvroRecords.of(SampleEvents.make(), schema);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      writer.create(schema, avro);
      for (int i = 0; i < EVENTS; i++) {
        writer.append(records[i % records.length]);
      }
    }
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    tape.close();
    scratch.close();
  }

  @Benchmark
  public long seamtape() throws IOException {
    long sum = 0;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        sum += cursor.event().time + cursor.event().fields[0];
      }
    }
    return sum;
  }

  /** Reading, decoding, hashing and comparing all that can be compared. */
  @Benchmark
  public Verification verify() throws IOException {
    return Verification.of(tape.path());
  }

  @Benchmark
  public long avroContainer() throws IOException {
    long sum = 0;
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(avro, new GenericDatumReader<>())) {
      GenericRecord record = null;
      while (reader.hasNext()) {
        record = reader.next(record);
        sum += (long) record.get(0) + (long) record.get(3);
      }
    }
    return sum;
  }
}
