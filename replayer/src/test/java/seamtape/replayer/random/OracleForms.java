package seamtape.replayer.random;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import seamtape.catalog.KvmIoctl;

/** The ioctls that the oracle asked of a real kernel and whose answers no host decides. */
final class OracleForms {
  private static final Path ORACLE =
      Path.of(System.getProperty("seamtape.root"), "fixtures/corpus/oracle.jsonl");
  private static final Pattern REQUEST = Pattern.compile("\"request\": ?\"(KVM_\\w+)\"");

  /**
   * Guests take wall time on a real kernel; numbers in struct fields may be descriptors of the
   * process that runs the test.
   */
  private static final Set<KvmIoctl> LEFT_OUT =
      EnumSet.of(
          KvmIoctl.KVM_RUN,
          KvmIoctl.KVM_IRQFD,
          KvmIoctl.KVM_IOEVENTFD,
          KvmIoctl.KVM_CREATE_DEVICE,
          KvmIoctl.KVM_SET_DEVICE_ATTR);

  private OracleForms() {}

  static Set<KvmIoctl> comparable() throws IOException {
    Set<KvmIoctl> asked = EnumSet.noneOf(KvmIoctl.class);
    Set<KvmIoctl> ofTheHost = EnumSet.copyOf(LEFT_OUT);
    for (String line : Files.readAllLines(ORACLE)) {
      boolean host = line.matches(".*\"host_specific\": ?true.*");
      KvmIoctl judged = lastRequest(line);
      if (judged != null) {
        (host ? ofTheHost : asked).add(judged);
      }
    }
    asked.removeAll(ofTheHost);
    return asked;
  }

  /** The last request of a case; null where the catalog does not know it. */
  private static KvmIoctl lastRequest(String line) {
    Matcher request = REQUEST.matcher(line);
    KvmIoctl last = null;
    while (request.find()) {
      String name = request.group(1);
      last =
          java.util.Arrays.stream(KvmIoctl.values())
              .filter(row -> row.name().equals(name))
              .findFirst()
              .orElse(null);
    }
    return last;
  }
}
