package seamtape.sim.tdx;

import java.util.List;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.FeatureMsrs;

/**
 * What the module finds on its machine.
 *
 * @param packages CPU packages; keys are configured on each
 * @param lpsPerPackage logical processors; numbered package by package
 * @param sharedKeyIds MKTME key ids beyond 0, from IA32_MKTME_KEYID_PARTITIONING bits 31:0
 * @param privateKeyIds TDX key ids that follow them, bits 63:32
 * @param cmrs convertible memory ranges, ascending
 */
public record TdxPlatform(
    int packages, int lpsPerPackage, int sharedKeyIds, int privateKeyIds, List<MemoryRange> cmrs) {
  /** Width of a physical address; the key id is in its upper bits. */
  public static final int PHYSICAL_BITS = 52;

  /** The key id starts at this bit of a physical address. */
  public static final int KEY_ID_SHIFT = 46;

  private static final long GIB = 1L << 30;

  /** A range of physical addresses. */
  public record MemoryRange(long base, long size) {
    public long end() {
      return base + size;
    }

    public boolean contains(long address, long length) {
      return address >= base && length <= size && address - base <= size - length;
    }
  }

  public TdxPlatform {
    cmrs = List.copyOf(cmrs);
  }

  /** IA32_ARCH_CAPABILITIES as TDs read it: the processor's. */
  static long archCapabilities(CpuModel cpu) {
    return FeatureMsrs.value(0x10a, cpu);
  }

  /**
   * The model machine: one package of 8 logical processors, 31 shared and 32 private key ids, and 2
   * GiB of convertible memory in two ranges, which need two TDMRs.
   */
  public static TdxPlatform model() {
    return new TdxPlatform(
        1,
        8,
        31,
        32,
        List.of(new MemoryRange(0x10_0000, GIB - 0x10_0000), new MemoryRange(4 * GIB, GIB)));
  }

  public int lps() {
    return packages * lpsPerPackage;
  }

  public int packageOf(int lp) {
    return lp / lpsPerPackage;
  }

  public int firstPrivateKeyId() {
    return sharedKeyIds + 1;
  }

  public boolean isPrivateKeyId(int id) {
    return id >= firstPrivateKeyId() && id < firstPrivateKeyId() + privateKeyIds;
  }

  /** Bit p set for every package. */
  long allPackages() {
    return packages == 64 ? -1L : (1L << packages) - 1;
  }
}
