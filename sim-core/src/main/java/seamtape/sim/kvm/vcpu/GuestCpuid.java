package seamtape.sim.kvm.vcpu;

import java.util.ArrayList;
import java.util.List;
import seamtape.sim.profile.CpuFeature;
import seamtape.sim.profile.CpuidEntry;
import seamtape.sim.profile.CpuidTable;

/**
 * The CPUID table that user space gave a vCPU, and what KVM derives from it. Bits that follow the
 * vCPU's state (OSXSAVE, APIC, OSPKE, MWAIT, XSAVE sizes) are put in when the table is looked at.
 */
public final class GuestCpuid {
  /** Physical address bits of a guest whose table does not say. */
  private static final int DEFAULT_MAXPHYADDR = 36;

  private static final long CR4_OSXSAVE = 1 << 18;
  private static final long CR4_PKE = 1 << 22;
  private static final long MISC_ENABLE_MWAIT = 1 << 18;
  private static final long APICBASE_ENABLE = 1 << 11;

  /** KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT. */
  private static final long QUIRK_MISC_ENABLE_NO_MWAIT = 1 << 4;

  private final Vcpu vcpu;
  private List<CpuidEntry> table = List.of();
  private boolean set;

  GuestCpuid(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  void replace(List<CpuidEntry> entries) {
    table = List.copyOf(entries);
    set = true;
  }

  public int size() {
    return table.size();
  }

  /** The table as KVM_GET_CPUID2 gives it. */
  public List<CpuidEntry> entries() {
    return atRunTime(table);
  }

  /** True where another table would look the same as this one now does. */
  boolean same(List<CpuidEntry> entries) {
    return atRunTime(entries).equals(atRunTime(table));
  }

  private List<CpuidEntry> atRunTime(List<CpuidEntry> entries) {
    List<CpuidEntry> current = new ArrayList<>(entries.size());
    for (CpuidEntry entry : entries) {
      current.add(atRunTime(entry));
    }
    return current;
  }

  private CpuidEntry atRunTime(CpuidEntry entry) {
    return switch (entry.function()) {
      case 1 -> leaf1(entry);
      case 7 ->
          entry.index() == 0
              ? entry.withEcx(bit(entry.ecx(), 4, has(entry, CpuFeature.PKU) && cr4(CR4_PKE)))
              : entry;
      case 0xd -> xsave(entry);
      default -> entry;
    };
  }

  private CpuidEntry leaf1(CpuidEntry entry) {
    int ecx = entry.ecx();
    if (has(entry, CpuFeature.XSAVE)) {
      ecx = bit(ecx, 27, cr4(CR4_OSXSAVE));
    }
    if (mwaitFollows()) {
      ecx = bit(ecx, 3, mwaitEnabled());
    }
    return entry.withEcx(ecx).withEdx(bit(entry.edx(), 9, apicEnabled()));
  }

  /** IA32_MISC_ENABLE, not user space, says whether the guest has MONITOR and MWAIT. */
  private boolean mwaitFollows() {
    return (vcpu.vm().disabledQuirks() & QUIRK_MISC_ENABLE_NO_MWAIT) != 0;
  }

  private boolean mwaitEnabled() {
    return (vcpu.msrs.miscEnable & MISC_ENABLE_MWAIT) != 0;
  }

  /** The guest has MONITOR and MWAIT. */
  public boolean mwait() {
    return mwaitFollows() ? mwaitEnabled() : has(CpuFeature.MWAIT);
  }

  private boolean apicEnabled() {
    return (vcpu.cpu.apicBase & APICBASE_ENABLE) != 0;
  }

  /** EBX: bytes of the area for the features enabled now. */
  private CpuidEntry xsave(CpuidEntry entry) {
    if (entry.index() == 0) {
      return entry.withEbx(vcpu.fpu.standardSize(vcpu.xcr0));
    }
    boolean compacted = entry.index() == 1 && (entry.eax() & 0xa) != 0;
    return compacted
        ? entry.withEbx(vcpu.fpu.compactedSize(vcpu.xcr0 | vcpu.msrs.capabilities.xss()))
        : entry;
  }

  private boolean cr4(long bit) {
    return (vcpu.cpu.cr4 & bit) != 0;
  }

  private static boolean has(CpuidEntry entry, CpuFeature feature) {
    return (entry.register(feature.register()) >> feature.bit() & 1) != 0;
  }

  private static int bit(int value, int number, boolean on) {
    return on ? value | 1 << number : value & ~(1 << number);
  }

  /** The entry for a leaf as user space set it, or null. */
  private CpuidEntry find(int leaf, int subleaf) {
    for (CpuidEntry entry : table) {
      if (entry.answers(leaf, subleaf)) {
        return entry;
      }
    }
    return null;
  }

  public boolean has(CpuFeature feature) {
    CpuidEntry entry = find(feature.leaf(), feature.subleaf());
    return entry != null && has(entry, feature);
  }

  /** MAXPHYADDR: leaf 0x80000008, 36 without it. */
  public int physicalBits() {
    CpuidEntry highest = find(0x8000_0000, 0);
    if (highest == null || Integer.compareUnsigned(highest.eax(), 0x8000_0008) < 0) {
      return DEFAULT_MAXPHYADDR;
    }
    CpuidEntry sizes = find(0x8000_0008, 0);
    return sizes == null ? DEFAULT_MAXPHYADDR : sizes.eax() & 0xff;
  }

  /** The bits of a guest physical address that must be 0. */
  public long reservedGpaBits() {
    int bits = physicalBits();
    return bits >= 64 ? 0 : -1L << bits & ~encryptionBit();
  }

  /** The C-bit, where the table of an SEV guest says which it is. */
  private long encryptionBit() {
    CpuidEntry sev = vcpu.vm().encrypts() ? find(0x8000_001f, 0) : null;
    return sev == null ? 0 : 1L << (sev.ebx() & 0x3f);
  }

  /** The user features of XCR0 that table and KVM both have. */
  public long supportedXcr0() {
    CpuidEntry entry = find(0xd, 0);
    long permitted = entry == null ? 0 : entry.eax() & 0xffff_ffffL;
    return permitted & vcpu.vm().profile().supportedXcr0(vcpu.vm().cpuModel());
  }

  /** The supervisor features of IA32_XSS that table and KVM both have. */
  public long supportedXss() {
    CpuidEntry entry = find(0xd, 1);
    long permitted = entry == null ? 0 : entry.ecx() & 0xffff_ffffL;
    return permitted & vcpu.vm().profile().supportedXss(vcpu.vm().cpuModel());
  }

  /** A register of a leaf as user space set it: 0 to 3, eax to edx. */
  int register(int leaf, int subleaf, int register) {
    CpuidEntry entry = find(leaf, subleaf);
    return entry == null ? 0 : entry.register(register);
  }

  /** True once the rules that derive from the table are in force (see the profile's switch). */
  boolean processed() {
    return set || vcpu.vm().profile().cpuidProcessedAtCreation();
  }

  /** The vendor of the table is Intel's; without a table it is not AMD's either. */
  boolean amdCompatible() {
    CpuidEntry entry = find(0, 0);
    return entry != null && entry.ebx() == 0x6874_7541;
  }

  /**
   * Executes CPUID: eax, ebx, ecx, edx into {@code registers}. A leaf above the highest of its
   * class gives what the highest basic leaf gives, but zeros to a guest of AMD.
   */
  public void cpuid(int leaf, int subleaf, int[] registers) {
    CpuidEntry entry = find(leaf, subleaf);
    if (entry == null && outOfRange(leaf)) {
      CpuidEntry basic = find(0, 0);
      entry = find(basic.eax(), subleaf);
    }
    if (entry == null) {
      java.util.Arrays.fill(registers, 0, 4, 0);
      boolean topology = (leaf == 0xb || leaf == 0x1f) && find(leaf, 1) != null;
      registers[2] = topology ? subleaf & 0xff : 0;
      registers[3] = topology ? find(leaf, 1).edx() : 0;
      return;
    }
    CpuidEntry current = atRunTime(entry);
    for (int i = 0; i < 4; i++) {
      registers[i] = current.register(i);
    }
  }

  private boolean outOfRange(int leaf) {
    CpuidEntry basic = find(0, 0);
    if (basic == null || amdCompatible()) {
      return false;
    }
    int base = leaf < 0 ? leaf & 0xc000_0000 : leaf >= 0x4000_0000 ? leaf & 0xffff_ff00 : 0;
    CpuidEntry limit = find(base, 0);
    return limit == null || Integer.compareUnsigned(leaf, limit.eax()) > 0;
  }

  /** KVM's own features, of which a table may enforce a part (KVM_CAP_ENFORCE_PV_FEATURE_CPUID). */
  public boolean hasPv(int bit) {
    if (!vcpu.enforcePvCpuid) {
      return true;
    }
    for (int base = 0x4000_0000; base < 0x4001_0000; base += 0x100) {
      CpuidEntry entry = find(base, 0);
      boolean kvm = entry != null && entry.ebx() == 0x4b4d_564b;
      if (kvm && entry.ecx() == 0x564b_4d56 && entry.edx() == 0x4d) {
        return (register(base + 1, 0, 0) >> bit & 1) != 0;
      }
    }
    return false;
  }

  /** Whether KVM supports a feature for guests on this host. */
  boolean kvmSupports(CpuFeature feature) {
    CpuidTable supported = vcpu.vm().profile().supportedCpuid(vcpu.vm().cpuModel());
    return supported.has(feature);
  }
}
