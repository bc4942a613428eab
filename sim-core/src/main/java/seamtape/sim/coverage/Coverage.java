package seamtape.sim.coverage;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.FileOperation;
import seamtape.catalog.HypervHypercall;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.SevCommand;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdxCommand;
import seamtape.sim.profile.KernelLine;
import seamtape.sim.profile.Profile;
import seamtape.sim.tdx.TdxModuleVersion;
import seamtape.sim.tdxguest.GuestCallProbe;

/**
 * Call by call and profile by profile: modelled, regular or absent. Ioctls, TDX and SEV commands
 * are tried on machines of the profile, hypercalls by a guest, TDCALLs and TDVMCALLs by a guest in
 * a TD, SEAMCALLs by a host that leads a TDX module and TDs on it from beginning to end.
 */
public final class Coverage {
  private static final Map<String, Coverage> BY_PROFILE = new TreeMap<>();
  private static final TdxModuleVersion NEWEST = TdxModuleVersion.V1_5;

  private final Profile profile;
  private final Map<KvmIoctl, Status> ioctls = new TreeMap<>();
  private final Map<TdxModuleVersion, Map<Seamcall, Status>> seamcalls =
      new EnumMap<>(TdxModuleVersion.class);
  private final Map<TdxCommand, Status> tdxCommands = new TreeMap<>();
  private final Map<SevCommand, Status> sevCommands = new TreeMap<>();
  private final Map<Family, HypercallProbe> guests = new EnumMap<>(Family.class);
  private final Map<Call, Status> hypercalls = new HashMap<>();
  private final Map<Tdcall, Status> tdcalls = new TreeMap<>();
  private final Map<Tdvmcall, Status> tdvmcalls = new TreeMap<>();

  private Coverage(String name) {
    profile = Profile.of(name);
  }

  /** Of a profile; asked again, the same. */
  public static synchronized Coverage of(String profile) {
    return BY_PROFILE.computeIfAbsent(profile, Coverage::new);
  }

  public static List<String> profiles() {
    return Profile.names();
  }

  /** Versions of the TDX module that a machine can have. */
  public static List<TdxModuleVersion> modules() {
    return List.of(TdxModuleVersion.V1_0, TdxModuleVersion.V1_5_01, TdxModuleVersion.V1_5);
  }

  /** How the profile answers a row of the catalog. */
  public Status status(Call row) {
    if (row instanceof KvmIoctl ioctl) {
      return ioctls.computeIfAbsent(ioctl, this::ioctl);
    }
    if (row instanceof Seamcall leaf) {
      return status(leaf, NEWEST);
    }
    if (row instanceof Tdcall leaf) {
      return tdcalls.computeIfAbsent(leaf, this::tdcall);
    }
    if (row instanceof Tdvmcall call) {
      return tdvmcalls.computeIfAbsent(call, this::tdvmcall);
    }
    return row instanceof FileOperation operation
        ? modelledIf(operation != FileOperation.KVM_UNKNOWN_IOCTL)
        : hypercall(row);
  }

  private Status tdcall(Tdcall leaf) {
    return modelledIf(
        hostsTds() ? TdGuestProbe.serves(leaf, profile.name()) : GuestCallProbe.serves(leaf));
  }

  private Status tdvmcall(Tdvmcall call) {
    return modelledIf(
        hostsTds() ? TdGuestProbe.serves(call, profile.name()) : GuestCallProbe.serves(call));
  }

  private boolean hostsTds() {
    return profile.line().compareTo(KernelLine.V7_3) >= 0;
  }

  private static Status modelledIf(boolean modelled) {
    return modelled ? Status.MODELLED : Status.REGULAR;
  }

  private Status ioctl(KvmIoctl row) {
    if (IoctlProbe.answers(row, profile.name())) {
      return Status.MODELLED;
    }
    boolean defined =
        row.lines().stream().anyMatch(line -> line.ordinal() == profile.line().ordinal());
    return defined && !row.gone() ? Status.REGULAR : Status.ABSENT;
  }

  private Status hypercall(Call row) {
    if (row instanceof HypervHypercall hyperv
        && hyperv.since().equals("6.3")
        && !profile.hypervExtendedHypercalls()) {
      return Status.ABSENT;
    }
    HypercallProbe guest =
        guests.computeIfAbsent(row.family(), family -> new HypercallProbe(profile.name(), family));
    return hypercalls.computeIfAbsent(row, call -> modelledIf(guest.serves(call)));
  }

  /** How a module of a version answers a leaf on a host of the profile. */
  public Status status(Seamcall leaf, TdxModuleVersion module) {
    return seamcalls
        .computeIfAbsent(module, version -> SeamcallProbe.ask(profile.name(), version.label()))
        .get(leaf);
  }

  /** A command of KVM_MEMORY_ENCRYPT_OP on AMD. */
  public Status status(SevCommand command) {
    return sevCommands.computeIfAbsent(
        command, row -> SevProbe.answers(row, profile.name()) ? Status.MODELLED : Status.ABSENT);
  }

  /** A command of KVM_MEMORY_ENCRYPT_OP on Intel. */
  public Status status(TdxCommand command) {
    return tdxCommands.computeIfAbsent(
        command, row -> TdxProbe.answers(row, profile.name()) ? Status.MODELLED : Status.ABSENT);
  }
}
