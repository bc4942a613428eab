package seamtape.replayer.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;
import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Role;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.RecordedCall;

/**
 * Counts of a recording, call by call. Latencies are in the recording's own time: cycles of the
 * virtual TSC for a simulated one, nanoseconds for an imported one.
 */
public record Stats(
    long ioctls, long calls, long events, long errors, boolean timed, List<PerCall> byCall) {

  /**
   * One kind of call; p50, p99 and max are 0 where the source has no times.
   *
   * @param costs sums of its cost fields by name, such as registers copied; empty where it has none
   */
  public record PerCall(
      String call,
      String family,
      long count,
      long errors,
      long p50,
      long p99,
      long max,
      SortedMap<String, Long> costs) {}

  private static final int DIGITS = 3;
  private static final int PROGRESS_EVERY = 1 << 16;

  private static final class Tally {
    final Call call;
    final Histogram latency = new Histogram(DIGITS);
    long count;
    long errors;
    final SortedMap<String, Long> costs = new TreeMap<>();

    Tally(Call call) {
      this.call = call;
    }

    PerCall result(boolean timed) {
      boolean known = timed && latency.getTotalCount() > 0;
      return new PerCall(
          call.label(),
          call.family().label(),
          count,
          errors,
          known ? latency.getValueAtPercentile(50) : 0,
          known ? latency.getValueAtPercentile(99) : 0,
          known ? latency.getMaxValue() : 0,
          costs);
    }
  }

  /**
   * Reads a recording once.
   *
   * @throws TapeException where it is damaged
   */
  public static Stats of(Tape tape, LongConsumer progress) throws TapeException {
    Map<Call, Tally> tallies = new HashMap<>();
    Map<Long, Long> began = new HashMap<>();
    long events = 0;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        events++;
        count(event, tallies, began);
        if (events % PROGRESS_EVERY == 0) {
          progress.accept(events);
        }
      }
    }
    boolean timed = tape.manifest().durations();
    return of(events, timed, tallies);
  }

  private static void count(Event event, Map<Call, Tally> tallies, Map<Long, Long> began) {
    if (event.phase == Phase.ENTER) {
      tallies.computeIfAbsent(event.call, Tally::new).count++;
      began.put(event.number, event.time);
    } else if (event.phase == Phase.RETURN) {
      Tally tally = tallies.computeIfAbsent(event.call, Tally::new);
      Long start = began.remove(event.number - event.link);
      if (start != null && event.time >= start) {
        tally.latency.recordValue(event.time - start);
      }
      if (RecordedCall.failed(event)) {
        tally.errors++;
      }
      addCosts(event, tally.costs);
    }
  }

  private static void addCosts(Event event, SortedMap<String, Long> costs) {
    List<Field> out = event.call.out();
    for (int i = 0; i < out.size(); i++) {
      if (out.get(i).role() == Role.COST) {
        costs.merge(out.get(i).name(), event.fields[i], Long::sum);
      }
    }
  }

  private static Stats of(long events, boolean timed, Map<Call, Tally> tallies) {
    List<PerCall> rows = new ArrayList<>();
    long ioctls = 0;
    long calls = 0;
    long errors = 0;
    for (Tally tally : tallies.values()) {
      rows.add(tally.result(timed));
      calls += tally.count;
      errors += tally.errors;
      ioctls += isKvmIoctl(tally.call) ? tally.count : 0;
    }
    rows.sort(Comparator.comparingLong(PerCall::count).reversed().thenComparing(PerCall::call));
    return new Stats(ioctls, calls, events, errors, timed, List.copyOf(rows));
  }

  /** True for rows that count as KVM ioctls, those without a row included. */
  public static boolean isKvmIoctl(Call call) {
    return call.family() == Family.KVM_IOCTL || call == FileOperation.KVM_UNKNOWN_IOCTL;
  }
}
