package seamtape.replayer.diff;

import java.util.List;
import seamtape.replayer.symbols.IgnoreRule;

/**
 * What two recordings have in common and what not. Counts are of calls.
 *
 * @param changes the first ones, in the order of the first recording
 * @param between in what the recordings themselves differ: a difference is then the profile's, the
 *     build's, the workload's
 * @param unmetRules rules whose call or field did not occur
 */
public record DiffReport(
    boolean same,
    long matched,
    long changed,
    long onlyA,
    long onlyB,
    long roots,
    Change first,
    List<Change> changes,
    List<Between> between,
    List<IgnoreRule> unmetRules) {}
