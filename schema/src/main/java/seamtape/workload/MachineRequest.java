package seamtape.workload;

import java.util.List;

/** The machine that a workload asks for; its profile and seed come from the command. */
public record MachineRequest(String vendor, String tdxModule, String role) {
  public static final List<String> VENDORS = List.of("intel", "amd");
  public static final List<String> TDX_MODULES = List.of("none", "1.0", "1.5.01", "1.5");
  public static final List<String> ROLES = List.of("bare", "td-guest", "no-kvm");

  /** Intel, module 1.5, bare. */
  public static final MachineRequest DEFAULT = new MachineRequest("intel", "1.5", "bare");
}
