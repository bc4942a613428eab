package seamtape.machine;

/**
 * What machine to build.
 *
 * @param profile simulated kernel line and switches, such as {@code linux-7.3}
 * @param vendor {@code intel} or {@code amd}
 * @param tdxModule {@code none}, {@code 1.0}, {@code 1.5.01} or {@code 1.5}
 * @param role {@code bare} or {@code td-guest}
 * @param seed of everything that is random in the machine
 * @param scripted true when guests do not execute: KVM_RUN answers what {@link ScriptedExits} says
 */
public record MachineSpec(
    String profile, String vendor, String tdxModule, String role, long seed, boolean scripted) {}
