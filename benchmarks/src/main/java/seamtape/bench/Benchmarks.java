package seamtape.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.openjdk.jmh.Main;

/** JMH's own command, with the parent pom's JVM flags for every fork. */
public final class Benchmarks {
  private Benchmarks() {}

  /**
   * @param args as JMH takes them
   */
  public static void main(String[] args) throws IOException {
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "-jvmArgsAppend";
    all[args.length + 1] = flags();
    Main.main(all);
  }

  private static String flags() throws IOException {
    try (InputStream file = Benchmarks.class.getResourceAsStream("/jvm.flags")) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return text.strip().replaceAll("\\s+", " ");
    }
  }
}
