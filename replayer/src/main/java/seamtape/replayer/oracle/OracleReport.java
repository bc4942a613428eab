package seamtape.replayer.oracle;

import java.util.List;

/**
 * All cases of an oracle file against one profile.
 *
 * @param cases read, refused ones included
 * @param skipped not judged: what depends on the host, or what a machine cannot do
 * @param refused outside the grammar
 */
public record OracleReport(
    String profile,
    long cases,
    long agreed,
    List<Disagreement> disagreed,
    List<Skipped> skipped,
    List<Refused> refused) {
  /** The members that differ, as the file has them and as the machine answered. */
  public record Disagreement(String id, Object expected, Object got) {}

  public record Skipped(String id, String reason) {}

  /** A line that is no case; its id is empty where it has none. */
  public record Refused(long line, String id, String reason) {}

  public OracleReport {
    disagreed = List.copyOf(disagreed);
    skipped = List.copyOf(skipped);
    refused = List.copyOf(refused);
  }
}
