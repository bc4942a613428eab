package seamtape.sim.tdx;

import seamtape.catalog.Seamcall;

/** Builds of the TDX module that a machine can have, as data. */
public enum TdxModuleVersion {
  /** SEAMCALL fails with VMfailInvalid. */
  NONE("none", 0, 0, 0L, false),
  V1_0("1.0", 0, 20230427, 0L, false),
  V1_5_01("1.5.01", 5, 20230928, Features.OF_1_5_01, false),
  /** 1.5.01 with what Linux 7.3's KVM needs: VP.INIT version 1, FEATURES0 bit 20, vCPU limit. */
  V1_5("1.5", 5, 20240725, Features.OF_1_5_01 | Features.TOPOLOGY_ENUM, true);

  /** Bits of TDX_FEATURES0. */
  static final class Features {
    static final long OF_1_5_01 = 0xf_0fbfL;
    static final long TOPOLOGY_ENUM = 1 << 20;

    private Features() {}
  }

  private final String label;
  private final int minor;
  private final int buildDate;
  private final long features0;
  private final boolean vpInitVersion1;

  TdxModuleVersion(String label, int minor, int buildDate, long features0, boolean vpInitVersion1) {
    this.label = label;
    this.minor = minor;
    this.buildDate = buildDate;
    this.features0 = features0;
    this.vpInitVersion1 = vpInitVersion1;
  }

  /**
   * The version that {@code machine: {tdx_module: …}} names.
   *
   * @throws IllegalArgumentException for a name that is none of them
   */
  public static TdxModuleVersion of(String label) {
    for (TdxModuleVersion version : values()) {
      if (version.label.equals(label)) {
        return version;
      }
    }
    throw new IllegalArgumentException("no TDX module " + label + ": use none, 1.0, 1.5.01 or 1.5");
  }

  public String label() {
    return label;
  }

  public int major() {
    return 1;
  }

  public int minor() {
    return minor;
  }

  /** BCD, yyyymmdd as decimal digits. */
  public int buildDate() {
    return Integer.parseInt(Integer.toString(buildDate), 16);
  }

  public long features0() {
    return features0;
  }

  public boolean vpInitVersion1() {
    return vpInitVersion1;
  }

  /** True for 1.5.01 and later: metadata reads of the module, migration leaves, TD partitioning. */
  public boolean is15() {
    return minor >= 5;
  }

  /** True when this build dispatches the leaf at all. */
  public boolean has(Seamcall leaf) {
    return switch (leaf.since()) {
      case "1.0" -> this != NONE;
      case "1.5" -> is15();
      default -> false;
    };
  }
}
