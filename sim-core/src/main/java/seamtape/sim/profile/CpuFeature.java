package seamtape.sim.profile;

/** CPUID feature bits that rules of KVM ask for, by their names in the kernel (X86_FEATURE_*). */
public enum CpuFeature {
  XMM3(1, 0, 2, 0),
  DTES64(1, 0, 2, 2),
  MWAIT(1, 0, 2, 3),
  VMX(1, 0, 2, 5),
  PDCM(1, 0, 2, 15),
  PCID(1, 0, 2, 17),
  X2APIC(1, 0, 2, 21),
  XSAVE(1, 0, 2, 26),
  DS(1, 0, 3, 21),
  FSGSBASE(7, 0, 1, 0),
  TSC_ADJUST(7, 0, 1, 1),
  SGX(7, 0, 1, 2),
  SMEP(7, 0, 1, 7),
  MPX(7, 0, 1, 14),
  SMAP(7, 0, 1, 20),
  UMIP(7, 0, 2, 2),
  PKU(7, 0, 2, 3),
  WAITPKG(7, 0, 2, 5),
  SHSTK(7, 0, 2, 7),
  LA57(7, 0, 2, 16),
  RDPID(7, 0, 2, 22),
  SGX_LC(7, 0, 2, 30),
  IBT(7, 0, 3, 20),
  SPEC_CTRL(7, 0, 3, 26),
  INTEL_STIBP(7, 0, 3, 27),
  FLUSH_L1D(7, 0, 3, 28),
  ARCH_CAPABILITIES(7, 0, 3, 29),
  SPEC_CTRL_SSBD(7, 0, 3, 31),
  LAM(7, 1, 0, 26),
  XSAVEC(0xd, 1, 0, 1),
  XSAVES(0xd, 1, 0, 3),
  XFD(0xd, 1, 0, 4),
  SVM(0x8000_0001, 0, 2, 2),
  OSVW(0x8000_0001, 0, 2, 9),
  PERFCTR_CORE(0x8000_0001, 0, 2, 23),
  NX(0x8000_0001, 0, 3, 20),
  FXSR_OPT(0x8000_0001, 0, 3, 25),
  RDTSCP(0x8000_0001, 0, 3, 27),
  LM(0x8000_0001, 0, 3, 29),
  AMD_IBPB(0x8000_0008, 0, 1, 12),
  AMD_IBRS(0x8000_0008, 0, 1, 14),
  AMD_STIBP(0x8000_0008, 0, 1, 15),
  AMD_SSBD(0x8000_0008, 0, 1, 24),
  VIRT_SSBD(0x8000_0008, 0, 1, 25),
  TSCRATEMSR(0x8000_000a, 0, 3, 4),
  AUTOIBRS(0x8000_0021, 0, 0, 8);

  private final int leaf;
  private final int subleaf;
  private final int register;
  private final int bit;

  /**
   * @param register 0 to 3: eax, ebx, ecx, edx
   */
  CpuFeature(int leaf, int subleaf, int register, int bit) {
    this.leaf = leaf;
    this.subleaf = subleaf;
    this.register = register;
    this.bit = bit;
  }

  public int leaf() {
    return leaf;
  }

  public int subleaf() {
    return subleaf;
  }

  /** 0 to 3: eax, ebx, ecx, edx. */
  public int register() {
    return register;
  }

  public int bit() {
    return bit;
  }
}
