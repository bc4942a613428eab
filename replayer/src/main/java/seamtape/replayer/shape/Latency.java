package seamtape.replayer.shape;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/** How long the calls of one kind took. */
public final class Latency {
  /** Buckets in a doubling. */
  public static final int PARTS = 4;

  private static final int DIGITS = 3;

  private final String call;
  private final String family;
  private final String exit;
  private Histogram times = new Histogram(DIGITS);
  private final long[] buckets = new long[64 * PARTS];
  private long count;
  private long errors;
  private long firstError;
  private long max = -1;
  private long maxEvent;

  Latency(String call, String family, String exit) {
    this.call = call;
    this.family = family;
    this.exit = exit;
  }

  void write(NumberWriter to) {
    to.put(call);
    to.put(family);
    to.put(exit);
    for (long number : new long[] {count, errors, firstError, max, maxEvent}) {
      to.put(number);
    }
    to.putAll(buckets);
    ByteBuffer encoded = ByteBuffer.allocate(times.getNeededByteBufferCapacity());
    int length = times.encodeIntoByteBuffer(encoded);
    to.put(Arrays.copyOf(encoded.array(), length));
  }

  static Latency read(NumberReader from) {
    Latency read = new Latency(from.text(), from.text(), from.text());
    read.count = from.number();
    read.errors = from.number();
    read.firstError = from.number();
    read.max = from.number();
    read.maxEvent = from.number();
    long[] numbers = from.numbers();
    System.arraycopy(numbers, 0, read.buckets, 0, read.buckets.length);
    read.times = Histogram.decodeFromByteBuffer(ByteBuffer.wrap(from.part()), 0);
    return read;
  }

  void add(long event, long duration, boolean failed) {
    count++;
    if (failed) {
      errors++;
      firstError = firstError == 0 ? event : firstError;
    }
    if (duration < 0) {
      return;
    }
    times.recordValue(duration);
    buckets[bucket(duration)]++;
    if (duration > max) {
      max = duration;
      maxEvent = event;
    }
  }

  private static int bucket(long value) {
    if (value < PARTS) {
      return (int) value;
    }
    int log = 63 - Long.numberOfLeadingZeros(value);
    return (log - 1) * PARTS + (int) ((value >>> (log - 2)) & (PARTS - 1));
  }

  /** Least duration of a bucket. */
  public static long least(int bucket) {
    if (bucket < PARTS) {
      return bucket;
    }
    int log = bucket / PARTS + 1;
    return (long) (PARTS + bucket % PARTS) << (log - 2);
  }

  public String call() {
    return call;
  }

  public String family() {
    return family;
  }

  /** Exit reason, for KVM_RUNs by their exits; null for all calls of the kind. */
  public String exit() {
    return exit;
  }

  public long count() {
    return count;
  }

  public long errors() {
    return errors;
  }

  /** Enter event of the first that failed; 0 without one. */
  public long firstError() {
    return firstError;
  }

  /** Longest, -1 where no time is known. */
  public long max() {
    return max;
  }

  public long maxEvent() {
    return maxEvent;
  }

  public long percentile(double percent) {
    return times.getTotalCount() == 0 ? -1 : times.getValueAtPercentile(percent);
  }

  /** Calls in each bucket; see {@link #least}. */
  public long[] buckets() {
    return buckets;
  }
}
