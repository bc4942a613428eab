package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Manifest.Source;

/** What the queue does and does not do for us. */
class JournalTest {
  @TempDir Path dir;

  @Test
  void nothingPhonesHome() throws Exception {
    assertThrows(
        ClassNotFoundException.class,
        () -> Class.forName("net.openhft.chronicle.analytics.Analytics"));
    String path = System.getProperty("java.class.path");
    assertFalse(path.contains("chronicle-analytics"), path);
    Path id = Path.of(System.getProperty("user.home"), ".chronicle.analytics.client.id");
    boolean before = Files.exists(id);
    record(10);
    assertEquals("true", System.getProperty("chronicle.analytics.disable"));
    assertEquals(before, Files.exists(id));
  }

  @Test
  void aSealedRecordingIsAQueueThatChronicleReadsToItsEnd() throws Exception {
    long blocks = record(30_000).totals().blocks();
    Path journal = dir.resolve("a.tape/journal");
    int excerpts = 0;
    try (ChronicleQueue queue =
            SingleChronicleQueueBuilder.binary(journal)
                .readOnly(true)
                .blockSize(8 << 20)
                .timeProvider(() -> 0L)
                .build();
        ExcerptTailer tailer = queue.createTailer()) {
      Bytes<?> bytes = Bytes.allocateElasticOnHeap();
      while (tailer.readBytes(bytes.clear())) {
        assertEquals(BlockHeader.MAGIC, bytes.readLong(0));
        excerpts++;
      }
    }
    assertEquals(blocks + 1, excerpts); // the last one is the seal
  }

  private Manifest record(int events) throws TapeException {
    try (TapeWriter writer =
        TapeWriter.create(dir.resolve("a.tape"), Manifest.of(Source.SIM, "linux-7.3"))) {
      Events.append(writer, 1, events);
      return writer.seal();
    }
  }
}
