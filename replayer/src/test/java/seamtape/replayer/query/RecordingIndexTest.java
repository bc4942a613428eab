package seamtape.replayer.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.event.Subject;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.index.RecordingIndex;
import seamtape.replayer.shape.Lane;
import seamtape.replayer.shape.TapeShape;
import seamtape.replayer.shape.Track;

/** The index is made again when it is missing, and nothing is wrong by it. */
class RecordingIndexTest {
  @TempDir Path dir;
  private Path tape;
  private String truth;

  @BeforeEach
  void record() throws Exception {
    tape = dir.resolve("a.tape");
    write(tape, 1);
    truth = text(made(tape));
  }

  private static void write(Path path, long seed) throws IOException {
    try (CallTape to = new CallTape(path)) {
      to.random(seed, 1500, KvmIoctl.KVM_RUN, Seamcall.TDH_VP_ENTER);
      to.call(KvmIoctl.KVM_CREATE_VCPU, Subject.vm(0), -17, 4, 1);
      to.seal();
    }
  }

  private static IndexFile file(Path tape) throws IOException {
    return RecordingIndex.file(tape, Tape.manifestOf(tape));
  }

  /** From the events. */
  private static RecordingIndex made(Path path) throws IOException {
    TapeShape.Builder builder = new TapeShape.Builder(true);
    try (Tape tape = Tape.open(path);
        TapeSummary.Scan scan = new TapeSummary.Scan(tape, builder)) {
      while (scan.advance(1000)) {
        continue;
      }
      return new RecordingIndex(scan.summary(), builder.shape());
    }
  }

  /** All that an index tells. */
  private static String text(RecordingIndex index) throws Exception {
    TapeSummary summary = index.summary();
    TapeShape shape = index.shape();
    StringBuilder text = new StringBuilder();
    text.append(summary.tallies()).append(summary.lastTime()).append(summary.errorCount());
    for (long event = 0; event < 1600; event++) {
      text.append(' ').append(summary.errorAfter(event)).append(summary.errorBefore(event));
      text.append(summary.farReturn(event)).append(summary.neverReturns(event));
    }
    text.append(summary.contents().kinds());
    for (String filter : BlockContentsTest.FILTERS) {
      for (boolean passes : summary.contents().mayPass(Filter.parse(filter))) {
        text.append(passes ? 1 : 0);
      }
    }
    for (Lane lane : shape.lanes()) {
      text.append('\n').append(lane.name()).append(lane.vcpu());
      for (Track track : lane.tracks()) {
        text.append(track.depth()).append(track.count()).append(track.exact());
        for (long bin = 1; bin < 1 << 16; bin *= 4) {
          text.append(track.items(0, Long.MAX_VALUE, bin)).append(track.items(3000, 9000, bin));
        }
      }
    }
    shape
        .latencies()
        .forEach(
            latency ->
                text.append('\n')
                    .append(latency.call() + latency.family() + latency.exit() + latency.count())
                    .append(latency.errors() + latency.firstError() + latency.maxEvent())
                    .append(latency.percentile(50) + " " + latency.percentile(99))
                    .append(java.util.Arrays.toString(latency.buckets())));
    flame(shape.flame(), text);
    return text.append(shape.firstTime()).append(' ').append(shape.lastTime()).toString();
  }

  private static void flame(seamtape.replayer.shape.FlameNode node, StringBuilder text) {
    text.append('\n').append(node.name()).append(node.family()).append(node.total());
    text.append(' ').append(node.self()).append(' ').append(node.count()).append(node.errors());
    node.children().forEach(child -> flame(child, text));
  }

  /** Keeps the index; its file. */
  private Path kept() throws IOException {
    assertTrue(made(tape).write(file(tape)));
    return indexOf(tape);
  }

  private void assertKept() throws Exception {
    assertEquals(truth, text(RecordingIndex.read(file(tape))));
  }

  private void assertAbsent(String why) throws IOException {
    assertNull(RecordingIndex.read(file(tape)), why);
  }

  private static Path indexOf(Path tape) throws IOException {
    try (Stream<Path> files = Files.list(tape.resolve("index"))) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void tellsWhatThePassOverTheEventsTells() throws Exception {
    assertAbsent("absent at first");
    kept();
    assertKept();
    RecordingIndex read = RecordingIndex.read(file(tape));
    assertTrue(read.write(file(tape)), "and can be kept once more");
    assertKept();
  }

  @Test
  void believesNoByteThatWasChanged() throws Exception {
    Path index = kept();
    byte[] good = Files.readAllBytes(index);
    SplittableRandom random = new SplittableRandom(7);
    for (int at = 0; at < good.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        if (at < 80 || bit == random.nextInt(8)) {
          byte[] bad = good.clone();
          bad[at] ^= (byte) (1 << bit);
          Files.write(index, bad);
          assertAbsent("bit " + bit + " of byte " + at);
        }
      }
    }
    Files.write(index, good);
    assertKept();
  }

  @Test
  void believesNoneThatIsCutOrLonger() throws Exception {
    Path index = kept();
    byte[] good = Files.readAllBytes(index);
    for (int length = 0; length < good.length; length++) {
      Files.write(index, java.util.Arrays.copyOf(good, length));
      assertAbsent(length + " bytes");
    }
    Files.write(index, java.util.Arrays.copyOf(good, good.length + 1));
    assertAbsent("one byte more");
  }

  @Test
  void believesNoneOfAnotherRecordingPartOrBuild() throws Exception {
    Path other = dir.resolve("b.tape");
    write(other, 2);
    made(other).write(file(other));
    Path index = kept();
    Files.copy(indexOf(other), index, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertAbsent("of another recording");
    byte[] payload = {1, 2, 3};
    for (String part : new String[] {"shape", "other"}) {
      IndexFile.of(tape, Tape.manifestOf(tape), part, 99).write(payload, 3);
      Path written = index.resolveSibling(part);
      Files.write(index, Files.readAllBytes(written));
      assertAbsent("part " + part + " of build 99");
    }
  }

  @Test
  void believesNoneOfAnotherStateOfTheJournal() throws Exception {
    kept();
    Path journal = Recordings.cycle(tape);
    FileTime time = Files.getLastModifiedTime(journal);
    Files.setLastModifiedTime(journal, FileTime.fromMillis(time.toMillis() - 5));
    assertAbsent("written at another time");
    Files.setLastModifiedTime(journal, time);
    assertNotNull(RecordingIndex.read(file(tape)));
    Files.write(journal, new byte[4096], java.nio.file.StandardOpenOption.APPEND);
    Files.setLastModifiedTime(journal, time);
    assertAbsent("of another length");
  }

  @Test
  void readsAsAbsentWhatAnotherWroteWithARightChecksum() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    NumberWriter to = new NumberWriter();
    made(tape).summary().write(to);
    made(tape).shape().write(to);
    byte[] good = java.util.Arrays.copyOf(to.bytes(), to.length());
    for (int i = 0; i < 2000; i++) {
      byte[] bad = good.clone();
      for (int n = 1 + random.nextInt(8); n > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      file(tape).write(bad, random.nextInt(bad.length));
      assertAbsent("cut, so never whole");
    }
  }

  @Test
  void doesWithoutWhereItCannotBeWritten() throws Exception {
    Files.write(tape.resolve("index"), new byte[] {1});
    assertFalse(made(tape).write(file(tape)));
    assertAbsent("nothing was kept");
    assertEquals(truth, text(made(tape)));
  }

  @Test
  void aRecordingThatIsStillWrittenHasNone() throws Exception {
    Path open = dir.resolve("open.tape");
    try (CallTape to = new CallTape(open)) {
      to.random(1, 200, KvmIoctl.KVM_RUN, Seamcall.TDH_VP_ENTER);
    }
    assertNull(file(open));
  }
}
