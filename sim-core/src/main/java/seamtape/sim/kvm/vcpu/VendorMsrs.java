package seamtape.sim.kvm.vcpu;

import seamtape.sim.profile.CpuFeature;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.FeatureMsrs;

/** MSRs that kvm_intel or kvm_amd handles itself, and those that KVM only pretends to have. */
final class VendorMsrs {
  private static final long FEAT_CTL_LOCKED = 1;
  private static final long FEAT_CTL_LMCE = 1 << 20;

  /** Lock, VMX inside and outside SMX, SGX launch control, SGX, local machine checks. */
  private static final long FEAT_CTL_SUPPORTED = 0x16_0007;

  private static final long DEBUGCTL_LBR_BTF = 3;
  private static final long TSC_RATIO_DEFAULT = 1L << 32;

  private final Vcpu vcpu;
  private final CpuModel model;
  private long specCtrl;
  private long featCtl;
  private long umwaitControl;
  private long tsxCtrl;
  private long mcgExtCtl;
  private long debugctl;
  private final long[] sgxKeyHash = new long[4];
  private long tscRatio = TSC_RATIO_DEFAULT;
  private long virtSpecCtrl;
  private long hsavePa;
  private long vmCr;
  private long deCfg;
  private long osvwLength;
  private long osvwStatus;

  VendorMsrs(Vcpu vcpu) {
    this.vcpu = vcpu;
    this.model = vcpu.vm().cpuModel();
    this.deCfg = FeatureMsrs.value(Msr.AMD64_DE_CFG, model);
  }

  /** Reads as 0 without being kept anywhere. */
  static boolean readsZero(int index) {
    return switch (index) {
      case Msr.PLATFORM_ID,
          Msr.EBL_CR_POWERON,
          Msr.PERF_CTL,
          Msr.AMD64_SYSCFG,
          Msr.AMD64_NB_CFG,
          Msr.K8_INT_PENDING_MSG,
          Msr.FAM10H_MMIO_CONF_BASE,
          Msr.K8_TSEG_ADDR,
          Msr.K8_TSEG_MASK,
          Msr.VM_HSAVE_PA,
          Msr.AMD64_BU_CFG2,
          Msr.AMD64_DC_CFG,
          Msr.AMD64_TW_CFG,
          Msr.F15H_EX_CFG,
          Msr.RAPL_POWER_UNIT,
          Msr.PKG_ENERGY_STATUS,
          Msr.DRAM_ENERGY_STATUS,
          Msr.PP0_ENERGY_STATUS,
          Msr.PP1_ENERGY_STATUS ->
          true;
      default -> index >= Msr.LASTBRANCHFROMIP && index <= Msr.LASTINTTOIP;
    };
  }

  /** Takes any value and forgets it. */
  static boolean writeIgnored(int index) {
    return switch (index) {
      case Msr.AMD64_NB_CFG,
          Msr.VM_HSAVE_PA,
          Msr.AMD64_PATCH_LOADER,
          Msr.AMD64_BU_CFG2,
          Msr.AMD64_DC_CFG,
          Msr.AMD64_TW_CFG,
          Msr.F15H_EX_CFG ->
          true;
      default -> false;
    };
  }

  MsrAccess read(int index, boolean host, Msrs result) {
    switch (index) {
      case Msr.SPEC_CTRL -> {
        result.value = specCtrl;
        return MsrAccess.of(host || guestHasSpecCtrl());
      }
      case Msr.DEBUGCTL -> {
        result.value = debugctl;
        return MsrAccess.DONE;
      }
      case Msr.AMD64_OSVW_ID_LENGTH, Msr.AMD64_OSVW_STATUS -> {
        result.value = index == Msr.AMD64_OSVW_STATUS ? osvwStatus : osvwLength;
        return MsrAccess.of(vcpu.cpuid.has(CpuFeature.OSVW));
      }
      default -> {
        return model.intel() ? readIntel(index, host, result) : readAmd(index, host, result);
      }
    }
  }

  private MsrAccess readIntel(int index, boolean host, Msrs result) {
    switch (index) {
      case Msr.FEAT_CTL -> result.value = featCtl;
      case Msr.TSX_CTRL -> {
        result.value = tsxCtrl;
        return MsrAccess.of(host);
      }
      case Msr.UMWAIT_CONTROL -> {
        result.value = umwaitControl;
        return MsrAccess.of(host || vcpu.cpuid.has(CpuFeature.WAITPKG));
      }
      case Msr.MCG_EXT_CTL -> {
        result.value = mcgExtCtl;
        return MsrAccess.of(host || (featCtl & FEAT_CTL_LMCE) != 0);
      }
      default -> {
        int hash = index - Msr.SGXLEPUBKEYHASH0;
        if (hash < 0 || hash > 3) {
          return MsrAccess.UNSUPPORTED;
        }
        result.value = sgxKeyHash[hash];
        return MsrAccess.of(host || vcpu.cpuid.has(CpuFeature.SGX_LC));
      }
    }
    return MsrAccess.DONE;
  }

  private MsrAccess readAmd(int index, boolean host, Msrs result) {
    switch (index) {
      case Msr.AMD64_TSC_RATIO -> {
        result.value = tscRatio;
        return MsrAccess.of(host || vcpu.cpuid.has(CpuFeature.TSCRATEMSR));
      }
      case Msr.AMD64_VIRT_SPEC_CTRL -> {
        result.value = virtSpecCtrl;
        return MsrAccess.of(host || vcpu.cpuid.has(CpuFeature.VIRT_SSBD));
      }
      case Msr.VM_HSAVE_PA -> result.value = hsavePa;
      case Msr.VM_CR -> result.value = vmCr;
      case Msr.AMD64_DE_CFG -> result.value = deCfg;
      case Msr.F15H_IC_CFG -> result.value = 0;
      default -> {
        return MsrAccess.UNSUPPORTED;
      }
    }
    return MsrAccess.DONE;
  }

  MsrAccess write(int index, long data, boolean host) {
    switch (index) {
      case Msr.SPEC_CTRL -> {
        long supported = model.intel() ? 0x4ff : 0x87;
        boolean accepted = (host || guestHasSpecCtrl()) && (data & ~supported) == 0;
        specCtrl = accepted ? data : specCtrl;
        return MsrAccess.of(accepted);
      }
      case Msr.DEBUGCTL -> {
        boolean accepted = (data & ~DEBUGCTL_LBR_BTF) == 0;
        debugctl = accepted && !model.intel() ? data : debugctl;
        return MsrAccess.of(accepted);
      }
      case Msr.AMD64_OSVW_ID_LENGTH, Msr.AMD64_OSVW_STATUS -> {
        boolean accepted = vcpu.cpuid.has(CpuFeature.OSVW);
        osvwLength = accepted && index == Msr.AMD64_OSVW_ID_LENGTH ? data : osvwLength;
        osvwStatus = accepted && index == Msr.AMD64_OSVW_STATUS ? data : osvwStatus;
        return MsrAccess.of(accepted);
      }
      case Msr.FAM10H_MMIO_CONF_BASE -> {
        return MsrAccess.of(data == 0);
      }
      default -> {
        return model.intel() ? writeIntel(index, data, host) : writeAmd(index, data, host);
      }
    }
  }

  private MsrAccess writeIntel(int index, long data, boolean host) {
    boolean accepted;
    switch (index) {
      case Msr.FEAT_CTL -> {
        accepted = featCtlAccepts(data, host);
        featCtl = accepted ? data : featCtl;
      }
      case Msr.TSX_CTRL -> {
        accepted = host && (data & ~3L) == 0;
        tsxCtrl = accepted ? data : tsxCtrl;
      }
      case Msr.UMWAIT_CONTROL -> {
        boolean bits = data >>> 32 == 0 && (data & 2) == 0;
        accepted = (host || vcpu.cpuid.has(CpuFeature.WAITPKG)) && bits;
        umwaitControl = accepted ? data : umwaitControl;
      }
      case Msr.MCG_EXT_CTL -> {
        accepted = (host || (featCtl & FEAT_CTL_LMCE) != 0) && (data & ~1L) == 0;
        mcgExtCtl = accepted ? data : mcgExtCtl;
      }
      default -> {
        int hash = index - Msr.SGXLEPUBKEYHASH0;
        if (hash < 0 || hash > 3) {
          return MsrAccess.UNSUPPORTED;
        }
        accepted = host || vcpu.cpuid.has(CpuFeature.SGX_LC);
        sgxKeyHash[hash] = accepted ? data : sgxKeyHash[hash];
      }
    }
    return MsrAccess.of(accepted);
  }

  /** The guest may set what its CPUID offers, until it locks the register. */
  private boolean featCtlAccepts(long data, boolean host) {
    if (host) {
      return (data & ~FEAT_CTL_SUPPORTED) == 0;
    }
    long valid = FEAT_CTL_LOCKED;
    valid |= vcpu.cpuid.has(CpuFeature.VMX) ? 4 : 0;
    valid |= (vcpu.msrs.mce.capability() & MceBanks.MCG_LMCE_P) != 0 ? FEAT_CTL_LMCE : 0;
    return (featCtl & FEAT_CTL_LOCKED) == 0 && (data & ~valid) == 0;
  }

  private MsrAccess writeAmd(int index, long data, boolean host) {
    boolean accepted = true;
    switch (index) {
      case Msr.AMD64_TSC_RATIO -> {
        boolean scaling = vcpu.cpuid.has(CpuFeature.TSCRATEMSR);
        accepted = scaling ? data >>> 40 == 0 : host && data == TSC_RATIO_DEFAULT;
        tscRatio = accepted ? data : tscRatio;
      }
      case Msr.AMD64_VIRT_SPEC_CTRL -> {
        accepted = (host || vcpu.cpuid.has(CpuFeature.VIRT_SSBD)) && (data & ~4L) == 0;
        virtSpecCtrl = accepted ? data : virtSpecCtrl;
      }
      case Msr.VM_HSAVE_PA -> {
        accepted = host || (data & (0xfff | vcpu.cpuid.reservedGpaBits())) == 0;
        hsavePa = accepted ? data & ~0xfffL : hsavePa;
      }
      case Msr.VM_CR -> {
        accepted = (data & ~0x1fL) == 0;
        vmCr = accepted ? data : vmCr;
      }
      case Msr.VM_IGNNE -> {}
      case Msr.AMD64_DE_CFG -> {
        long supported = FeatureMsrs.value(index, model);
        accepted = (data & ~supported) == 0 && (host || data == deCfg);
        deCfg = accepted ? data : deCfg;
      }
      default -> {
        return MsrAccess.UNSUPPORTED;
      }
    }
    return MsrAccess.of(accepted);
  }

  private boolean guestHasSpecCtrl() {
    GuestCpuid cpuid = vcpu.cpuid;
    return cpuid.has(CpuFeature.SPEC_CTRL)
        || cpuid.has(CpuFeature.INTEL_STIBP)
        || cpuid.has(CpuFeature.SPEC_CTRL_SSBD)
        || cpuid.has(CpuFeature.AMD_IBRS)
        || cpuid.has(CpuFeature.AMD_STIBP)
        || cpuid.has(CpuFeature.AMD_SSBD);
  }
}
