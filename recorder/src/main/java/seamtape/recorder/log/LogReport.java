package seamtape.recorder.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an importer read and made of it.
 *
 * @param ioctls KVM ioctls, each line of the log's once
 * @param calls all calls recorded, file operations included
 * @param lines lines read
 * @param skipped lines that gave no event: other system calls, signals, foreign text
 * @param timed true where the log has times, so that event times are nanoseconds
 * @param durations true where most calls have a duration
 * @param others what else was counted, by name: tracepoints that are no calls
 */
public record LogReport(
    long ioctls,
    long calls,
    long events,
    long lines,
    long skipped,
    boolean timed,
    boolean durations,
    List<Warnings.Warning> warnings,
    Map<Warnings.Kind, Long> warningCounts,
    Map<String, Long> others) {

  /** The keys of the {@code import} document that come from the log. */
  void putInto(Map<String, Object> map) {
    map.put("ioctls", ioctls);
    map.put("calls", calls);
    map.put("events", events);
    map.put("lines", lines);
    map.put("skipped", skipped);
    if (!others.isEmpty()) {
      map.put("others", new LinkedHashMap<>(others));
    }
    map.put("warnings", warningList());
    Map<String, Object> counts = new LinkedHashMap<>();
    warningCounts.forEach((kind, count) -> counts.put(name(kind), count));
    map.put("warningCounts", counts);
  }

  private List<Object> warningList() {
    List<Object> list = new ArrayList<>();
    for (Warnings.Warning warning : warnings) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("file", warning.file());
      entry.put("line", warning.line());
      entry.put("kind", name(warning.kind()));
      entry.put("text", warning.text());
      list.add(entry);
    }
    return list;
  }

  private static String name(Warnings.Kind kind) {
    return kind.name().toLowerCase(java.util.Locale.ROOT);
  }
}
