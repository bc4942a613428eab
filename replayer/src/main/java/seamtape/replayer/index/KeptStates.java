package seamtape.replayer.index;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import seamtape.codec.EventSchema;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;
import seamtape.replayer.state.StateIndex;

/**
 * The {@link StateIndex} of a whole recording in its {@code index/}, so that it is not folded anew
 * each time. What cannot be believed, see {@link IndexFile}, is as good as absent.
 */
public final class KeptStates {
  /** Changes when a payload means something else. */
  private static final int FORMAT = 1;

  private static final String PART = "states";

  /** Copies are thinned out by this at most before nothing is kept. */
  private static final int MAX_THINNING = 1 << 12;

  private KeptStates() {}

  /**
   * Where the states of a recording lie; to be asked for before its events are read.
   *
   * @return null for a recording that is still written
   */
  public static IndexFile file(Path tape, Manifest manifest) throws TapeException {
    long build = (EventSchema.current().fingerprint() * 31 + FORMAT) * 31 + code();
    return IndexFile.of(tape, manifest, PART, build);
  }

  /**
   * Of the code that folds: another build may fold otherwise, so it does not believe what this one
   * kept. 0 where classes do not lie in an archive.
   */
  private static long code() {
    try {
      Path archive =
          Path.of(KeptStates.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Files.isRegularFile(archive)
          ? Files.getLastModifiedTime(archive).toMillis() * 31 + Files.size(archive)
          : 0;
    } catch (IOException | URISyntaxException e) {
      return 0;
    }
  }

  /** Fills an index that has taken no event yet; false when there is none that can be believed. */
  public static boolean read(IndexFile file, StateIndex into) {
    byte[] payload = file.read();
    return payload != null && into.recall(new NumberReader(payload));
  }

  /** False where it cannot be written, or is too large; nothing is lost by that. */
  public static boolean write(IndexFile file, StateIndex index) {
    for (int every = 1; every <= MAX_THINNING; every *= 2) {
      NumberWriter to = new NumberWriter();
      if (index.write(to, every)) {
        return file.write(to.bytes(), to.length());
      }
    }
    return false;
  }
}
