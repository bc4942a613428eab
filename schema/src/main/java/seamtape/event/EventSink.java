package seamtape.event;

/** Takes events in order. One writer thread. */
public interface EventSink {
  /**
   * Appends an event, gives it its number, and returns that number. The event may be reused after.
   */
  long append(Event event);
}
