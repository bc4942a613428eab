package seamtape.recorder.tape;

import static seamtape.recorder.tape.TapeException.Kind.CHECKSUM;
import static seamtape.recorder.tape.TapeException.Kind.TRUNCATED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Makes a compressed recording of a sealed one: the same blocks, events, hashes, seal and digest,
 * each block stored with zstd. It takes its name after it was verified.
 */
public final class Pack {
  private static final byte[] NOTHING = {};

  private final Path from;
  private final Path part;
  private final Manifest manifest;

  private Pack(Path from, Path part, Manifest manifest) {
    this.from = from;
    this.part = part;
    this.manifest = manifest;
  }

  /**
   * Packs a recording; the original stays as it is.
   *
   * @param signer signs the new seal; null leaves it without signature, because the original's is
   *     over a manifest that says otherwise
   * @param progress is told the number of events packed, now and then
   * @throws TapeException when the recording is open or damaged
   */
  public static Manifest of(Path from, Path out, PrivateKey signer, LongConsumer progress)
      throws TapeException {
    Manifest manifest = ManifestText.read(from);
    if (manifest.state() == Manifest.State.OPEN) {
      throw new TapeException(TRUNCATED, from, "is not sealed: recover it first");
    }
    Path path = Part.nameFor(out);
    TapeFiles.remove(path);
    try (Part part = new Part(path, out)) {
      Manifest packed = new Pack(from, path, manifest).write(signer, progress);
      part.becomeWhole();
      return packed;
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(out, "write", e);
    } catch (GeneralSecurityException e) {
      throw TapeException.io(out, "sign", new IOException(e.getMessage(), e));
    }
  }

  /**
   * Packs a recording into its own place. Until the packed one was verified, the recording stays as
   * it is; a crash between the two renames leaves it beside its place, as {@code .NAME.plain}.
   */
  public static Manifest inPlace(Path tape, PrivateKey signer, LongConsumer progress)
      throws TapeException {
    Path packed = tape.resolveSibling("." + tape.getFileName() + ".packed");
    Path plain = tape.resolveSibling("." + tape.getFileName() + ".plain");
    TapeFiles.remove(packed);
    Manifest made = of(tape, packed, signer, progress);
    try {
      Files.move(tape, plain, StandardCopyOption.ATOMIC_MOVE);
      Files.move(packed, tape, StandardCopyOption.ATOMIC_MOVE);
      TapeFiles.force(tape.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw TapeException.io(tape, "take the place of the plain recording", e);
    }
    TapeFiles.remove(plain);
    return made;
  }

  private Manifest write(PrivateKey signer, LongConsumer progress)
      throws IOException, GeneralSecurityException {
    Files.createDirectories(part);
    Files.copy(TapeFiles.schema(from), TapeFiles.schema(part));
    Manifest packed = manifest.without(SealSignature.KEY).packed(blocks(progress));
    packed = signer == null ? packed : SealSignature.sign(packed, signer);
    TapeFiles.replace(TapeFiles.manifest(part), packed.toJson());
    Verification found = Verification.of(part);
    if (!found.whole() || !found.digest().equals(manifest.digest())) {
      throw new TapeException(CHECKSUM, from, "is damaged: recover it first");
    }
    return packed;
  }

  /** Copies all blocks and the seal; returns the bytes that they take. */
  private long blocks(LongConsumer progress) throws IOException {
    boolean written = false;
    Journal journal = new Journal(part);
    try (JournalScanner scanner =
        new JournalScanner(from, Tape.half(manifest, 0), Tape.half(manifest, 16))) {
      scanner.scan();
      if (!scanner.damage().isEmpty() || scanner.seal() == null) {
        throw new TapeException(CHECKSUM, from, "is damaged: recover it first");
      }
      byte[] buffer = new byte[Block.MAX_BYTES + Block.SLACK_BYTES];
      for (BlockRow row : scanner.rows()) {
        byte[] stored = row.read(buffer);
        byte[] events = stored != null && row.matches(stored) ? row.plain(stored, NOTHING) : null;
        if (events == null) {
          String what = "block " + row.header().number + " is damaged: recover the recording first";
          throw new TapeException(CHECKSUM, from, row.firstEvent(), what, null);
        }
        append(journal, row.header(), events);
        progress.accept(row.lastEvent());
      }
      journal.append(scanner.seal(), NOTHING);
      journal.force();
      written = true;
    } finally {
      if (!written) {
        journal.close();
      }
    }
    journal.closeQueue();
    journal.trim();
    return journal.bytes();
  }

  private static void append(Journal journal, BlockHeader header, byte[] events)
      throws IOException {
    byte[] packed = BlockCodec.pack(events, header.plainBytes);
    byte[] payload = packed == null ? events : packed;
    header.codec = packed == null ? BlockCodec.NONE : BlockCodec.ZSTD;
    header.storedBytes = packed == null ? header.plainBytes : packed.length;
    CRC32C crc = new CRC32C();
    crc.update(payload, 0, header.storedBytes);
    header.payloadCrc = (int) crc.getValue();
    journal.append(header, payload);
  }
}
