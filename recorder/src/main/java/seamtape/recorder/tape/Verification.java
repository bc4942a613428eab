package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import seamtape.codec.EventSchema;

/**
 * The proof that a recording is whole, or what is wrong with it: every header, every byte, every
 * event, every hash and the seal.
 *
 * @param state what the manifest says, or DAMAGED
 * @param calls calls that are whole
 * @param events events that are whole
 * @param blocks blocks found, those in the staging file included
 * @param digest the last chain value that was found right, hex; of a sealed whole recording its
 *     digest
 */
public record Verification(
    State state,
    long calls,
    long ioctls,
    long events,
    long blocks,
    String digest,
    List<Damage> damage) {
  /** What a recording is found to be. */
  public enum State {
    OPEN,
    SEALED,
    RECOVERED,
    DAMAGED;

    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * Verifies a recording and changes nothing.
   *
   * @throws TapeException when it is none, has no readable manifest or schema, or is newer than
   *     this build
   */
  public static Verification of(Path dir) throws TapeException {
    Manifest manifest = ManifestText.read(dir);
    return of(dir, manifest, Tape.schema(dir, manifest));
  }

  /** As {@link #of(Path)}; a recording that the owner of the key has not sealed is damaged. */
  public static Verification of(Path dir, PublicKey key) throws TapeException {
    Verification found = of(dir);
    if (SealSignature.matches(ManifestText.read(dir), key)) {
      return found;
    }
    List<Damage> damage = new ArrayList<>(found.damage);
    damage.add(new Damage(Damage.Kind.SIGNATURE, -1, 0, 0));
    return new Verification(
        State.DAMAGED,
        found.calls,
        found.ioctls,
        found.events,
        found.blocks,
        found.digest,
        List.copyOf(damage));
  }

  /** Verifies against a manifest and schema that were found otherwise. */
  static Verification of(Path dir, Manifest manifest, EventSchema schema) throws TapeException {
    try (JournalScanner scanner =
        new JournalScanner(dir, Tape.half(manifest, 0), Tape.half(manifest, 16))) {
      return of(dir, manifest, new BlockCheck(schema), scanner);
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(dir, "read the recording", e);
    }
  }

  private static Verification of(
      Path dir, Manifest manifest, BlockCheck check, JournalScanner scanner) throws IOException {
    boolean open = manifest.state() == Manifest.State.OPEN;
    List<Damage> damage = new ArrayList<>();
    List<BlockRow> staged = List.of();
    if (open) {
      StagedBlocks staging =
          StagedBlocks.read(
              dir, check.schema(), Tape.half(manifest, 0), Tape.half(manifest, 16), 0);
      staged = staging.rows();
      damage.addAll(staging.damage());
    }
    scanner.scan();
    damage.removeIf(one -> published(one, scanner));
    Snapshot snapshot = Snapshot.of(scanner, staged, manifest);
    damage.addAll(snapshot.damage());
    for (BlockRow row : snapshot.rows()) {
      check.add(row);
    }
    if (!open) {
      check.seal(scanner, manifest);
    }
    damage.addAll(check.damage());
    State state = damage.isEmpty() ? State.valueOf(manifest.state().name()) : State.DAMAGED;
    return new Verification(
        state,
        check.calls(),
        check.ioctls(),
        check.events(),
        snapshot.rows().size(),
        check.digest(),
        List.copyOf(damage));
  }

  /** Damage of a slot whose block is in the journal by now. */
  private static boolean published(Damage one, JournalScanner scanner) {
    return one.fromEvent() > 0
        && one.fromEvent() < scanner.nextEvent()
        && one.block() < scanner.nextBlock();
  }

  public boolean whole() {
    return state != State.DAMAGED;
  }
}
