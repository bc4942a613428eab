package seamtape.sim.kvm.vcpu;

import seamtape.sim.guest.CpuState;
import seamtape.sim.profile.CpuFeature;

/** Which values of CR0, CR3, CR4, EFER, APICBASE and XCR0 KVM takes. */
final class ControlRegisters {
  static final long CR0_NW = 1 << 29;
  static final long CR0_CD = 1 << 30;
  static final long CR4_LA57 = 1 << 12;
  static final long CR4_VMXE = 1 << 13;
  static final long CR4_FSGSBASE = 1 << 16;
  static final long CR4_PCIDE = 1 << 17;
  static final long CR4_OSXSAVE = 1 << 18;
  static final long CR4_SMEP = 1 << 20;
  static final long CR4_SMAP = 1 << 21;
  static final long CR4_PKE = 1 << 22;
  static final long CR4_UMIP = 1 << 11;
  static final long CR4_CET = 1 << 23;
  static final long CR4_LAM_SUP = 1 << 28;
  static final long APICBASE_BSP = 1 << 8;
  static final long APICBASE_X2APIC = 1 << 10;
  static final long APICBASE_ENABLE = 1 << 11;

  /** VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT: no CPUID bit is asked for. */
  private static final long CR4_ALWAYS = 0x7ff;

  private static final long XCR0_FP = 1;
  private static final long XCR0_SSE = 2;
  private static final long XCR0_YMM = 4;
  private static final long XCR0_BNDREGS = 8;
  private static final long XCR0_BNDCSR = 0x10;
  private static final long XCR0_AVX512 = 0xe0;
  private static final long XCR0_XTILE = 0x6_0000;

  private ControlRegisters() {}

  static boolean validCr0(long cr0) {
    boolean cacheModes = (cr0 & CR0_NW) == 0 || (cr0 & CR0_CD) != 0;
    boolean paging = (cr0 & CpuState.CR0_PG) == 0 || (cr0 & CpuState.CR0_PE) != 0;
    return cr0 >>> 32 == 0 && cacheModes && paging;
  }

  /** Both what KVM supports and, once a CPUID table counts, what that has. */
  static boolean validCr4(Vcpu vcpu, long cr4) {
    GuestCpuid cpuid = vcpu.cpuid;
    long allowed = CR4_ALWAYS;
    for (Cr4Bit bit : Cr4Bit.values()) {
      boolean host = bit.any(cpuid::kvmSupports);
      boolean guest = !cpuid.processed() || bit.any(cpuid::has);
      allowed |= host && guest ? bit.mask : 0;
    }
    return (cr4 & ~allowed) == 0;
  }

  /** A CR4 bit and the CPUID bits of which one must be set. */
  private enum Cr4Bit {
    UMIP(CR4_UMIP, CpuFeature.UMIP),
    LA57(CR4_LA57, CpuFeature.LA57),
    VMXE(CR4_VMXE, CpuFeature.VMX),
    FSGSBASE(CR4_FSGSBASE, CpuFeature.FSGSBASE),
    PCIDE(CR4_PCIDE, CpuFeature.PCID),
    OSXSAVE(CR4_OSXSAVE, CpuFeature.XSAVE),
    SMEP(CR4_SMEP, CpuFeature.SMEP),
    SMAP(CR4_SMAP, CpuFeature.SMAP),
    PKE(CR4_PKE, CpuFeature.PKU),
    CET(CR4_CET, CpuFeature.SHSTK, CpuFeature.IBT),
    LAM_SUP(CR4_LAM_SUP, CpuFeature.LAM);

    private final long mask;
    private final CpuFeature[] features;

    Cr4Bit(long mask, CpuFeature... features) {
      this.mask = mask;
      this.features = features;
    }

    private boolean any(java.util.function.Predicate<CpuFeature> test) {
      for (CpuFeature feature : features) {
        if (test.test(feature)) {
          return true;
        }
      }
      return false;
    }
  }

  static boolean validCr3(Vcpu vcpu, long cr3) {
    long address = vcpu.cpuid.has(CpuFeature.LAM) ? cr3 & ~(3L << 61) : cr3;
    return (address & vcpu.cpuid.reservedGpaBits()) == 0;
  }

  /** The checks that KVM_SET_SREGS makes across registers (kvm_is_valid_sregs). */
  static boolean validSregs(Vcpu vcpu, long cr0, long cr3, long cr4, long efer, boolean csLong) {
    if ((efer & CpuState.EFER_LME) != 0 && (cr0 & CpuState.CR0_PG) != 0) {
      boolean active = (cr4 & CpuState.CR4_PAE) != 0 && (efer & CpuState.EFER_LMA) != 0;
      if (!active || !validCr3(vcpu, cr3)) {
        return false;
      }
    } else if ((efer & CpuState.EFER_LMA) != 0 || csLong) {
      return false;
    }
    return validCr4(vcpu, cr4) && validCr0(cr0);
  }

  /** EFER bits that no value may have: what the host does not offer guests. */
  static long reservedEfer(Vcpu vcpu) {
    GuestCpuid cpuid = vcpu.cpuid;
    long known = 1 | CpuState.EFER_LME | CpuState.EFER_LMA;
    known |= cpuid.kvmSupports(CpuFeature.NX) ? CpuState.EFER_NX : 0;
    known |= cpuid.kvmSupports(CpuFeature.SVM) ? 1 << 12 | 1 << 13 : 0;
    known |= cpuid.kvmSupports(CpuFeature.FXSR_OPT) ? 1 << 14 : 0;
    known |= cpuid.kvmSupports(CpuFeature.AUTOIBRS) ? 1 << 21 : 0;
    return ~known;
  }

  /** What the guest itself may set in EFER, by its CPUID. */
  static boolean guestMaySetEfer(Vcpu vcpu, long efer) {
    GuestCpuid cpuid = vcpu.cpuid;
    return allowed(efer, 1 << 21, cpuid.has(CpuFeature.AUTOIBRS))
        && allowed(efer, 1 << 14, cpuid.has(CpuFeature.FXSR_OPT))
        && allowed(efer, 1 << 12, cpuid.has(CpuFeature.SVM))
        && allowed(efer, CpuState.EFER_LME | CpuState.EFER_LMA, cpuid.has(CpuFeature.LM))
        && allowed(efer, CpuState.EFER_NX, cpuid.has(CpuFeature.NX));
  }

  private static boolean allowed(long value, long bits, boolean feature) {
    return feature || (value & bits) == 0;
  }

  /** kvm_apic_set_base: false where the value or the change of mode is refused. */
  static boolean setApicBase(Vcpu vcpu, long value, boolean hostInitiated) {
    long old = vcpu.cpu.apicBase;
    if (old == value) {
      return true;
    }
    long reserved = vcpu.cpuid.reservedGpaBits() | 0x2ff;
    reserved |= vcpu.cpuid.has(CpuFeature.X2APIC) ? 0 : APICBASE_X2APIC;
    boolean enabled = (value & APICBASE_ENABLE) != 0;
    boolean x2apic = (value & APICBASE_X2APIC) != 0;
    if ((value & reserved) != 0 || x2apic && !enabled) {
      return false;
    }
    boolean wasX2apic = (old & APICBASE_X2APIC) != 0;
    boolean wasEnabled = (old & APICBASE_ENABLE) != 0;
    boolean badChange = wasX2apic && enabled && !x2apic || !wasEnabled && x2apic;
    if (!hostInitiated && badChange) {
      return false;
    }
    vcpu.changeApicBase(value);
    return true;
  }

  /** __kvm_set_xcr for XCR0: false where the value is refused. */
  static boolean setXcr0(Vcpu vcpu, long value) {
    boolean yes = (value & XCR0_FP) != 0;
    yes &= (value & XCR0_YMM) == 0 || (value & XCR0_SSE) != 0;
    yes &= (value & ~(vcpu.cpuid.supportedXcr0() | XCR0_FP)) == 0;
    yes &= (value & XCR0_BNDREGS) == 0 == ((value & XCR0_BNDCSR) == 0);
    long avx512 = value & XCR0_AVX512;
    yes &= avx512 == 0 || avx512 == XCR0_AVX512 && (value & XCR0_YMM) != 0;
    long tile = value & XCR0_XTILE;
    yes &= tile == 0 || tile == XCR0_XTILE;
    if (yes) {
      vcpu.xcr0 = value;
    }
    return yes;
  }
}
