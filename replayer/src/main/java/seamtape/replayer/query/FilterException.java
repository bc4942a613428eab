package seamtape.replayer.query;

import java.util.List;

/** A filter that cannot be read, or that costs too much; says where and what was expected. */
public final class FilterException extends Exception {
  private final int position;
  private final int length;
  private final transient List<String> expected;

  FilterException(String message, int position, int length, List<String> expected) {
    super(message);
    this.position = position;
    this.length = length;
    this.expected = List.copyOf(expected);
  }

  /** Offset of the fault in the filter, in UTF-16 units from 0. */
  public int position() {
    return position;
  }

  /** How many units are at fault; at least 1. */
  public int length() {
    return length;
  }

  /** What could stand there instead; may be empty. */
  public List<String> expected() {
    return expected;
  }
}
