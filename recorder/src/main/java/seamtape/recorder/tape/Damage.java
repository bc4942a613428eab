package seamtape.recorder.tape;

import java.util.Locale;

/**
 * One thing that is wrong in a recording.
 *
 * @param block number of the first block concerned, from 0; -1 where it is none
 * @param fromEvent first event concerned; 0 where it is none
 * @param toEvent last event concerned; 0 where it is none or unknown
 */
public record Damage(Kind kind, long block, long fromEvent, long toEvent) {
  /** What can be wrong with a block or the whole. */
  public enum Kind {
    /** Bytes of a block or its header differ from what was written. */
    CHECKSUM,
    /** Blocks are not there. */
    MISSING,
    /** The end is not there. */
    TRUNCATED,
    /** Blocks or events are out of order, or a header contradicts its events. */
    SEQUENCE,
    /** The queue's own framing is broken; the block itself may be whole. */
    FRAMING,
    /** Bytes with the right checksum that are no events. */
    MALFORMED,
    /** Event bytes contradict the hashes of their run, or the hashes each other. */
    CHAIN,
    /** The seal is not there or contradicts the manifest. */
    SEAL,
    /** The seal is not signed by the key that was asked for. */
    SIGNATURE,
    /** The staging file is damaged. */
    STAGING;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean covers(long event) {
    return fromEvent <= event && (toEvent == 0 || event <= toEvent);
  }

  /** For people. */
  public String text() {
    String where = block < 0 ? "" : ", block " + block;
    String events =
        fromEvent == 0
            ? ""
            : toEvent == 0
                ? ", from event " + fromEvent
                : ", events " + fromEvent + " to " + toEvent;
    return kind.label() + where + events;
  }
}
