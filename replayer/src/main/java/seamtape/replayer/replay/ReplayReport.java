package seamtape.replayer.replay;

import java.util.List;

/**
 * @param identical no divergence; of a simulated recording on its own profile, also the same digest
 * @param calls top-level calls replayed
 * @param digest of the replay's own events; comparable for simulated recordings only
 * @param agreement null for a simulated recording
 */
public record ReplayReport(
    boolean identical,
    String profile,
    long calls,
    long divergences,
    long roots,
    Divergence first,
    List<Divergence> kept,
    String digest,
    Agreement agreement) {}
