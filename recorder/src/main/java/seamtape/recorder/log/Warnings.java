package seamtape.recorder.log;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What an importer did not understand. All of it is counted; the first few of each kind are kept
 * with file and line, so that neither a hostile nor a merely long log fills memory.
 */
public final class Warnings {
  /** Kept of each kind. */
  public static final int KEPT = 10;

  /** Characters of the log that a warning quotes. */
  private static final int QUOTED = 120;

  /** What was met. */
  public enum Kind {
    /** Text that is not the log's: output of the traced program. */
    FOREIGN_TEXT("not a line of the log"),
    LONG_LINE("longer than the limit of a line, skipped"),
    BROKEN_CALL("call that cannot be read"),
    UNKNOWN_REQUEST("KVM request without a number in the catalog"),
    UNKNOWN_VALUE("value that cannot be read, left unknown"),
    UNKNOWN_FIELD("field that the struct does not have"),
    INFERRED_FD("fd that the log does not show being made"),
    LOST_RESULT("call whose result the log does not show"),
    LOST_START("result of a call whose start the log does not show"),
    ORDER("order of events is a guess"),
    LOST_EVENTS("events that the trace lost"),
    MISMATCH("log and trace do not tell the same"),
    LIMIT("beyond a limit of the importer"),
    DAMAGED_FILE("file that ends before its end");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Half a sentence for people. */
    public String text() {
      return text;
    }
  }

  /**
   * One thing that was not understood.
   *
   * @param line line number from 1; 0 for the file as a whole
   */
  public record Warning(String file, long line, Kind kind, String text) {}

  private final List<Warning> kept = new ArrayList<>();
  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

  public void add(Kind kind, String file, long line, String detail) {
    if (counts.merge(kind, 1L, Long::sum) <= KEPT) {
      kept.add(new Warning(file, line, kind, kind.text() + ": " + printable(detail)));
    }
  }

  /** As {@link #add(Kind, String, long, String)} with a piece of the log as the detail. */
  public void add(Kind kind, String file, long line, byte[] bytes, int from, int to) {
    if (counts.getOrDefault(kind, 0L) < KEPT) {
      int end = Math.min(to, from + QUOTED);
      String quoted = new String(bytes, from, end - from, java.nio.charset.StandardCharsets.UTF_8);
      add(kind, file, line, end < to ? quoted + "..." : quoted);
    } else {
      counts.merge(kind, 1L, Long::sum);
    }
  }

  /** The kept ones, in the order of their making. */
  public List<Warning> kept() {
    return List.copyOf(kept);
  }

  /** How often each kind was met, kept or not. */
  public Map<Kind, Long> counts() {
    return new EnumMap<>(counts);
  }

  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Logs are not to be trusted with the terminal: control characters become spaces. */
  static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c);
    }
    return out.toString();
  }
}
