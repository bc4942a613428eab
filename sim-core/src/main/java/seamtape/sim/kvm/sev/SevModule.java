package seamtape.sim.kvm.sev;

import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;

/** What kvm_amd sets up for encrypted guests when it is loaded (sev_hardware_setup). */
public final class SevModule {
  private static final int SEV_LEAF = 0x8000_001f;
  private static final int SEV = 1 << 1;
  private static final int SEV_ES = 1 << 3;
  private static final int SEV_SNP = 1 << 4;
  private static final int SECURE_TSC = 1 << 8;
  private static final int DEBUG_SWAP = 1 << 14;

  final SevFirmware firmware;
  final AsidPool asids;
  private final Profile profile;
  private final int features;

  public SevModule(Profile profile, CpuModel cpu, long seed) {
    this.profile = profile;
    this.features = cpu.cpuid(SEV_LEAF, 0).eax();
    this.asids = new AsidPool(cpu.cpuid(SEV_LEAF, 0).edx(), cpu.cpuid(SEV_LEAF, 0).ecx());
    this.firmware = new SevFirmware(seed, asids, cpu);
  }

  boolean enabled() {
    return (features & SEV) != 0;
  }

  boolean esEnabled() {
    return enabled() && (features & SEV_ES) != 0;
  }

  boolean snpEnabled() {
    return esEnabled() && (features & SEV_SNP) != 0 && profile.sevSnp();
  }

  Profile profile() {
    return profile;
  }

  /** KVM_X86_SEV_VMSA_FEATURES: what KVM_SEV_INIT2 may ask for. */
  public long supportedVmsaFeatures() {
    long supported = (features & DEBUG_SWAP) != 0 ? SevVm.VMSA_DEBUG_SWAP : 0;
    boolean secureTsc = profile.sevSecureTsc() && snpEnabled() && (features & SECURE_TSC) != 0;
    return supported | (secureTsc ? SevVm.VMSA_SECURE_TSC : 0);
  }
}
