package seamtape.sim.tdx;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;

/** A trust domain: what the module keeps in TDR and TDCS. */
public final class Td {
  /** TDCS pages without L2 VMs: the least with which a TD can be used. */
  static final int MIN_TDCX = 6;

  /** With three L2 VMs. */
  static final int MAX_TDCX = 9;

  private static final int SEPT_ROOT = 3;

  public static final long ATTRIBUTE_DEBUG = 1;
  public static final long ATTRIBUTE_SEPT_VE_DISABLE = 1L << 28;
  public static final long ATTRIBUTE_MIGRATABLE = 1L << 29;
  public static final long ATTRIBUTE_PERFMON = 1L << 63;
  public static final long CONFIG_GPAW = 1;
  public static final long CONFIG_FLEXIBLE_PENDING_VE = 2;
  public static final long CONFIG_NO_RBP_MOD = 4;

  public final long tdr;
  public final int keyId;
  public TdLifecycleState lifecycle = TdLifecycleState.TD_HKID_ASSIGNED;

  /** After a machine check, of which a workload can make none: tests set it. */
  public boolean fatal;

  /** Bit p set once KEY.CONFIG has run on package p. */
  long packagesConfigured;

  /** Pages of the TD besides TDR. */
  long childCount;

  final long[] tdcx = new long[MAX_TDCX];
  int numTdcx;

  /** The PAMT lock of TDR. */
  public final ModuleLock lock = new ModuleLock();

  /** The lock of OP_STATE, which stands for TDCS. */
  public final ModuleLock tdcsLock = new ModuleLock();

  public final ModuleLock rtmrLock = new ModuleLock();
  public final ModuleLock epochLock = new ModuleLock();

  public TdOpState opState = TdOpState.UNINITIALIZED;
  public int numVcpus;
  int numAssocVcpus;
  final List<TdVcpu> vcpus = new ArrayList<>();

  /** From TD_PARAMS; see {@link TdParams}. */
  public TdParams params = TdParams.NONE;

  /** CPUID as its vCPUs see it. */
  public TdCpuid cpuid = new TdCpuid();

  /** TD_CTLS: bit 0 PENDING_VE_DISABLE. */
  public long controls;

  /** NOTIFY_ENABLES: bit 0 zero-step notification. */
  public long notifyEnables;

  /** Random; part of what identifies the TD to service TDs. */
  final long[] uuid = new long[4];

  long epoch = 1;
  final int[] refCount = new int[2];
  SecureEpt sept;

  /** MRTD and the RTMRs. */
  public final Measurement measurement = new Measurement();

  /** The host's EPT for shared addresses; null until the host has one. */
  public SharedEpt shared;

  final FieldValues fields = new FieldValues();
  private long tscMultiplier;
  private long tscOffset;

  Td(long tdr, int keyId) {
    this.tdr = tdr;
    this.keyId = keyId;
  }

  /** Null before MNG.INIT. */
  public SecureEpt sept() {
    return sept;
  }

  /** What TDH.MNG.INIT does once TD_PARAMS is accepted. */
  void initialize(TdParams accepted, TdCpuid computed, Pamt pamt) {
    params = accepted;
    cpuid = computed;
    controls = (accepted.attributes() & ATTRIBUTE_SEPT_VE_DISABLE) != 0 ? 1 : 0;
    sept = new SecureEpt(pamt, tdcx[SEPT_ROOT], accepted.eptLevels());
    opState = TdOpState.INITIALIZED;
  }

  /** The TDCS page that is the root of the secure EPT. */
  long septRoot() {
    return tdcx[SEPT_ROOT];
  }

  /** The virtual TSC starts at 0 when the TD is initialized. */
  void startTsc(long hostTsc, int hostKhz) {
    tscMultiplier = tscMultiplier(hostKhz);
    tscOffset = -scaled(hostTsc);
  }

  long tscOffset() {
    return tscOffset;
  }

  /** What the guest reads while the host's TSC is at a value. */
  public long virtualTsc(long hostTsc) {
    return scaled(hostTsc) + tscOffset;
  }

  private long scaled(long hostTsc) {
    return Math.multiplyHigh(hostTsc, tscMultiplier) << 16 | hostTsc * tscMultiplier >>> 48;
  }

  /** Virtual TSC ticks per tick of the host's, with 48 fraction bits. */
  public long tscMultiplier(int hostKhz) {
    long khz = params.tscFrequency() * 25_000L;
    long upper = (khz % hostKhz << 24) / hostKhz;
    long lower = ((khz % hostKhz << 24) % hostKhz << 24) / hostKhz;
    return khz / hostKhz << 48 | upper << 24 | lower;
  }

  /** In the order of VP.CREATE. */
  public List<TdVcpu> vcpus() {
    return vcpus;
  }

  public long epoch() {
    return epoch;
  }

  public int numTdcx() {
    return numTdcx;
  }

  public long childCount() {
    return childCount;
  }

  public long attributes() {
    return params.attributes();
  }

  public boolean debug() {
    return (params.attributes() & ATTRIBUTE_DEBUG) != 0;
  }

  /** Width of a guest physical address, the shared bit included: 48 or 52. */
  public int gpaWidth() {
    return (params.configFlags() & CONFIG_GPAW) != 0 ? 52 : 48;
  }

  /** The address bit that makes a guest physical address shared. */
  public long sharedBit() {
    return 1L << (gpaWidth() - 1);
  }

  public boolean isPrivate(long gpa) {
    return gpa >>> (gpaWidth() - 1) == 0;
  }

  /**
   * True when no vCPU can still use a translation that was blocked at an epoch: TRACK has been
   * called since, and all have left the epochs before.
   */
  boolean tracked(long bepoch) {
    return bepoch < epoch && (bepoch != epoch - 1 || refCount[(int) (epoch - 1) & 1] == 0);
  }
}
