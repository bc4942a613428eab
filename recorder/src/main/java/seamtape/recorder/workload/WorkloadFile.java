package seamtape.recorder.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import seamtape.workload.Workload;

/** Finds and reads workloads: files, and those that come with Seamtape by their name. */
public final class WorkloadFile {
  private static final String BUNDLED = "/seamtape/workloads/";

  private WorkloadFile() {}

  /**
   * Reads a file, or the bundled workload of that name when there is no such file.
   *
   * @param set values of declared parameters, instead of the file's own
   */
  public static Workload read(String fileOrName, Map<String, String> set) throws WorkloadException {
    Path path = Path.of(fileOrName);
    if (Files.exists(path)) {
      return read(path, set);
    }
    if (bundled().contains(fileOrName)) {
      return readBundled(fileOrName, set);
    }
    throw new WorkloadException(
        fileOrName,
        0,
        0,
        "no such file, and no bundled workload of that name"
            + Nearest.hint(fileOrName, bundled())
            + " (bundled: "
            + String.join(", ", bundled())
            + ")");
  }

  public static Workload read(Path path, Map<String, String> set) throws WorkloadException {
    return WorkloadReader.read(path.toString(), content(path), set);
  }

  /**
   * Reads a workload that came over the network, which may name no files of this machine.
   *
   * @param yaml its text; blank for the bundled workload of that name
   */
  public static Workload readSent(String name, String yaml, Map<String, String> set)
      throws WorkloadException {
    if (!yaml.isBlank()) {
      return WorkloadReader.readSent(name, yaml.getBytes(StandardCharsets.UTF_8), set);
    }
    if (!bundled().contains(name)) {
      throw new WorkloadException(name, 0, 0, "no bundled workload is called “" + name + "”");
    }
    return WorkloadReader.readSent(name + ".yaml", bundledText(name), set);
  }

  /** Names of the workloads that come with Seamtape, in alphabetical order. */
  public static List<String> bundled() {
    try (InputStream in = WorkloadFile.class.getResourceAsStream(BUNDLED + "index.txt")) {
      return in == null
          ? List.of()
          : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Workload readBundled(String name, Map<String, String> set)
      throws WorkloadException {
    return WorkloadReader.read(name + ".yaml", bundledText(name), set);
  }

  private static byte[] bundledText(String name) {
    try (InputStream in = WorkloadFile.class.getResourceAsStream(BUNDLED + name + ".yaml")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** At most one byte more than a workload may have, whatever the file is. */
  private static byte[] content(Path path) throws WorkloadException {
    if (Files.isDirectory(path)) {
      throw new WorkloadException(path.toString(), 0, 0, "is a directory; name a file in it");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(YamlText.MAX_BYTES + 1);
    } catch (AccessDeniedException e) {
      throw new WorkloadException(path.toString(), 0, 0, "permission denied");
    } catch (IOException e) {
      throw new WorkloadException(path.toString(), 0, 0, "cannot be read: " + e.getMessage());
    }
  }
}
