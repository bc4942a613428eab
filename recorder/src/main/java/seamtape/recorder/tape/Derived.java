package seamtape.recorder.tape;

import static seamtape.recorder.tape.TapeException.Kind.EXISTS;
import static seamtape.recorder.tape.TapeException.Kind.VERSION;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.PrivateKey;

/**
 * A recording made out of another. It takes its name when it is sealed: what is interrupted leaves
 * nothing under that name.
 */
final class Derived {
  /** Writes the events and seals. */
  interface Work {
    Manifest write(TapeWriter writer) throws TapeException;
  }

  private Derived() {}

  /**
   * @param signer signs the seal; null for none
   */
  static Manifest make(Path from, Path out, Manifest manifest, PrivateKey signer, Work work)
      throws TapeException {
    Path path = Part.nameFor(out);
    TapeWriter writer = begin(path, manifest.plain());
    try (Part part = new Part(path, out);
        writer) {
      writer.signWith(signer);
      Manifest sealed = work.write(writer);
      part.becomeWhole();
      return sealed;
    } catch (IllegalArgumentException e) {
      throw new TapeException(VERSION, from, 0, e.getMessage() + ": use that build", e);
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof TapeException known
          ? known
          : TapeException.io(out, "write", e.getCause());
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(out, "name the recording", e);
    }
  }

  /** What an earlier one that was killed has left under the passing name gives way. */
  private static TapeWriter begin(Path part, Manifest manifest) throws TapeException {
    try {
      return TapeWriter.create(part, manifest);
    } catch (TapeException e) {
      if (e.kind() != EXISTS) {
        throw e;
      }
      TapeFiles.remove(part);
      return TapeWriter.create(part, manifest);
    }
  }
}
