package seamtape.sim.tdx;

/**
 * TD_PARAMS as TDH.MNG.INIT accepted them.
 *
 * @param maxVcpus limit of VP.INIT
 * @param numL2Vms L2 VMs of TD partitioning
 * @param eptpControls memory type (2:0) and levels - 1 (5:3)
 * @param tscFrequency in units of 25 MHz
 * @param mrConfigId 48 bytes, as are mrOwner and mrOwnerConfig
 * @param cpuid the configured CPUID values: eax, ebx, ecx, edx of each entry of the list
 */
public record TdParams(
    long attributes,
    long xfam,
    int maxVcpus,
    int numL2Vms,
    long eptpControls,
    long configFlags,
    int tscFrequency,
    byte[] mrConfigId,
    byte[] mrOwner,
    byte[] mrOwnerConfig,
    int[] cpuid) {
  /** Of a TD before MNG.INIT. */
  static final TdParams NONE =
      new TdParams(0, 0, 0, 0, 0, 0, 0, new byte[48], new byte[48], new byte[48], new int[0]);

  int eptLevels() {
    return (int) (eptpControls >>> 3 & 7) + 1;
  }
}
