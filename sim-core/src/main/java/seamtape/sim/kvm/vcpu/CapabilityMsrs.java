package seamtape.sim.kvm.vcpu;

import seamtape.sim.profile.CpuFeature;
import seamtape.sim.profile.FeatureMsrs;

/**
 * MSRs that a CPUID bit brings with it: capabilities of the vCPU, extended state, control-flow
 * enforcement. Capabilities are set by user space only, within what KVM supports.
 */
final class CapabilityMsrs {
  private final Vcpu vcpu;
  private long archCapabilities;
  private long perfCapabilities;
  private long platformInfo = FeatureMsrs.PLATFORM_INFO_CPUID_FAULT;
  private long miscFeatures;
  private long xss;

  /** U_CET to INT_SSP_TAB. */
  private final long[] cet = new long[9];

  CapabilityMsrs(Vcpu vcpu) {
    this.vcpu = vcpu;
    perfCapabilities = FeatureMsrs.value(Msr.PERF_CAPABILITIES, vcpu.vm().cpuModel());
    archCapabilities = FeatureMsrs.value(Msr.ARCH_CAPABILITIES, vcpu.vm().cpuModel());
  }

  long xss() {
    return xss;
  }

  long perfCapabilities() {
    return perfCapabilities;
  }

  MsrAccess read(int index, boolean host, Msrs result) {
    switch (index) {
      case Msr.ARCH_CAPABILITIES -> {
        result.value = archCapabilities;
        return known(CpuFeature.ARCH_CAPABILITIES, host);
      }
      case Msr.PERF_CAPABILITIES -> {
        result.value = perfCapabilities;
        return known(CpuFeature.PDCM, host);
      }
      case Msr.PLATFORM_INFO -> {
        result.value = platformInfo;
        return MsrAccess.of(host || vcpu.vm().guestReadsPlatformInfo());
      }
      case Msr.MISC_FEATURES_ENABLES -> {
        result.value = miscFeatures;
        return MsrAccess.DONE;
      }
      case Msr.XSS -> {
        result.value = xss;
        return known(CpuFeature.XSAVES, host);
      }
      case Msr.XFD, Msr.XFD_ERR -> {
        return MsrAccess.of(host || vcpu.cpuid.has(CpuFeature.XFD));
      }
      default -> {
        boolean offered = isCet(index) && cetOffered(index);
        result.value = offered ? cet[index - Msr.U_CET] : 0;
        return offered ? MsrAccess.DONE : MsrAccess.UNSUPPORTED;
      }
    }
  }

  MsrAccess write(int index, long data, boolean host) {
    return switch (index) {
      case Msr.ARCH_CAPABILITIES -> {
        MsrAccess access = known(CpuFeature.ARCH_CAPABILITIES, host).and(host);
        archCapabilities = access == MsrAccess.DONE ? data : archCapabilities;
        yield access;
      }
      case Msr.PERF_CAPABILITIES -> {
        long supported = FeatureMsrs.value(index, vcpu.vm().cpuModel());
        boolean accepted = host && (data & ~supported) == 0;
        MsrAccess access = known(CpuFeature.PDCM, host).and(accepted);
        perfCapabilities = access == MsrAccess.DONE ? data : perfCapabilities;
        yield access;
      }
      case Msr.PLATFORM_INFO -> MsrAccess.of(host && setPlatformInfo(data));
      case Msr.MISC_FEATURES_ENABLES -> MsrAccess.of(setMiscFeatures(data));
      case Msr.XSS -> {
        boolean accepted = (data & ~vcpu.cpuid.supportedXss()) == 0;
        MsrAccess access = known(CpuFeature.XSAVES, host).and(accepted);
        xss = access == MsrAccess.DONE ? data : xss;
        yield access;
      }
      case Msr.XFD, Msr.XFD_ERR ->
          MsrAccess.of((host || vcpu.cpuid.has(CpuFeature.XFD)) && data == 0);
      default -> isCet(index) ? writeCet(index, data) : MsrAccess.UNSUPPORTED;
    };
  }

  /** Newer kernels know no such MSR without its CPUID bit; older ones let user space have it. */
  private MsrAccess known(CpuFeature bit, boolean host) {
    if (vcpu.cpuid.has(bit)) {
      return MsrAccess.DONE;
    }
    boolean unknown = vcpu.vm().profile().advertisedMsrsReadZero();
    return unknown ? MsrAccess.UNSUPPORTED : MsrAccess.of(host);
  }

  /** CPUID faulting cannot be taken away while the guest uses it. */
  private boolean setPlatformInfo(long data) {
    boolean inUse = miscFeatures != 0 && data == 0;
    if ((data & ~FeatureMsrs.PLATFORM_INFO_CPUID_FAULT) != 0 || inUse) {
      return false;
    }
    platformInfo = data;
    return true;
  }

  private boolean setMiscFeatures(long data) {
    boolean offered = (platformInfo & FeatureMsrs.PLATFORM_INFO_CPUID_FAULT) != 0;
    if ((data & ~1L) != 0 || data != 0 && !offered) {
      return false;
    }
    miscFeatures = data;
    return true;
  }

  private static boolean isCet(int index) {
    return index == Msr.U_CET
        || index == Msr.S_CET
        || index >= Msr.PL0_SSP && index <= Msr.INT_SSP_TAB;
  }

  private boolean cetOffered(int index) {
    boolean shadowStack = vcpu.cpuid.has(CpuFeature.SHSTK);
    boolean either = shadowStack || vcpu.cpuid.has(CpuFeature.IBT);
    boolean supported = vcpu.vm().profile().supportedXss(vcpu.vm().cpuModel()) != 0;
    return supported && (index <= Msr.S_CET ? either : shadowStack);
  }

  /** Linear addresses; of the settings bits 9:6 are reserved, of a stack pointer the lowest two. */
  private MsrAccess writeCet(int index, long data) {
    if (!cetOffered(index)) {
      return MsrAccess.UNSUPPORTED;
    }
    boolean settings = index <= Msr.S_CET;
    long reserved = settings ? 0x3c0 : index == Msr.INT_SSP_TAB ? 0 : 3;
    boolean accepted = vcpu.canonicalized(data) == data && (data & reserved) == 0;
    if (accepted) {
      cet[index - Msr.U_CET] = data;
    }
    return MsrAccess.of(accepted);
  }
}
