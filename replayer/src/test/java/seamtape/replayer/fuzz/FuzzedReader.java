package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What is fuzzed. Each takes any bytes and gives a value or its own exception; whatever else it
 * throws, and each promise about the value that is broken, is a finding.
 */
enum FuzzedReader {
  /** Block headers and blocks of a sealed recording, its verification, cursor and index. */
  JOURNAL(new FuzzedJournal()),
  EVENT(new FuzzedEvent()),
  MANIFEST(FuzzedManifest::read),
  SCHEMA(FuzzedEvent::schema),
  STRACE(FuzzedLog::strace),
  FTRACE(FuzzedLog::ftrace),
  FILTER(new FuzzedFilter()),
  /** The slots of an open recording's staging file. */
  STAGING(new FuzzedStaging()),
  /** {@code index/blocks} of a sealed recording. */
  BLOCKS(new FuzzedIndex.Blocks()),
  /** {@code index/shape} of a sealed recording. */
  SHAPE(new FuzzedIndex.Shape()),
  /** {@code index/states} of a sealed recording. */
  STATES(new FuzzedStates()),
  WORKLOAD(seeded(FuzzedFiles::workload, FuzzedFiles.A_WORKLOAD)),
  ORACLE(seeded(FuzzedFiles::oracle, FuzzedFiles.A_CASE)),
  /** Of {@code diff --rules}. */
  RULES(FuzzedFiles::rules),
  /** An image with TDVF metadata. */
  FIRMWARE(FuzzedFiles::firmware),
  /** Logs in gzip and tar. */
  ARCHIVE(FuzzedFiles::archive);

  /** One that reads bytes. */
  interface Target {
    void read(byte[] bytes) throws IOException;

    /** An input of this build, where inputs depend on the catalog; empty where they do not. */
    default byte[] seed() throws IOException {
      return new byte[0];
    }
  }

  /** One whose first input takes long, because it makes a machine: it is made before the run. */
  private static Target seeded(Target target, String seed) {
    return new Target() {
      @Override
      public void read(byte[] bytes) throws IOException {
        target.read(bytes);
      }

      @Override
      public byte[] seed() {
        return seed.getBytes(StandardCharsets.UTF_8);
      }
    };
  }

  private final Target target;

  FuzzedReader(Target target) {
    this.target = target;
  }

  void read(byte[] bytes) throws IOException {
    target.read(bytes);
  }

  byte[] seed() throws IOException {
    return target.seed();
  }

  /** Its directory of the corpus. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
