package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.codec.EventSchema;

/**
 * Manifest and schema of a recording that may have lost either: the blocks tell the recording's id
 * and the fingerprint of its schema.
 *
 * @param notes what was taken from elsewhere, for the manifest of the recovered recording
 */
record Salvage(Manifest manifest, EventSchema schema, Map<String, String> notes) {
  private static final int WINDOW_BYTES = 1 << 20;

  static Salvage of(Path dir) throws TapeException {
    Map<String, String> notes = new LinkedHashMap<>();
    Manifest manifest = manifest(dir, notes);
    return new Salvage(manifest, schema(dir, manifest, notes), notes);
  }

  private static Manifest manifest(Path dir, Map<String, String> notes) throws TapeException {
    try {
      return ManifestText.read(dir);
    } catch (TapeException e) {
      boolean damaged =
          e.kind() == TapeException.Kind.CHECKSUM || e.kind() == TapeException.Kind.NOT_A_RECORDING;
      BlockHeader block = damaged ? firstBlock(dir) : null;
      if (block == null) {
        throw e;
      }
      notes.put("manifestNote", "the original's manifest was damaged: its words are unproven");
      return ManifestText.readUnproven(dir)
          .identified(Hex.of(block.idHigh) + Hex.of(block.idLow), "")
          .withSchema(Hex.of(block.schema), "")
          .withState(Manifest.State.OPEN, Manifest.Totals.NONE, "");
    }
  }

  private static EventSchema schema(Path dir, Manifest manifest, Map<String, String> notes)
      throws TapeException {
    try {
      return Tape.schema(dir, manifest);
    } catch (TapeException e) {
      EventSchema current = EventSchema.current();
      if (!manifest.schema().equals(Hex.of(current.fingerprint()))) {
        throw e;
      }
      if (!manifest.schemaSha256().isEmpty()) {
        notes.put("schemaNote", "the original's schema.avsc was damaged: this build's is the same");
      }
      return current;
    }
  }

  /** The first block header with a right checksum, wherever it lies; null without one. */
  private static BlockHeader firstBlock(Path dir) throws TapeException {
    try {
      for (Path cycle : TapeFiles.cycles(dir)) {
        try (FileChannel channel = FileChannel.open(cycle, StandardOpenOption.READ)) {
          BlockHeader found = firstBlock(channel);
          if (found != null) {
            return found;
          }
        }
      }
      return null;
    } catch (IOException e) {
      throw TapeException.io(dir, "read the journal", e);
    }
  }

  private static BlockHeader firstBlock(FileChannel channel) throws IOException {
    ByteBuffer window = JournalScanner.buffer(WINDOW_BYTES);
    long step = WINDOW_BYTES - BlockHeader.BYTES;
    for (long start = 0; start < channel.size(); start += step) {
      window.clear();
      while (window.hasRemaining() && channel.read(window, start + window.position()) >= 0) {}
      for (int at = 0; at + BlockHeader.BYTES <= window.position(); at++) {
        if (window.getLong(at) == BlockHeader.MAGIC) {
          BlockHeader header = BlockHeader.read(window, at);
          if (header != null) {
            return header;
          }
        }
      }
    }
    return null;
  }
}
