package seamtape.replayer.diff;

import java.util.List;

/**
 * What two recordings have in common and what not. Counts are of calls.
 *
 * @param changes the first ones, in the order of the first recording
 */
public record DiffReport(
    boolean same,
    long matched,
    long changed,
    long onlyA,
    long onlyB,
    long roots,
    Change first,
    List<Change> changes) {}
