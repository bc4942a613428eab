package seamtape.sim.kvm.vcpu;

import java.nio.ByteBuffer;

/** The machine check architecture of one vCPU: MCG_* and the banks. */
final class MceBanks {
  static final int MAX_BANKS = 32;
  static final long MCG_CTL_P = 1 << 8;
  static final long MCG_CMCI_P = 1 << 10;
  static final long MCG_SER_P = 1 << 24;
  static final long MCG_LMCE_P = 1 << 27;

  private static final long MCG_STATUS_MCIP = 1 << 2;
  private static final long STATUS_VAL = 1L << 63;
  private static final long STATUS_OVER = 1L << 62;
  private static final long STATUS_UC = 1L << 61;
  private static final long STATUS_PCC = 1L << 57;
  private static final long STATUS_S = 1L << 56;
  private static final long STATUS_AR = 1L << 55;
  private static final long HWCR_MC_STATUS_WR_EN = 1 << 18;

  /** CMCI_EN and the threshold. */
  private static final long CTL2_BITS = 1 << 30 | 0x7fff;

  private static final int MC_VECTOR = 18;

  private final Vcpu vcpu;
  private long cap = MAX_BANKS;
  private long status;
  private long ctl;

  /** CTL, STATUS, ADDR, MISC of each bank. */
  private final long[] banks = new long[4 * MAX_BANKS];

  private final long[] ctl2 = new long[MAX_BANKS];

  MceBanks(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  /** What KVM_X86_GET_MCE_CAP_SUPPORTED answers; VMX adds CMCI and local machine checks. */
  static long supported(boolean intel) {
    long common = MCG_CTL_P | MCG_SER_P;
    return intel ? common | MCG_CMCI_P | MCG_LMCE_P : common;
  }

  long capability() {
    return cap;
  }

  private int bankCount() {
    return (int) (cap & 0xff);
  }

  /** KVM_X86_SETUP_MCE: false for a bad number of banks or unsupported bits. */
  boolean setup(long value, boolean intel) {
    int count = (int) (value & 0xff);
    if (count == 0 || count > MAX_BANKS || (value & ~(supported(intel) | 0xff00ffL)) != 0) {
      return false;
    }
    cap = value;
    if ((cap & MCG_CTL_P) != 0) {
      ctl = -1;
    }
    for (int bank = 0; bank < count; bank++) {
      banks[4 * bank] = -1;
      ctl2[bank] = 0;
    }
    return true;
  }

  static boolean covers(int index) {
    return index >= Msr.MC0_CTL && index < Msr.MC0_CTL + 4 * MAX_BANKS
        || index >= Msr.MC0_CTL2 && index < Msr.MC0_CTL2 + MAX_BANKS
        || index >= Msr.MCG_CAP && index <= Msr.MCG_CTL
        || index == Msr.P5_MC_ADDR
        || index == Msr.P5_MC_TYPE;
  }

  MsrAccess read(int index, boolean host, Msrs result) {
    boolean optional = index == Msr.MCG_CTL && (cap & MCG_CTL_P) == 0;
    result.value =
        switch (index) {
          case Msr.P5_MC_ADDR, Msr.P5_MC_TYPE -> 0;
          case Msr.MCG_CAP -> cap;
          case Msr.MCG_STATUS -> status;
          case Msr.MCG_CTL -> ctl;
          default -> 0;
        };
    if (index >= Msr.MC0_CTL) {
      int offset = index - Msr.MC0_CTL;
      result.value = banks[offset];
      return MsrAccess.of(offset < 4 * bankCount());
    }
    if (index >= Msr.MC0_CTL2) {
      int bank = index - Msr.MC0_CTL2;
      result.value = ctl2[bank];
      optional = (cap & MCG_CMCI_P) == 0;
      return MsrAccess.of(bank < bankCount() && (!optional || host));
    }
    return MsrAccess.of(!optional || host);
  }

  MsrAccess write(int index, long value, boolean host) {
    if (index >= Msr.MC0_CTL) {
      return MsrAccess.of(writeBank(index - Msr.MC0_CTL, value, host));
    }
    if (index >= Msr.MC0_CTL2) {
      return MsrAccess.of(writeCtl2(index - Msr.MC0_CTL2, value, host));
    }
    switch (index) {
      case Msr.MCG_STATUS -> status = value;
      case Msr.MCG_CTL -> {
        boolean absent = (cap & MCG_CTL_P) == 0 && (value != 0 || !host);
        if (absent || value != 0 && value != -1) {
          return MsrAccess.REFUSED;
        }
        ctl = value;
      }
      default -> {
        return MsrAccess.UNSUPPORTED;
      }
    }
    return MsrAccess.DONE;
  }

  /** CTL takes all ones (bits 0 and 10 may be clear) or 0; the guest only clears STATUS. */
  private boolean writeBank(int offset, long value, boolean host) {
    boolean control = (offset & 3) == 0;
    boolean allOnes = (value | 1 << 10 | 1) == -1;
    boolean statusRegister = (offset & 3) == 1;
    boolean mayWriteStatus = host || value == 0 || (vcpu.msrs.hwcr & HWCR_MC_STATUS_WR_EN) != 0;
    if (offset >= 4 * bankCount()
        || control && value != 0 && !allOnes
        || statusRegister && !mayWriteStatus) {
      return false;
    }
    banks[offset] = value;
    return true;
  }

  private boolean writeCtl2(int bank, long value, boolean host) {
    boolean absent = (cap & MCG_CMCI_P) == 0 && (value != 0 || !host);
    if (bank >= bankCount() || absent || (value & ~CTL2_BITS) != 0) {
      return false;
    }
    ctl2[bank] = value;
    return true;
  }

  /**
   * KVM_X86_SET_MCE.
   *
   * @param event struct kvm_x86_mce
   * @return false for a bank out of range or a status that is not valid
   */
  boolean inject(ByteBuffer event) {
    long newStatus = event.getLong(0);
    int bank = Bytes.u8(event, 32);
    if (bank >= bankCount() || (newStatus & STATUS_VAL) == 0) {
      return false;
    }
    boolean uncorrected = (newStatus & STATUS_UC) != 0;
    long mcgStatus = event.getLong(24);
    boolean noAction = (newStatus & (STATUS_PCC | STATUS_S | STATUS_AR)) == 0 && mcgStatus == 0;
    int at = 4 * bank;
    if (uncorrected && noAction) {
      store(at, event, newStatus);
      return true;
    }
    boolean reportingOff = (cap & MCG_CTL_P) != 0 && ctl != -1 || banks[at] != -1;
    if (uncorrected && reportingOff) {
      return true;
    }
    boolean earlier = (banks[at + 1] & STATUS_VAL) != 0;
    long merged = earlier ? newStatus | STATUS_OVER : newStatus;
    if (uncorrected) {
      raise(at, event, merged, mcgStatus);
    } else if (!earlier || (banks[at + 1] & STATUS_UC) == 0) {
      store(at, event, merged);
    } else {
      banks[at + 1] |= STATUS_OVER;
    }
    return true;
  }

  private void raise(int at, ByteBuffer event, long merged, long mcgStatus) {
    boolean machineChecksOff = (vcpu.cpu.cr4 & 1 << 6) == 0;
    if ((status & MCG_STATUS_MCIP) != 0 || machineChecksOff) {
      vcpu.tripleFaultPending = true;
      return;
    }
    store(at, event, merged);
    status = mcgStatus;
    vcpu.queueException(MC_VECTOR, false, 0);
  }

  private void store(int at, ByteBuffer event, long newStatus) {
    banks[at + 1] = newStatus;
    banks[at + 2] = event.getLong(8);
    banks[at + 3] = event.getLong(16);
  }
}
