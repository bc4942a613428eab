package seamtape.recorder.tape;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hashes over event bytes: one for each run of 4096 events, each chained to the one before. The
 * last chain value is the recording's digest. Independent of block cuts and host time.
 */
final class RunChain {
  /** Events of a run. */
  static final int RUN_EVENTS = 4096;

  private final MessageDigest sha256 = sha256();
  private byte[] chain = new byte[BlockHeader.HASH_BYTES];
  private long runs;

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void add(byte[] bytes, int from, int to) {
    sha256.update(bytes, from, to - from);
  }

  /** Ends the run and returns its hash; {@link #value} then includes it. */
  byte[] endRun() {
    byte[] runHash = sha256.digest();
    sha256.update(chain);
    chain = sha256.digest(runHash);
    runs++;
    return runHash;
  }

  /** Runs that have ended. */
  long runs() {
    return runs;
  }

  byte[] value() {
    return chain;
  }
}
