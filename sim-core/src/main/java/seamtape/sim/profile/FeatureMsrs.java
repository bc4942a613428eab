package seamtape.sim.profile;

/** The feature MSRs: what KVM_GET_MSRS answers on the system fd, and new vCPUs start with. */
public final class FeatureMsrs {
  public static final long PLATFORM_INFO_CPUID_FAULT = 1L << 31;

  /** Full-width counter writes. */
  public static final long PERF_CAP_FW_WRITES = 0x2000;

  private FeatureMsrs() {}

  /** The value of an MSR of {@link Profile#msrFeatureList}; 0 for others. */
  public static long value(int index, CpuModel model) {
    boolean intel = model.intel();
    return switch (index) {
      case 0x8b -> intel ? 0x2b00_0590_0000_0000L : 0x0a00_11d1L;
      case 0xce -> PLATFORM_INFO_CPUID_FAULT;
      case 0x10a -> intel ? 0x0d10_e17bL : 0x0800_0061L;
      case 0x345 -> intel ? PERF_CAP_FW_WRITES : 0;
      case 0xc001_1029 -> intel ? 0 : 2;
      default -> intel ? vmx(index) : 0;
    };
  }

  /** IA32_VMX_BASIC to IA32_VMX_VMFUNC of nested virtualization; recalled, not measured. */
  private static long vmx(int index) {
    return switch (index) {
      case 0x480 -> 0x00d8_1000_11e5_7ed0L;
      case 0x481, 0x48d -> 0x0000_00ff_0000_0016L;
      case 0x482 -> 0xfff9_fffe_0401_e172L;
      case 0x483 -> 0x01ff_ffff_0003_6dffL;
      case 0x484 -> 0x0003_ffff_0000_11ffL;
      case 0x485 -> 0x2000_0065L;
      case 0x486 -> 0x8000_0021L;
      case 0x487 -> 0xffff_ffffL;
      case 0x488 -> 0x2000;
      case 0x489 -> 0x01f7_2fff;
      case 0x48a -> 0x2e;
      case 0x48b -> 0x0055_3cfe_0000_0000L;
      case 0x48c -> 0x0000_0f01_0673_4141L;
      case 0x48e -> 0xfff9_fffe_0400_6172L;
      case 0x48f -> 0x01ff_ffff_0003_6dfbL;
      case 0x490 -> 0x0003_ffff_0000_11fbL;
      case 0x491 -> 1;
      default -> 0;
    };
  }
}
