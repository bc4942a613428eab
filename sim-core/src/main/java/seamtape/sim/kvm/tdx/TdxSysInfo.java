package seamtape.sim.kvm.tdx;

/**
 * struct tdx_sys_info: what the kernel has read of the module's global metadata.
 *
 * @param tdcsPages pages of TDCS
 * @param tdvpsPages pages of TDVPS: TDVPR and its TDCX
 * @param cpuidConfig what a VMM may configure, in the module's order
 */
record TdxSysInfo(
    long features0,
    int tdcsPages,
    int tdvpsPages,
    long attributesFixed0,
    long attributesFixed1,
    long xfamFixed0,
    long xfamFixed1,
    int maxVcpusPerTd,
    CpuidConfig[] cpuidConfig) {
  /** A CPUID leaf whose bits a VMM may configure. */
  record CpuidConfig(int leaf, int subleaf, int eax, int ebx, int ecx, int edx) {
    /** Subleaf of a leaf that has none. */
    static final int NO_SUBLEAF = -1;

    boolean hasSubleaf() {
      return subleaf != NO_SUBLEAF;
    }
  }
}
