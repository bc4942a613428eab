package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;
import seamtape.replayer.index.RecordingIndex;
import seamtape.replayer.query.NumberWriter;
import seamtape.replayer.query.TapeSummary;
import seamtape.replayer.shape.TapeShape;

/**
 * Bytes as what a recording's {@code index/} holds, under a key and checksums that are right: what
 * is believed can be used, and what is not reads as none.
 */
final class FuzzedIndex {
  private FuzzedIndex() {}

  private static byte[] keptBlocks(Path tape) throws IOException {
    IndexFile file = blocksFile(tape);
    try (Tape opened = Tape.open(tape)) {
      opened.keepIndex();
    }
    return file.read();
  }

  /** Part and format as the recorder names them. */
  private static IndexFile blocksFile(Path tape) throws IOException {
    return IndexFile.of(tape, Tape.manifestOf(tape), "blocks", 1);
  }

  /** {@code index/blocks}. */
  static final class Blocks implements FuzzedReader.Target {
    private Path tape;
    private byte[] kept;

    @Override
    public byte[] seed() throws IOException {
      open();
      return kept.clone();
    }

    private void open() throws IOException {
      if (tape == null) {
        tape = SmallTapes.sealed();
        kept = keptBlocks(tape);
      }
    }

    @Override
    public void read(byte[] bytes) throws IOException {
      open();
      blocksFile(tape).write(bytes, bytes.length);
      try (Tape opened = Tape.open(tape)) {
        TapeIndex index = opened.index();
        FuzzedTape.events(opened);
        for (long call = 0; call < index.callCount(); call++) {
          index.enterEventOfCall(call);
        }
      } catch (TapeException e) {
        return; // a block that is not where it is said to be
      }
    }
  }

  /** {@code index/shape}. */
  static final class Shape implements FuzzedReader.Target {
    private Path tape;

    private Path open() throws IOException {
      if (tape == null) {
        tape = SmallTapes.sealed();
      }
      return tape;
    }

    @Override
    public byte[] seed() throws IOException {
      TapeShape.Builder builder = new TapeShape.Builder(true);
      try (Tape opened = Tape.open(open());
          TapeSummary.Scan scan = new TapeSummary.Scan(opened, builder)) {
        while (scan.advance(1000)) {
          continue;
        }
        NumberWriter to = new NumberWriter();
        scan.summary().write(to);
        builder.shape().write(to);
        return Arrays.copyOf(to.bytes(), to.length());
      }
    }

    @Override
    public void read(byte[] bytes) throws IOException {
      IndexFile file = RecordingIndex.file(open(), Tape.manifestOf(tape));
      file.write(bytes, bytes.length);
      RecordingIndex read = RecordingIndex.read(file);
      if (read == null) {
        return;
      }
      NumberWriter once = new NumberWriter();
      read.summary().write(once);
      read.shape().write(once);
      read.write(file);
      RecordingIndex again = RecordingIndex.read(file);
      if (again == null) {
        throw new IllegalStateException("what was believed once is not believed again");
      }
      NumberWriter twice = new NumberWriter();
      again.summary().write(twice);
      again.shape().write(twice);
      if (!Arrays.equals(once.bytes(), 0, once.length(), twice.bytes(), 0, twice.length())) {
        throw new IllegalStateException("another index comes back");
      }
    }
  }
}
