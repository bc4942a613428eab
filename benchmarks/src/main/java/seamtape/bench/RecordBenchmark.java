package seamtape.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
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
import seamtape.codec.EventEncoder;
import seamtape.codec.EventSchema;
import seamtape.event.Event;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;

/**
 * What recording one event costs the recorded thread: encode and append, with blocks, checksums,
 * hashes and the queue behind it on the publisher's thread, whose back-pressure is included. The
 * events are filled beforehand. The peers take the same events or their bytes.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar RecordBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SampleEvents.COUNT)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class RecordBenchmark {
  private static final int MAPPED_BYTES = 64 << 20;

  private final Event[] events = SampleEvents.make();
  private final byte[][] bytes = new byte[events.length][];
  private final EventEncoder encoder = new EventEncoder();
  private final byte[] buffer = new byte[1 << 20];
  private Scratch scratch;

  @Setup(Level.Trial)
  public void encodeOnce() throws IOException {
    scratch = new Scratch();
    long time = 0;
    for (int i = 0; i < events.length; i++) {
      int length = encoder.encode(events[i], time, buffer, 0);
      bytes[i] = java.util.Arrays.copyOf(buffer, length);
      time = events[i].time;
    }
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    scratch.close();
  }

  /** A recording for each iteration, so that none outgrows the disk. */
  @State(Scope.Thread)
  public static class Recorder {
    private Scratch scratch;
    private TapeWriter writer;

    @Setup(Level.Iteration)
    public void create() throws IOException {
      scratch = new Scratch();
      Manifest manifest = Manifest.of(Manifest.Source.SIM, "linux-7.3");
      writer = TapeWriter.create(scratch.resolve("bench.tape"), manifest);
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
      writer.close();
      scratch.close();
    }
  }

  @Benchmark
  public long seamtape(Recorder recorder) {
    long number = 0;
    for (Event event : events) {
      number = recorder.writer.append(event);
    }
    return number;
  }

  /** The codec alone. */
  @Benchmark
  public int encode() {
    int at = 0;
    long time = 0;
    for (Event event : events) {
      at = encoder.encode(event, time, buffer, at);
      time = event.time;
    }
    return at;
  }

  /** A JFR event with the fields of most rows, recording to a file. */
  @jdk.jfr.Name("seamtape.bench.Call")
  @jdk.jfr.StackTrace(false)
  public static class CallEvent extends jdk.jfr.Event {
    int call;
    long actor;
    long time;
    long link;
    long first;
    long second;
  }

  @State(Scope.Thread)
  public static class FlightRecorder {
    private Recording recording;
    private Scratch scratch;

    @Setup(Level.Iteration)
    public void start() throws IOException {
      scratch = new Scratch();
      recording = new Recording();
      recording.enable(CallEvent.class).withoutThreshold();
      recording.setToDisk(true);
      recording.setMaxSize(64 << 20);
      recording.start();
    }

    @TearDown(Level.Iteration)
    public void stop() throws IOException {
      recording.close();
      scratch.close();
    }
  }

  @Benchmark
  public void jfrCommit(FlightRecorder recorder) {
    for (Event event : events) {
      CallEvent call = new CallEvent();
      call.call = event.call.ordinal();
      call.actor = event.actor;
      call.time = event.time;
      call.link = event.link;
      call.first = event.fields[0];
      call.second = event.fields[1];
      call.commit();
    }
  }

  @State(Scope.Thread)
  public static class Container {
    private DataFileWriter<GenericRecord> writer;
    private GenericRecord[] records;
    private Scratch scratch;

    @Setup(Level.Iteration)
    public void create() throws IOException {
      Schema schema = new Schema.Parser().parse(EventSchema.current().text());
      records = AvroRecords.of(SampleEvents.make(), schema);
      scratch = new Scratch();
      OutputStream out =
          new BufferedOutputStream(Files.newOutputStream(scratch.resolve("bench.avro")), 1 << 16);
      writer = new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema));
      writer.create(schema, out);
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
      writer.close();
      scratch.close();
    }
  }

  /** Avro's own file writer, generic records filled beforehand. */
  @Benchmark
  public void avroContainer(Container container) throws IOException {
    for (GenericRecord record : container.records) {
      container.writer.append(record);
    }
  }

  @State(Scope.Thread)
  public static class Queue {
    private ChronicleQueue queue;
    private ExcerptAppender appender;
    private Scratch scratch;

    @Setup(Level.Iteration)
    public void create() throws IOException {
      scratch = new Scratch();
      queue =
          SingleChronicleQueueBuilder.binary(scratch.resolve("queue"))
              .rollCycle(RollCycles.FAST_DAILY)
              .timeProvider(() -> 0L)
              .build();
      appender = queue.createAppender();
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
      appender.close();
      queue.close();
      scratch.close();
    }
  }

  /** One Chronicle excerpt an event: no checksum, no hash, no staging. */
  @Benchmark
  public void chronicleExcerptAnEvent(Queue queue) {
    long time = 0;
    Bytes<byte[]> wrapped = Bytes.wrapForRead(buffer);
    for (Event event : events) {
      int length = encoder.encode(event, time, buffer, 0);
      time = event.time;
      wrapped.readPositionRemaining(0, length);
      queue.appender.writeBytes(wrapped);
    }
  }

  @State(Scope.Thread)
  public static class Mapped {
    private ByteBuffer mapped;
    private Scratch scratch;

    @Setup(Level.Iteration)
    public void map() throws IOException {
      scratch = new Scratch();
      try (FileChannel channel =
          FileChannel.open(
              scratch.resolve("mapped"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, MAPPED_BYTES);
      }
    }

    @TearDown(Level.Iteration)
    public void remove() throws IOException {
      scratch.close();
    }
  }

  /** The least that can be done: the encoded bytes copied to a mapped file, over and over. */
  @Benchmark
  public int mappedCopy(Mapped to) {
    if (to.mapped.remaining() < 1 << 20) {
      to.mapped.clear();
    }
    for (byte[] event : bytes) {
      to.mapped.put(event);
    }
    return to.mapped.position();
  }
}
