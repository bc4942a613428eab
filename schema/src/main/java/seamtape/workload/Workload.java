package seamtape.workload;

import java.util.List;
import java.util.Map;

/**
 * A workload as it is run: parameters have their values, guest code is assembled.
 *
 * @param doc what it shows, one sentence or a few
 * @param source the file's name, for messages
 * @param seed of all that is random, unless the command gives another
 * @param profiles that it is for, their switches included; empty for every one
 * @param parameters in the order of their declaration
 * @param memory user memory that is mapped before the first step
 */
public record Workload(
    String name,
    String doc,
    String source,
    MachineRequest machine,
    List<String> profiles,
    long seed,
    Map<String, Long> parameters,
    List<Region> memory,
    Map<String, Code> guest,
    List<Step> steps) {
  /** The seed of a workload that names none. */
  public static final long DEFAULT_SEED = 1;

  /** Bytes of user memory that one workload may map. */
  public static final long MAX_MEMORY = 1L << 40;

  /** True where the workload is for a profile: one that it names, with or without switches. */
  public boolean runsOn(String profile) {
    int plus = profile.lastIndexOf('+');
    return profiles.isEmpty()
        || profiles.contains(profile)
        || plus > 0 && runsOn(profile.substring(0, plus));
  }

  /** Page-aligned user memory; the runner chooses its address. */
  public record Region(String name, long size) {}

  /**
   * Guest machine code.
   *
   * @param org guest physical address that it is assembled for
   */
  public record Code(long org, byte[] bytes) {}
}
