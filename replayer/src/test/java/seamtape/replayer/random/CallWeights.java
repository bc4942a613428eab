package seamtape.replayer.random;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import seamtape.catalog.KvmIoctl;

/**
 * How often a random process makes each ioctl: the root of its count in the logs of real programs,
 * and never not at all.
 */
final class CallWeights {
  private static final Path LOGS =
      Path.of(System.getProperty("seamtape.root"), "fixtures/corpus/strace");
  private static final Pattern REQUEST = Pattern.compile("ioctl\\(\\d+[^,]*, (KVM_[A-Z0-9_]+)");

  /** Weight of an ioctl that no log has; roots of the counts go to some 300. */
  private static final int UNSEEN = 6;

  private static final KvmIoctl[] ROWS = KvmIoctl.values();

  private final int[] weights;
  private final int[] upTo = new int[KvmIoctl.values().length];

  /** From the logs of the corpus. */
  static CallWeights ofCorpus() throws IOException {
    long[] counts = new long[KvmIoctl.values().length];
    try (Stream<Path> files = Files.list(LOGS)) {
      for (Path log : files.sorted().toList()) {
        count(log, counts);
      }
    }
    return new CallWeights(
        LongStream.of(counts).mapToInt(count -> UNSEEN + (int) Math.sqrt(count)).toArray());
  }

  private CallWeights(int[] weights) {
    this.weights = weights;
    int sum = 0;
    for (int i = 0; i < upTo.length; i++) {
      sum += weights[i];
      upTo[i] = sum;
    }
  }

  /** The same, of these ioctls alone. */
  CallWeights only(Set<KvmIoctl> rows) {
    int[] left = weights.clone();
    for (KvmIoctl row : KvmIoctl.values()) {
      left[row.ordinal()] = rows.contains(row) ? left[row.ordinal()] : 0;
    }
    return new CallWeights(left);
  }

  private static void count(Path log, long[] counts) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(log)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher request = REQUEST.matcher(line);
        if (request.find()) {
          rows(request.group(1)).forEach(row -> counts[row.ordinal()]++);
        }
      }
    }
  }

  private static List<KvmIoctl> rows(String name) {
    return Stream.of(KvmIoctl.values()).filter(row -> row.name().equals(name)).toList();
  }

  KvmIoctl next(Random random) {
    int ticket = random.nextInt(upTo[upTo.length - 1]);
    int row = 0;
    while (upTo[row] <= ticket) {
      row++;
    }
    return ROWS[row];
  }
}
