package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import seamtape.codec.EventSchema;
import seamtape.recorder.tape.Manifest.Source;

/** A recording of a few small blocks, and how it is judged after it was damaged. */
final class SmallTape {
  /** What a reader makes of damage. */
  enum Verdict {
    DETECTED,
    HARMLESS,
    /** It reads as an open recording that ended before its last events. */
    EARLIER
  }

  static final int EVENTS = 30;
  private static final int EVENTS_A_BLOCK = 10;

  final Path path;
  final List<String> events = new ArrayList<>();
  private Manifest manifest;
  private List<Damage> damage = List.of();

  private SmallTape(Path path) {
    this.path = path;
  }

  /**
   * Records.
   *
   * @param sealed false leaves it open, its last third in the staging file only
   */
  static SmallTape record(Path path, boolean sealed) throws IOException {
    return record(path, sealed, EVENTS);
  }

  static SmallTape record(Path path, boolean sealed, int count) throws IOException {
    SmallTape tape = new SmallTape(path);
    TapeWriter writer = TapeWriter.create(path, Manifest.of(Source.SIM, "linux-7.3"));
    Events source = Events.settled(5);
    for (int i = 1; i <= count; i++) {
      writer.append(source.next());
      if (i % EVENTS_A_BLOCK == 0 && (sealed || i < count)) {
        writer.flush();
      }
    }
    if (sealed) {
      writer.seal();
    } else {
      tape.keepStaging(writer);
    }
    tape.manifest = ManifestText.read(path);
    try (Tape opened = Tape.open(path);
        Cursor cursor = opened.cursor()) {
      while (cursor.next()) {
        tape.events.add(Events.text(cursor.event()));
      }
    }
    return tape;
  }

  /** Closing publishes what is staged; a copy of before is what a killed writer leaves. */
  private void keepStaging(TapeWriter writer) throws IOException {
    Path killed = path.resolveSibling("killed");
    copy(path, killed);
    writer.close();
    TapeFiles.remove(path);
    Files.move(killed, path);
    cutZeros();
  }

  /** The space kept ahead is 80 MiB of zeros, which every look would read. */
  private void cutZeros() throws IOException {
    try (FileChannel channel =
        FileChannel.open(cycle(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer start = ByteBuffer.allocate(1 << 20);
      channel.read(start, 0);
      int end = start.capacity();
      while (start.get(end - 1) == 0) {
        end--;
      }
      channel.truncate((end + 4 + 4095) & -4096L);
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  Path cycle() throws IOException {
    return TapeFiles.cycles(path).get(0);
  }

  /**
   * True when the damage is told; false when it is harmless: every event reads as it was written.
   *
   * @throws AssertionError when it is neither
   */
  boolean detected() throws IOException {
    Verdict verdict = judge();
    if (verdict == Verdict.EARLIER) {
      throw new AssertionError("fewer than " + events.size() + " events, and nobody says so");
    }
    return verdict == Verdict.DETECTED;
  }

  /**
   * What became of the recording.
   *
   * @throws AssertionError when an event reads as another one and nobody says so
   */
  Verdict judge() throws IOException {
    Verification found = Verification.of(path, manifest, EventSchema.current());
    damage = found.damage();
    if (!found.whole()) {
      return Verdict.DETECTED;
    }
    return read(new Tape(path, manifest, EventSchema.current()));
  }

  /** As {@link #detected}, of a recording that may have an index. */
  boolean detectedWithIndex() throws IOException {
    if (!Verification.of(path, manifest, EventSchema.current()).whole()) {
      return true;
    }
    IndexFile index = IndexFile.of(path, manifest, BlockIndex.PART, BlockIndex.FORMAT);
    if (read(new Tape(path, manifest, EventSchema.current(), index)) != Verdict.HARMLESS) {
      throw new AssertionError("fewer than " + events.size() + " events, and nobody says so");
    }
    return false;
  }

  /** What was found to be wrong when it was judged last. */
  List<Damage> damage() {
    return damage;
  }

  private Verdict read(Tape opened) throws IOException {
    int read = 0;
    try (Tape tape = opened;
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        if (!events.get(read).equals(Events.text(cursor.event()))) {
          throw new AssertionError("event " + (read + 1) + " is another, and nobody says so");
        }
        read++;
      }
    }
    return read == events.size() ? Verdict.HARMLESS : Verdict.EARLIER;
  }
}
