package seamtape.machine;

import java.util.List;

/**
 * Builds machines. A simulator jar names its implementation {@code seamtape.sim.Simulator}, with a
 * public constructor without arguments.
 */
public interface MachineFactory {
  /** The {@link Machine#VERSION} it was compiled against. */
  int version();

  /** Name and build of the simulator, for manifests. */
  String build();

  /** Profiles it knows, in the order they should be listed. */
  List<String> profiles();

  /**
   * @param memory the VMM's user memory, owned by the caller
   * @param nested told of the calls made inside calls
   * @throws IllegalArgumentException for a machine that cannot be, with a sentence that says why
   */
  Machine create(MachineSpec spec, UserMemory memory, NestedCalls nested);
}
