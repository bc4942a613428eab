package seamtape.replayer.replay;

/**
 * A recorded outcome that the replaying machine did not give.
 *
 * @param event enter event of the call in the recording
 * @param field {@code ret}, an out-field, a field of the struct copied out, or {@code calls} when
 *     the calls nested inside differ
 * @param recorded as it is shown; null for nothing
 * @param replayed as it is shown; null for nothing
 * @param root true for a cause; false for what follows from an earlier divergence
 * @param reason why both may be right (host, kernel version); null where nothing explains it
 * @param words the divergence as a sentence
 */
public record Divergence(
    long event,
    String actor,
    String call,
    String field,
    Object recorded,
    Object replayed,
    boolean root,
    String reason,
    String words) {}
