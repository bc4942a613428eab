package seamtape.recorder.ftrace;

import java.nio.charset.StandardCharsets;

/**
 * One line of a trace: {@code TASK-PID [CPU] flags SECONDS.MICROS: event: text}. Task names may
 * hold dashes and dots; columns that some kernels and tools add are passed over.
 */
final class TraceLine {
  private static final int MAX_LINE = 4096;
  private static final int MAX_TOKENS = 12;
  private static final long SECOND = 1_000_000_000L;

  int pid;

  /** Nanoseconds on the trace's clock. */
  long when;

  String event = "";
  String text = "";

  /** Events that the ring buffer lost right here; 0 for every other line. */
  long lost;

  /** False for headers and what is no line of a trace. */
  boolean parse(byte[] bytes, int from, int to) {
    lost = 0;
    event = "";
    if (to - from < 8 || to - from > MAX_LINE) {
      return false;
    }
    String line = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    if (line.startsWith("CPU:")) {
      lost = TraceText.decimal(TraceText.after(line, "LOST"));
      return lost > 0;
    }
    int cpu = cpu(line);
    return cpu > 0 && task(line.substring(0, cpu).trim()) && rest(line, line.indexOf(']', cpu));
  }

  /** Where {@code [000]} stands; -1 without it. */
  private static int cpu(String line) {
    for (int at = line.indexOf('['); at > 0; at = line.indexOf('[', at + 1)) {
      int end = line.indexOf(']', at);
      if (end > at + 1 && TraceText.decimal(line.substring(at + 1, end)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  private boolean task(String shown) {
    String task = shown;
    if (task.endsWith(")") && task.indexOf('(') > 0) {
      task = task.substring(0, task.lastIndexOf('(')).trim();
    }
    long number = TraceText.decimal(task.substring(task.lastIndexOf('-') + 1));
    pid = (int) number;
    return task.indexOf('-') > 0 && number >= 0 && number < 1 << 30;
  }

  private boolean rest(String line, int cpuEnd) {
    int at = cpuEnd + 1;
    for (int i = 0; i < MAX_TOKENS && at < line.length(); i++) {
      while (at < line.length() && line.charAt(at) == ' ') {
        at++;
      }
      int end = line.indexOf(' ', at);
      if (end < 0) {
        return false;
      }
      if (line.charAt(end - 1) == ':' && time(line.substring(at, end - 1))) {
        return event(line.substring(end).trim());
      }
      at = end;
    }
    return false;
  }

  private boolean time(String shown) {
    int point = shown.indexOf('.');
    if (point <= 0 || shown.length() - point > 10) {
      return false;
    }
    long seconds = TraceText.decimal(shown.substring(0, point));
    long fraction = TraceText.decimal(shown.substring(point + 1));
    if (seconds < 0 || seconds > Long.MAX_VALUE / SECOND - 1 || fraction < 0) {
      return false;
    }
    for (int digits = shown.length() - point - 1; digits < 9; digits++) {
      fraction *= 10;
    }
    when = seconds * SECOND + fraction;
    return true;
  }

  private boolean event(String shown) {
    int colon = shown.indexOf(':');
    if (colon <= 0) {
      return false;
    }
    event = shown.substring(0, colon);
    text = shown.substring(colon + 1).trim();
    return event.indexOf(' ') < 0;
  }
}
