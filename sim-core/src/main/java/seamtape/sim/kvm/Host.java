package seamtape.sim.kvm;

import seamtape.catalog.KvmCapability;
import seamtape.machine.NestedCalls;
import seamtape.machine.UserMemory;
import seamtape.sim.kvm.sev.SevModule;
import seamtape.sim.kvm.tdx.TdxHost;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;
import seamtape.sim.tdxguest.TdGuestKernel;

/**
 * A host with KVM as one VMM process sees it: what everything in the kernel shares. Built once per
 * machine.
 */
public final class Host {
  private static final int VM_TYPES = KvmCapability.KVM_CAP_VM_TYPES.number();

  /** KVM_X86_DEFAULT_VM and KVM_X86_SW_PROTECTED_VM; the others need their vendor's module. */
  private static final long PLAIN_VM_TYPES = 3;

  public final Profile profile;
  public final CpuModel cpuModel;
  public final VendorOps ops;

  /** Seed of all that the machine draws at random. */
  public final long seed;

  /** SEV of kvm_amd; null on a host of another vendor. */
  public final SevModule sev;

  /** TDX of this host; null where KVM cannot run TDs. Set once, before the first call. */
  public TdxHost tdx;

  /** What the kernel has as the kernel of a TD; null on bare metal. */
  public final TdGuestKernel tdGuest;

  public final UserCopy user;
  public final NestedCalls nested;
  public final FdTable files = new FdTable();
  public final VirtualTime time;

  /** Guests do not execute: KVM_RUN is answered by a script. */
  public final boolean scripted;

  private int vmsCreated;

  public Host(
      Profile profile,
      CpuModel cpuModel,
      UserMemory memory,
      NestedCalls nested,
      boolean scripted,
      long seed,
      TdGuestKernel tdGuest) {
    this.profile = profile;
    this.cpuModel = cpuModel;
    this.tdGuest = tdGuest;
    this.ops =
        tdGuest != null && profile.tdxShm()
            ? KvmIntel.WITH_TDX_SHM
            : VendorOps.of(cpuModel.vendor());
    this.user = new UserCopy(memory);
    this.nested = nested;
    this.time = new VirtualTime(cpuModel.tscKhz());
    this.scripted = scripted;
    this.seed = seed;
    this.sev = cpuModel.intel() ? null : new SevModule(profile, cpuModel, seed);
  }

  /** KVM_CHECK_EXTENSION: never fails, 0 for what is unknown. */
  public long capability(long cap, boolean vmFd) {
    if (cap != (int) cap) {
      return 0;
    }
    long value = profile.capability((int) cap, cpuModel, vmFd);
    return cap == VM_TYPES ? value & (PLAIN_VM_TYPES | ops.vmTypes() | tdxVmType()) : value;
  }

  private long tdxVmType() {
    return tdx != null && tdx.offersTds() ? 1L << VmType.TDX : 0;
  }

  /** True where the kernel offers a capability to VMs. */
  public boolean has(KvmCapability cap) {
    return profile.capability(cap.number(), cpuModel, true) != 0;
  }

  /** The number of the next VM, from 0 in the order of creation. */
  int nextVmNumber() {
    return vmsCreated++;
  }
}
