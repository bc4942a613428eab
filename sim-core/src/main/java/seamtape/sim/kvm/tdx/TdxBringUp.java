package seamtape.sim.kvm.tdx;

import static seamtape.sim.marshal.CallShape.PLAIN;
import static seamtape.sim.marshal.CallShape.RET;

import java.util.List;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.kvm.tdx.TdxSysInfo.CpuidConfig;
import seamtape.sim.marshal.Gpr;

/**
 * Bring-up of the module as Linux 7.3 does it: SYS.INIT, SYS.LP.INIT on every CPU, the metadata,
 * SYS.CONFIG with the TDMRs, SYS.KEY.CONFIG on every package, SYS.TDMR.INIT until all is done; then
 * KVM's own look at what the module can. Any failure leaves the host without TDX.
 */
final class TdxBringUp {
  private static final long MINOR_VERSION = 0x0800_0001_0000_0003L;
  private static final long MAJOR_VERSION = 0x0800_0001_0000_0004L;
  private static final long UPDATE_VERSION = 0x0800_0001_0000_0005L;
  private static final long TDX_FEATURES0 = 0x0a00_0003_0000_0008L;
  private static final long MAX_TDMRS = 0x9100_0001_0000_0008L;
  private static final long MAX_RESERVED_PER_TDMR = 0x9100_0001_0000_0009L;
  private static final long PAMT_4K_ENTRY_SIZE = 0x9100_0001_0000_0010L;
  private static final long PAMT_2M_ENTRY_SIZE = 0x9100_0001_0000_0011L;
  private static final long PAMT_1G_ENTRY_SIZE = 0x9100_0001_0000_0012L;
  private static final long TDR_BASE_SIZE = 0x9800_0001_0000_0000L;
  private static final long TDCS_BASE_SIZE = 0x9800_0001_0000_0100L;
  private static final long TDVPS_BASE_SIZE = 0x9800_0001_0000_0200L;
  private static final long ATTRIBUTES_FIXED0 = 0x1900_0003_0000_0000L;
  private static final long ATTRIBUTES_FIXED1 = 0x1900_0003_0000_0001L;
  private static final long XFAM_FIXED0 = 0x1900_0003_0000_0002L;
  private static final long XFAM_FIXED1 = 0x1900_0003_0000_0003L;
  private static final long NUM_CPUID_CONFIG = 0x9900_0001_0000_0004L;
  private static final long MAX_VCPUS_PER_TD = 0x9900_0001_0000_0008L;
  private static final long CPUID_CONFIG_LEAVES = 0x9900_0003_0000_0400L;
  private static final long CPUID_CONFIG_VALUES = 0x9900_0003_0000_0500L;

  /** Bits of TDX_FEATURES0. */
  private static final long FEATURE_NO_RBP_MOD = 1L << 18;

  private static final long FEATURE_TOPOLOGY_ENUM = 1L << 20;

  /** The kernel reserves room for so many configurable CPUID leaves. */
  private static final int MAX_CPUID_CONFIG = 128;

  private final TdxHost host;
  private final SeamcallChannel seamcalls;
  private boolean failed;

  TdxBringUp(TdxHost host) {
    this.host = host;
    this.seamcalls = host.seamcalls;
  }

  /** Null where the host stays without TDX. */
  TdxSysInfo run() {
    if (!initializeModule()) {
      return null;
    }
    TdxSysInfo info = readMetadata();
    return !failed && configure() && kvmCanUse(info) ? info : null;
  }

  private boolean ok(long status) {
    return status == TdxStatus.TDX_SUCCESS.value();
  }

  private long call(int lp, Seamcall leaf, long rcx, long rdx, long r8) {
    return seamcalls.call(lp, leaf, PLAIN, rcx, rdx, r8, 0);
  }

  /** try_init_module_global, then tdx_cpu_enable on every CPU. */
  private boolean initializeModule() {
    if (!ok(call(0, Seamcall.TDH_SYS_INIT, 0, 0, 0))) {
      return false;
    }
    for (int lp = 0; lp < host.module.platform().lps(); lp++) {
      if (!ok(call(lp, Seamcall.TDH_SYS_LP_INIT, 0, 0, 0))) {
        return false;
      }
    }
    return true;
  }

  private long read(long field) {
    if (failed) {
      return 0;
    }
    failed = !ok(seamcalls.call(0, Seamcall.TDH_SYS_RD, RET, 0, field));
    return failed ? 0 : seamcalls.results().get(Gpr.R8);
  }

  /** get_tdx_sys_info; stops at the first field that cannot be read. */
  private TdxSysInfo readMetadata() {
    read(MINOR_VERSION);
    read(MAJOR_VERSION);
    read(UPDATE_VERSION);
    long features0 = read(TDX_FEATURES0);
    read(MAX_TDMRS);
    read(MAX_RESERVED_PER_TDMR);
    read(PAMT_4K_ENTRY_SIZE);
    read(PAMT_2M_ENTRY_SIZE);
    read(PAMT_1G_ENTRY_SIZE);
    read(TDR_BASE_SIZE);
    int tdcs = (int) read(TDCS_BASE_SIZE) / PhysicalPages.SIZE;
    int tdvps = (int) read(TDVPS_BASE_SIZE) / PhysicalPages.SIZE;
    long attributes0 = read(ATTRIBUTES_FIXED0);
    long attributes1 = read(ATTRIBUTES_FIXED1);
    long xfam0 = read(XFAM_FIXED0);
    long xfam1 = read(XFAM_FIXED1);
    int configs = (int) Math.min(read(NUM_CPUID_CONFIG), MAX_CPUID_CONFIG);
    int maxVcpus = (int) read(MAX_VCPUS_PER_TD);
    CpuidConfig[] cpuid = new CpuidConfig[configs];
    for (int i = 0; i < configs; i++) {
      cpuid[i] = readCpuidConfig(i);
    }
    return new TdxSysInfo(
        features0, tdcs, tdvps, attributes0, attributes1, xfam0, xfam1, maxVcpus, cpuid);
  }

  private CpuidConfig readCpuidConfig(int index) {
    long leaf = read(CPUID_CONFIG_LEAVES + index);
    long low = read(CPUID_CONFIG_VALUES + index * 2L);
    long high = read(CPUID_CONFIG_VALUES + index * 2L + 1);
    return new CpuidConfig(
        (int) leaf,
        (int) (leaf >>> 32),
        (int) low,
        (int) (low >>> 32),
        (int) high,
        (int) (high >>> 32));
  }

  /** config_tdx_module, config_global_keyid, init_tdmrs. */
  private boolean configure() {
    List<TdmrInfo> tdmrs = TdmrInfo.construct(host);
    long pointers = TdmrInfo.store(tdmrs, host);
    boolean configured =
        ok(call(0, Seamcall.TDH_SYS_CONFIG, pointers, tdmrs.size(), host.globalKeyId()));
    for (int package_ = 0; configured && package_ < host.module.platform().packages(); package_++) {
      int lp = package_ * host.module.platform().lpsPerPackage();
      configured = ok(call(lp, Seamcall.TDH_SYS_KEY_CONFIG, 0, 0, 0));
    }
    for (TdmrInfo tdmr : tdmrs) {
      configured = configured && initialize(tdmr);
    }
    return configured;
  }

  /** init_tdmr: a call covers only a part. */
  private boolean initialize(TdmrInfo tdmr) {
    long next;
    do {
      if (!ok(seamcalls.call(0, Seamcall.TDH_SYS_TDMR_INIT, RET, tdmr.base(), 0))) {
        return false;
      }
      next = seamcalls.results().get(Gpr.RDX);
    } while (next < tdmr.base() + tdmr.size());
    return true;
  }

  /** __tdx_bringup of kvm_intel: features without which it declines to run TDs. */
  private static boolean kvmCanUse(TdxSysInfo info) {
    long needed = FEATURE_NO_RBP_MOD | FEATURE_TOPOLOGY_ENUM;
    return (info.features0() & needed) == needed && info.maxVcpusPerTd() > 0;
  }
}
