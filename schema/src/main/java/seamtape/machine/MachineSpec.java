package seamtape.machine;

/**
 * What machine to build.
 *
 * @param profile simulated kernel line and switches, such as {@code linux-7.3}
 * @param vendor {@code intel} or {@code amd}
 * @param tdxModule {@code none}, {@code 1.0}, {@code 1.5.01} or {@code 1.5}
 * @param role {@code bare}, {@code td-guest}, or {@code no-kvm} for a host without the kvm module
 * @param seed of everything that is random in the machine
 * @param scripted true when guests do not execute: KVM_RUN answers what {@link ScriptedExits} says
 * @param host capability values measured on the host to be simulated, by capability number: they
 *     win over the profile's, and a feature whose capability is 0 here (SMM, Hyper-V, nested …) is
 *     absent
 */
public record MachineSpec(
    String profile,
    String vendor,
    String tdxModule,
    String role,
    long seed,
    boolean scripted,
    java.util.SortedMap<Integer, Long> host) {

  /** A machine on a host that has all that its profile and CPU offer. */
  public MachineSpec(
      String profile, String vendor, String tdxModule, String role, long seed, boolean scripted) {
    this(profile, vendor, tdxModule, role, seed, scripted, new java.util.TreeMap<>());
  }
}
