package seamtape.replayer.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;
import seamtape.replayer.Recordings;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.StateIndex;
import seamtape.replayer.state.StateScan;
import seamtape.replayer.state.StateView;

/** {@code index/states} is believed whole, or made again. */
class KeptStatesTest {
  @TempDir Path dir;
  private Path tape;
  private Path kept;
  private long events;

  @BeforeEach
  void record() throws Exception {
    try (Tape recorded = Recordings.bundled(dir, "pio-storm", "linux-7.3", java.util.Map.of())) {
      tape = recorded.path();
      events = recorded.eventCount();
      assertTrue(KeptStates.write(file(tape), fold(recorded)));
    }
    kept = tape.resolve("index/states");
  }

  private static IndexFile file(Path tape) throws Exception {
    return KeptStates.file(tape, Tape.manifestOf(tape));
  }

  private static StateIndex fold(Tape tape) {
    try (StateScan scan = new StateScan(tape)) {
      while (scan.advance(4096)) {
        continue;
      }
      return scan.index();
    }
  }

  private static boolean believed(Path tape) throws Exception {
    return KeptStates.read(file(tape), new StateIndex());
  }

  @Test
  void statesGoneOnFromAreThoseFoldedFromTheFirstEvent() throws Exception {
    StateIndex index = new StateIndex();
    assertTrue(KeptStates.read(file(tape), index));
    assertEquals(events, index.reached());
    SplittableRandom random = new SplittableRandom(4);
    try (Tape read = Tape.open(tape);
        Cursor cursor = read.cursor()) {
      for (int i = 0; i < 8; i++) {
        long event = random.nextLong(events + 1);
        MachineState state = index.from(event);
        assertTrue(event < 8192 || state.event() > 0, "from a copy");
        cursor.seek(state.event() + 1);
        while (state.event() < event && cursor.next()) {
          state.apply(cursor.event());
        }
        assertEquals(
            StateView.document(MachineState.at(read, event), null),
            StateView.document(state, null));
      }
    }
  }

  @Test
  void noneIsBelievedThatIsDamagedOrCutAnywhere() throws Exception {
    byte[] good = Files.readAllBytes(kept);
    SplittableRandom random = new SplittableRandom(5);
    for (int at = 0; at < good.length; at += at < 72 ? 1 : 1 + random.nextInt(97)) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(kept, bad);
      assertFalse(believed(tape), "byte " + at);
    }
    for (int length = 0; length < good.length; length += 1 + random.nextInt(97)) {
      Files.write(kept, Arrays.copyOf(good, length));
      assertFalse(believed(tape), "cut to " + length);
    }
    Files.write(kept, good);
    assertTrue(believed(tape));
  }

  @Test
  void noneIsBelievedOfAnotherRecordingOrPartOrFormat() throws Exception {
    Path other;
    try (Tape recorded = Recordings.bundled(dir, "vcpu-state", "linux-7.3")) {
      other = recorded.path();
      assertTrue(KeptStates.write(file(other), fold(recorded)));
    }
    Files.copy(other.resolve("index/states"), kept, StandardCopyOption.REPLACE_EXISTING);
    assertFalse(believed(tape));
    Manifest manifest = Tape.manifestOf(tape);
    for (IndexFile wrong :
        List.of(IndexFile.of(tape, manifest, "states", 1), RecordingIndex.file(tape, manifest))) {
      assertTrue(wrong.write(new byte[] {1, 2, 3}, 3));
    }
    assertFalse(believed(tape));
  }

  @Test
  void aPayloadThatIsNoneChangesNothing() throws Exception {
    byte[] good = file(tape).read();
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < 400; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      int length = random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length;
      file(tape).write(bad, length);
      StateIndex index = new StateIndex();
      if (!KeptStates.read(file(tape), index)) {
        assertEquals(0, index.reached());
        assertEquals(0, index.before(Long.MAX_VALUE));
      }
    }
  }

  @Test
  void aRecordingThatIsStillWrittenHasNone() throws Exception {
    Path open = dir.resolve("open.tape");
    try (TapeWriter writer =
        TapeWriter.create(open, Manifest.of(Manifest.Source.SIM, "linux-7.3"))) {
      writer.append(new Event().enter(KvmIoctl.KVM_CHECK_EXTENSION, 0, 1, 0));
      assertNull(KeptStates.file(open, Tape.manifestOf(open)));
    }
  }

  @Test
  void whereNothingCanBeWrittenNothingIsKeptAndNothingIsSaid() throws Exception {
    Files.delete(kept);
    Files.delete(tape.resolve("index"));
    Files.write(tape.resolve("index"), new byte[] {1});
    try (Tape read = Tape.open(tape)) {
      assertFalse(KeptStates.write(file(tape), fold(read)));
    }
    assertFalse(believed(tape));
  }
}
