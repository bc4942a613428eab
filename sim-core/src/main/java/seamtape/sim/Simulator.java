package seamtape.sim;

import java.util.List;
import seamtape.machine.Machine;
import seamtape.machine.MachineFactory;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.UserMemory;
import seamtape.sim.kvm.Host;
import seamtape.sim.kvm.MiscDevices;
import seamtape.sim.kvm.tdx.TdxHost;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;
import seamtape.sim.tdx.guest.TdGuestRunner;
import seamtape.sim.tdxguest.TdGuestKernel;

/** This build of the simulator: builds machines of any of its profiles. */
public final class Simulator implements MachineFactory {
  /** Version of the behaviour: raised when the same calls begin to give other results. */
  private static final String BUILD = "seamtape-sim 0.1";

  /** A bare host on which the module that registers /dev/kvm is not loaded. */
  private static final String NO_KVM = "no-kvm";

  private static final List<String> ROLES = List.of("bare", "td-guest", NO_KVM);
  private static final List<String> TDX_MODULES = List.of("none", "1.0", "1.5.01", "1.5");

  @Override
  public int version() {
    return Machine.VERSION;
  }

  @Override
  public String build() {
    return BUILD;
  }

  @Override
  public List<String> profiles() {
    return Profile.names();
  }

  @Override
  public Machine create(MachineSpec spec, UserMemory memory, NestedCalls nested) {
    if (!TDX_MODULES.contains(spec.tdxModule())) {
      throw new IllegalArgumentException(
          "no TDX module " + spec.tdxModule() + ": use one of " + String.join(", ", TDX_MODULES));
    }
    if (!ROLES.contains(spec.role())) {
      throw new IllegalArgumentException(
          "no role " + spec.role() + ": use one of " + String.join(", ", ROLES));
    }
    Profile profile = Profile.of(spec.profile()).on(spec.host());
    CpuModel cpu = CpuModel.of(spec.vendor());
    TdGuestKernel tdGuest = spec.role().equals("td-guest") ? tdGuest(spec, profile, nested) : null;
    Host host = new Host(profile, cpu, memory, nested, spec.scripted(), spec.seed(), tdGuest);
    if (tdGuest == null) {
      host.tdx =
          TdxHost.of(
              profile,
              cpu,
              spec.tdxModule(),
              spec.seed(),
              nested,
              new TdGuestRunner(nested, host.time::tsc));
    }
    MiscDevices devices = new MiscDevices();
    if (!spec.role().equals(NO_KVM)) {
      devices.registerKvm(host);
    }
    return new SimulatedMachine(host, devices);
  }

  private static TdGuestKernel tdGuest(MachineSpec spec, Profile profile, NestedCalls nested) {
    if (!spec.vendor().equals("intel") || spec.tdxModule().equals("none")) {
      throw new IllegalArgumentException(
          "role td-guest needs a TDX module beneath: vendor intel and tdx_module 1.0, 1.5.01 or 1.5");
    }
    return new TdGuestKernel(profile, spec.tdxModule(), nested);
  }
}
