package seamtape.replayer.shape;

/**
 * What is drawn on a track: one call, or a run of calls too close together to be told apart.
 *
 * @param start in the recording's clock
 * @param end of the last of them
 * @param count calls
 * @param errors calls among them that failed: drawn whatever else is left out
 * @param event enter event of the longest of them
 * @param call catalog id of the longest
 * @param errorEvent enter event of the first that failed, 0 without one
 * @param longest duration of the longest
 */
public record Item(
    long start,
    long end,
    long count,
    long errors,
    long event,
    int call,
    long errorEvent,
    long longest) {

  /** Both as one. */
  Item with(Item next) {
    boolean mine = longest >= next.longest;
    return new Item(
        Math.min(start, next.start),
        Math.max(end, next.end),
        count + next.count,
        errors + next.errors,
        mine ? event : next.event,
        mine ? call : next.call,
        errorEvent != 0 ? errorEvent : next.errorEvent,
        Math.max(longest, next.longest));
  }
}
