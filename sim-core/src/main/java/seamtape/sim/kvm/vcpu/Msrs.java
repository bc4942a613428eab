package seamtape.sim.kvm.vcpu;

import seamtape.sim.guest.CpuState;
import seamtape.sim.profile.CpuFeature;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;

/**
 * The MSRs of one vCPU, for user space (KVM_GET_MSRS, KVM_SET_MSRS, KVM_GET_ONE_REG) and for the
 * guest (RDMSR, WRMSR): the same registers, with the checks that differ by who asks. Only what the
 * vCPU itself must keep is here; families of MSRs have their own classes.
 */
public final class Msrs {
  private static final long MISC_ENABLE_BTS_UNAVAIL = 1 << 11;
  private static final long MISC_ENABLE_PEBS_UNAVAIL = 1 << 12;
  private static final long MISC_ENABLE_EMON = 1 << 7;
  private static final long MISC_ENABLE_MWAIT = 1 << 18;
  private static final long QUIRK_MISC_ENABLE_NO_MWAIT = 1 << 4;
  private static final long PAT_DEFAULT = 0x0007_0406_0007_0406L;

  /** The value of the last read that was DONE. */
  public long value;

  public final PvMsrs pv;
  final MceBanks mce;
  private final MtrrMsrs mtrr;
  private final PmuMsrs pmu;
  private final VmxMsrs vmx;
  final HypervMsrs hyperv;
  private final VendorMsrs vendor;
  final CapabilityMsrs capabilities;
  private final Vcpu vcpu;

  public long miscEnable = MISC_ENABLE_PEBS_UNAVAIL | MISC_ENABLE_BTS_UNAVAIL;
  public long sysenterCs;
  public long sysenterEsp;
  public long sysenterEip;
  public long star;
  public long lstar;
  public long cstar;
  public long syscallMask;
  public long kernelGsBase;
  public long tscAux;
  public long pat = PAT_DEFAULT;
  public long tscAdjust;
  long hwcr;
  private long microcode;
  private long powerCtl;

  Msrs(Vcpu vcpu) {
    this.vcpu = vcpu;
    pv = new PvMsrs(vcpu);
    mce = new MceBanks(vcpu);
    mtrr = new MtrrMsrs(vcpu);
    pmu = new PmuMsrs(vcpu);
    vmx = new VmxMsrs(vcpu);
    hyperv = new HypervMsrs(vcpu);
    vendor = new VendorMsrs(vcpu);
    capabilities = new CapabilityMsrs(vcpu);
    microcode = vcpu.vm().cpuModel().intel() ? 0x1_0000_0000L : 0x0100_0065L;
  }

  /**
   * Reads an MSR into {@link #value}.
   *
   * @param host true for user space, false for the guest
   * @return false where user space is refused and the guest gets #GP
   */
  public boolean read(int index, boolean host) {
    value = 0;
    MsrAccess access = readFamily(index, host);
    if (access != MsrAccess.UNSUPPORTED) {
      return access == MsrAccess.DONE;
    }
    value = 0;
    return host && readsZero(index);
  }

  /** RDPMC: reads a counter into {@link #value}; false where the guest's PMU has none such. */
  public boolean readCounter(int index) {
    int msr = pmu.counterMsr(index);
    value = msr == 0 ? 0 : pmu.read(msr);
    return msr != 0;
  }

  /** Writes an MSR; as {@link #read}. */
  public boolean write(int index, long newValue, boolean host) {
    if (host && vcpu.vm().xen().hostWritesPage(index)) {
      return vcpu.vm().xen().writePage(newValue, vcpu);
    }
    MsrAccess access = writeFamily(index, newValue, host);
    if (access != MsrAccess.UNSUPPORTED) {
      return access == MsrAccess.DONE;
    }
    return host && newValue == 0 && readsZero(index);
  }

  /** Takes over the MSRs that a save area holds. */
  void takeSaveArea(Msrs other) {
    pat = other.pat;
    star = other.star;
    lstar = other.lstar;
    cstar = other.cstar;
    syscallMask = other.syscallMask;
    kernelGsBase = other.kernelGsBase;
    sysenterCs = other.sysenterCs;
    sysenterEsp = other.sysenterEsp;
    sysenterEip = other.sysenterEip;
  }

  private boolean readsZero(int index) {
    Profile profile = vcpu.vm().profile();
    CpuModel model = vcpu.vm().cpuModel();
    return profile.advertisedMsrsReadZero()
        ? profile.msrAdvertised(model, index)
        : profile.msrToSave(model, index);
  }

  private MsrAccess readFamily(int index, boolean host) {
    if (PvMsrs.covers(index)) {
      return pv.read(index, this);
    }
    if (MceBanks.covers(index)) {
      return mce.read(index, host, this);
    }
    if (MtrrMsrs.covers(index)) {
      value = mtrr.read(index);
      return MsrAccess.DONE;
    }
    if (VmxMsrs.covers(index)) {
      return vmx.read(index, this);
    }
    if (HypervMsrs.covers(index)) {
      return hyperv.read(index, host, this);
    }
    if (pmu.has(index)) {
      value = pmu.read(index);
      return MsrAccess.DONE;
    }
    MsrAccess access = vendor.read(index, host, this);
    return access == MsrAccess.UNSUPPORTED ? readOwn(index, host) : access;
  }

  private MsrAccess writeFamily(int index, long data, boolean host) {
    if (PvMsrs.covers(index)) {
      return pv.write(index, data);
    }
    if (MceBanks.covers(index)) {
      return mce.write(index, data, host);
    }
    if (MtrrMsrs.covers(index)) {
      return mtrr.write(index, data);
    }
    if (VmxMsrs.covers(index)) {
      return vmx.write(index, data, host);
    }
    if (HypervMsrs.covers(index)) {
      return hyperv.write(index, data, host);
    }
    if (pmu.has(index)) {
      return pmu.write(index, data, host);
    }
    MsrAccess access = vendor.write(index, data, host);
    return access == MsrAccess.UNSUPPORTED ? writeOwn(index, data, host) : access;
  }

  private MsrAccess readOwn(int index, boolean host) {
    CpuState cpu = vcpu.cpu;
    switch (index) {
      case Msr.TSC -> value = vcpu.guestTsc();
      case Msr.APICBASE -> value = cpu.apicBase;
      case Msr.TSC_ADJUST -> value = tscAdjust;
      case Msr.UCODE_REV -> value = microcode;
      case Msr.MTRRCAP -> value = MtrrMsrs.MTRRCAP;
      case Msr.PAT -> value = pat;
      case Msr.SYSENTER_CS -> value = sysenterCs;
      case Msr.SYSENTER_ESP -> value = sysenterEsp;
      case Msr.SYSENTER_EIP -> value = sysenterEip;
      case Msr.EFER -> value = cpu.efer;
      case Msr.STAR -> value = star;
      case Msr.LSTAR -> value = lstar;
      case Msr.CSTAR -> value = cstar;
      case Msr.SYSCALL_MASK -> value = syscallMask;
      case Msr.FS_BASE -> value = cpu.segments[CpuState.FS].base;
      case Msr.GS_BASE -> value = cpu.segments[CpuState.GS].base;
      case Msr.KERNEL_GS_BASE -> value = kernelGsBase;
      case Msr.MISC_ENABLE -> value = miscEnable;
      case Msr.POWER_CTL -> value = powerCtl;
      case Msr.K7_HWCR -> value = hwcr;
      case Msr.BBL_CR_CTL3 -> value = 0xbe70_2111L;
      case Msr.K7_CLK_CTL -> value = 0x2000_0000L;
      case Msr.EBC_FREQUENCY_ID -> value = 1 << 24;
      case Msr.PERF_STATUS -> value = 1000L << 32 | 4;
      case Msr.TSC_DEADLINE -> value = vcpu.lapic == null ? 0 : vcpu.lapic.timer.tscDeadline();
      default -> {
        return readConditional(index, host);
      }
    }
    return MsrAccess.DONE;
  }

  /** MSRs that depend on who asks, or on the guest's CPUID. */
  private MsrAccess readConditional(int index, boolean host) {
    switch (index) {
      case Msr.TSC_AUX -> {
        value = tscAux;
        return MsrAccess.of(host || hasTscAux());
      }
      case Msr.SMBASE -> {
        value = vcpu.smbase;
        return MsrAccess.of(host);
      }
      case Msr.SMI_COUNT -> {
        value = vcpu.smiCount;
        return MsrAccess.DONE;
      }
      default -> {
        MsrAccess access = capabilities.read(index, host, this);
        return access == MsrAccess.UNSUPPORTED ? readRest(index) : access;
      }
    }
  }

  private MsrAccess readRest(int index) {
    value = 0;
    if (index >= Msr.X2APIC_FIRST && index <= Msr.X2APIC_LAST) {
      return readX2apic(index);
    }
    boolean ignored = PmuMsrs.ignoredWithoutCounter(index) || VendorMsrs.readsZero(index);
    return ignored ? MsrAccess.DONE : MsrAccess.UNSUPPORTED;
  }

  private MsrAccess readX2apic(int index) {
    if (vcpu.lapic == null || !vcpu.lapic.x2apic()) {
      return MsrAccess.REFUSED;
    }
    value = vcpu.lapic.readX2apic((index & 0xff) << 4);
    return MsrAccess.DONE;
  }

  private MsrAccess writeOwn(int index, long data, boolean host) {
    switch (index) {
      case Msr.TSC -> writeTsc(data, host);
      case Msr.TSC_ADJUST -> writeTscAdjust(data, host);
      case Msr.SYSENTER_CS -> sysenterCs = data & 0xffff_ffffL;
      case Msr.SYSENTER_ESP -> sysenterEsp = vcpu.canonicalized(data);
      case Msr.SYSENTER_EIP -> sysenterEip = vcpu.canonicalized(data);
      case Msr.STAR -> star = data;
      case Msr.SYSCALL_MASK -> syscallMask = data;
      case Msr.POWER_CTL -> powerCtl = data;
      case Msr.TSC_DEADLINE -> writeTscDeadline(data);
      case Msr.BBL_CR_CTL3, Msr.UCODE_WRITE -> {}
      case Msr.APICBASE -> {
        return MsrAccess.of(ControlRegisters.setApicBase(vcpu, data, host));
      }
      case Msr.EFER -> {
        return MsrAccess.of(writeEfer(data, host));
      }
      case Msr.LSTAR, Msr.CSTAR, Msr.FS_BASE, Msr.GS_BASE, Msr.KERNEL_GS_BASE -> {
        return MsrAccess.of(writeAddress(index, data));
      }
      default -> {
        return writeChecked(index, data, host);
      }
    }
    return MsrAccess.DONE;
  }

  private MsrAccess writeChecked(int index, long data, boolean host) {
    boolean accepted;
    switch (index) {
      case Msr.PAT -> {
        accepted = MtrrMsrs.validPat(data);
        pat = accepted ? data : pat;
      }
      case Msr.TSC_AUX -> {
        boolean wide = data >>> 32 != 0 && !vcpu.cpuid.amdCompatible();
        accepted = (host || hasTscAux()) && !wide;
        tscAux = accepted ? data & 0xffff_ffffL : tscAux;
      }
      case Msr.MISC_ENABLE -> accepted = writeMiscEnable(data, host);
      case Msr.UCODE_REV -> {
        microcode = host ? data : microcode;
        accepted = true;
      }
      case Msr.SMBASE -> {
        vcpu.smbase = host ? data : vcpu.smbase;
        accepted = host;
      }
      case Msr.SMI_COUNT -> {
        vcpu.smiCount = host ? data : vcpu.smiCount;
        accepted = host;
      }
      case Msr.K7_HWCR -> accepted = writeHwcr(data);
      case Msr.PRED_CMD -> accepted = (data & ~0x81L) == 0;
      case Msr.FLUSH_CMD -> accepted = (data & ~1L) == 0;
      default -> {
        MsrAccess access = capabilities.write(index, data, host);
        return access == MsrAccess.UNSUPPORTED ? writeRest(index, data) : access;
      }
    }
    return MsrAccess.of(accepted);
  }

  private MsrAccess writeRest(int index, long data) {
    if (index >= Msr.X2APIC_FIRST && index <= Msr.X2APIC_LAST) {
      boolean usable = vcpu.lapic != null && vcpu.lapic.x2apic();
      if (usable) {
        vcpu.lapic.writeX2apic((index & 0xff) << 4, data);
      }
      return MsrAccess.of(usable);
    }
    boolean ignored = PmuMsrs.ignoredWithoutCounter(index) || VendorMsrs.writeIgnored(index);
    return ignored ? MsrAccess.DONE : MsrAccess.UNSUPPORTED;
  }

  /** Without a LAPIC timer in TSC-deadline mode the register reads 0 and ignores writes. */
  private void writeTscDeadline(long data) {
    if (vcpu.lapic != null) {
      vcpu.lapic.timer.tscDeadline(data);
    }
  }

  private boolean hasTscAux() {
    return vcpu.cpuid.has(CpuFeature.RDTSCP) || vcpu.cpuid.has(CpuFeature.RDPID);
  }

  private void writeTsc(long data, boolean host) {
    if (host) {
      vcpu.tscOffset = vcpu.vm().tscSync().write(data, vcpu.scaledTsc(), vcpu.tscKhz, true);
    } else {
      long moved = data - vcpu.guestTsc();
      vcpu.tscOffset += moved;
      tscAdjust += moved;
    }
  }

  private void writeTscAdjust(long data, boolean host) {
    if (!vcpu.cpuid.has(CpuFeature.TSC_ADJUST)) {
      return;
    }
    if (!host) {
      vcpu.tscOffset += data - tscAdjust;
    }
    tscAdjust = data;
  }

  private boolean writeEfer(long data, boolean host) {
    CpuState cpu = vcpu.cpu;
    if ((data & ControlRegisters.reservedEfer(vcpu)) != 0) {
      return false;
    }
    boolean paging = (cpu.cr0 & CpuState.CR0_PG) != 0;
    boolean togglesLme = ((data ^ cpu.efer) & CpuState.EFER_LME) != 0;
    if (!host && (!ControlRegisters.guestMaySetEfer(vcpu, data) || paging && togglesLme)) {
      return false;
    }
    cpu.efer = data & ~CpuState.EFER_LMA | cpu.efer & CpuState.EFER_LMA;
    return true;
  }

  private boolean writeAddress(int index, long data) {
    if (vcpu.canonicalized(data) != data) {
      return false;
    }
    switch (index) {
      case Msr.LSTAR -> lstar = data;
      case Msr.CSTAR -> cstar = data;
      case Msr.FS_BASE -> vcpu.cpu.segments[CpuState.FS].base = data;
      case Msr.GS_BASE -> vcpu.cpu.segments[CpuState.GS].base = data;
      default -> kernelGsBase = data;
    }
    return true;
  }

  private boolean writeMiscEnable(long data, boolean host) {
    long readOnly = MISC_ENABLE_PEBS_UNAVAIL | MISC_ENABLE_BTS_UNAVAIL;
    if (!host && ((miscEnable ^ data) & readOnly) != 0) {
      return false;
    }
    boolean mwaitFollows = (vcpu.vm().disabledQuirks() & QUIRK_MISC_ENABLE_NO_MWAIT) != 0;
    boolean togglesMwait = ((miscEnable ^ data) & MISC_ENABLE_MWAIT) != 0;
    if (mwaitFollows && togglesMwait && !vcpu.cpuid.has(CpuFeature.XMM3)) {
      return false;
    }
    miscEnable = host ? data : data & ~MISC_ENABLE_EMON | miscEnable & MISC_ENABLE_EMON;
    return true;
  }

  /** Some bits are dropped, McStatusWrEn and TscFreqSel are kept, all others refused. */
  private boolean writeHwcr(long data) {
    long kept = data & ~0x148L;
    if ((kept & ~(1L << 18 | 1L << 24)) != 0) {
      return false;
    }
    hwcr = kept;
    return true;
  }
}
