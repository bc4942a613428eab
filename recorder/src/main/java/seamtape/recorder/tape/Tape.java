package seamtape.recorder.tape;

import static seamtape.recorder.tape.TapeException.Kind.CHECKSUM;
import static seamtape.recorder.tape.TapeException.Kind.SCHEMA_UNKNOWN;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import seamtape.codec.EventSchema;
import seamtape.codec.MalformedEventException;
import seamtape.codec.Selection;

/**
 * A recording, read. Nothing in the directory is ever changed but what {@link #keepIndex} keeps. An
 * open recording shows the events published so far and those in its staging file; {@link #refresh}
 * looks again. Opening checks the headers; each block is checked when it is read. Any thread; each
 * reading thread takes its own {@link #cursor}.
 */
public final class Tape implements AutoCloseable {
  private static final long LONG = 1 << 20;

  private final Path path;
  private final EventSchema schema;
  private final Selection nothing;
  private final long idHigh;
  private final long idLow;
  private final JournalScanner scanner;
  private final IndexFile index;
  private final boolean indexed;
  private volatile Manifest manifest;
  private volatile Snapshot snapshot;

  /** Finds the blocks in the journal itself. */
  Tape(Path path, Manifest manifest, EventSchema schema) throws IOException {
    this(path, manifest, schema, null);
  }

  /**
   * @param index where the blocks may be known from; or null
   */
  Tape(Path path, Manifest manifest, EventSchema schema, IndexFile index) throws IOException {
    this.path = path;
    this.manifest = manifest;
    this.schema = schema;
    nothing = schema.select((phase, row) -> false);
    idHigh = half(manifest, 0);
    idLow = half(manifest, 16);
    scanner = new JournalScanner(path, idHigh, idLow);
    this.index = index;
    byte[] known = index == null ? null : index.read();
    snapshot = known == null ? null : BlockIndex.read(known, scanner.files(), manifest);
    indexed = snapshot != null;
    if (!indexed) {
      look();
    }
  }

  /** What a recording says of itself, without a look at its journal. */
  public static Manifest manifestOf(Path dir) throws TapeException {
    return ManifestText.read(dir);
  }

  /** Opens a recording of any state; one that is damaged too, as far as its headers go. */
  public static Tape open(Path dir) throws TapeException {
    Manifest manifest = ManifestText.read(dir);
    try {
      IndexFile index = IndexFile.of(dir, manifest, BlockIndex.PART, BlockIndex.FORMAT);
      return new Tape(dir, manifest, schema(dir, manifest), index);
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(dir, "read the recording", e);
    }
  }

  static long half(Manifest manifest, int from) {
    try {
      return Long.parseUnsignedLong(manifest.id().substring(from, from + 16), 16);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return 0; // no block has it
    }
  }

  static EventSchema schema(Path path, Manifest manifest) throws TapeException {
    try {
      Path file = TapeFiles.schema(path);
      if (Files.size(file) > TapeFiles.MAX_TEXT_BYTES) {
        throw new TapeException(SCHEMA_UNKNOWN, path, "schema.avsc is too large to be one");
      }
      if (!Files.isRegularFile(file)) {
        throw new TapeException(SCHEMA_UNKNOWN, path, "schema.avsc is no file");
      }
      byte[] text = Files.readAllBytes(file);
      if (!Hex.of(RunChain.sha256().digest(text)).equals(manifest.schemaSha256())) {
        throw new TapeException(CHECKSUM, path, "schema.avsc is damaged: its hash is wrong");
      }
      EventSchema schema = EventSchema.parse(new String(text, StandardCharsets.UTF_8));
      if (!Hex.of(schema.fingerprint()).equals(manifest.schema())) {
        String what = "schema.avsc is not the schema that manifest.json names";
        throw new TapeException(SCHEMA_UNKNOWN, path, what);
      }
      return schema;
    } catch (TapeException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new TapeException(
          SCHEMA_UNKNOWN, path, "schema.avsc, the schema of its writer, is missing");
    } catch (MalformedEventException e) {
      throw new TapeException(SCHEMA_UNKNOWN, path, 0, "schema.avsc: " + e.getMessage(), e);
    } catch (IOException e) {
      throw TapeException.io(path, "read schema.avsc", e);
    }
  }

  /** The staging file is read before the journal: what leaves the one is then in the other. */
  private void look() throws IOException {
    boolean open = manifest.state() == Manifest.State.OPEN;
    List<BlockRow> staged =
        open
            ? StagedBlocks.read(path, schema, idHigh, idLow, scanner.nextBlock()).rows()
            : List.of();
    scanner.scan();
    snapshot = Snapshot.of(scanner, staged, manifest);
  }

  /** Looks for events that were added since; true when there are. The cursors see them at once. */
  public synchronized boolean refresh() throws TapeException {
    if (manifest.state() != Manifest.State.OPEN) {
      return false;
    }
    long before = snapshot.events();
    try {
      manifest = ManifestText.read(path);
      look();
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(path, "read the recording", e);
    }
    return snapshot.events() > before;
  }

  /**
   * Keeps where the blocks lie, so that the recording opens at once the next time. What cannot be
   * kept is found again; see {@link IndexFile}.
   */
  public void keepIndex() throws TapeException {
    try {
      byte[] rows =
          indexed || index == null ? null : BlockIndex.write(snapshot, scanner.files(), manifest);
      if (rows != null) {
        index.write(rows, rows.length);
      }
    } catch (IOException e) {
      throw TapeException.io(path, "look at the journal", e);
    }
  }

  /** True of so many events that finding their blocks, or a pass over all, takes long. */
  public static boolean isLong(long events) {
    return events >= LONG;
  }

  public Path path() {
    return path;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** The schema of the writer. */
  public EventSchema schema() {
    return schema;
  }

  /** Events of the recording; of a damaged one those that can be told to have been there. */
  public long eventCount() {
    return snapshot.events();
  }

  /** A new cursor before the first event. */
  public Cursor cursor() {
    return new Cursor(this);
  }

  public TapeIndex index() {
    return new TapeIndex(this, snapshot);
  }

  /** Selects no event. */
  Selection nothing() {
    return nothing;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  @Override
  public void close() throws TapeException {
    try {
      scanner.close();
    } catch (IOException e) {
      throw TapeException.io(path, "close the recording", e);
    }
  }
}
