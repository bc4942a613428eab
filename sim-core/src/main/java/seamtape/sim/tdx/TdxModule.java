package seamtape.sim.tdx;

import static seamtape.catalog.TdxOperand.RAX;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_SEAMCALL_UD;
import static seamtape.catalog.TdxStatus.TDX_SEAMCALL_VMFAILINVALID;
import static seamtape.catalog.TdxStatus.TDX_SYS_NOT_READY;
import static seamtape.catalog.TdxStatus.TDX_SYS_SHUTDOWN;

import java.util.List;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.CpuModel;

/**
 * The TDX module of a machine. {@link #seamcall} is the instruction; the rest are views of the
 * module's state for the guest's side, for tests and for inspection.
 */
public final class TdxModule {
  /** Where the module is in its life. */
  public enum State {
    SYSINIT_PENDING,
    SYSINIT_DONE,
    SYSCONFIG_DONE,
    READY,
    SHUTDOWN
  }

  private static final long INVALID_RAX = TDX_OPERAND_INVALID.with(RAX);

  /** SYS.KEY.CONFIG, INFO, INIT, RD, LP.INIT, RDALL, LP.SHUTDOWN, CONFIG, UPDATE. */
  private static final long BEFORE_READY =
      1L << 31 | 1L << 32 | 1L << 33 | 1L << 34 | 1L << 35 | 1L << 37 | 1L << 44 | 1L << 45
          | 1L << 53;

  private static final int LP_SHUTDOWN = 44;

  final TdxModuleVersion version;
  final TdxPlatform platform;
  final CpuModel cpu;
  final PhysicalMemory memory;
  final Pamt pamt = new Pamt();
  final KeyIds keyIds;
  final Entropy entropy;
  private final TdGuest guest;
  final Metadata metadata;
  private final TdReport reports;

  State state = State.SYSINIT_PENDING;
  List<Tdmr> tdmrs = List.of();
  int globalKeyId;

  /** Module-wide lock of the SYS leaves. */
  public final ModuleLock lock = new ModuleLock();

  /** Of the SEAMCALL being served. */
  Registers current;

  private final LeafTable leaves;
  final LogicalProcessors lps;
  private boolean interruptPending;

  /**
   * @param memory the host's; the module reads and writes it at host physical addresses
   * @param seed of what the module draws at random
   * @param guest runs vCPUs once TDH.VP.ENTER has let them in
   */
  public TdxModule(
      TdxModuleVersion version,
      TdxPlatform platform,
      CpuModel cpu,
      PhysicalMemory memory,
      long seed,
      TdGuest guest) {
    this.version = version;
    this.platform = platform;
    this.cpu = cpu;
    this.memory = memory;
    this.keyIds = new KeyIds(platform);
    this.entropy = new Entropy(seed);
    this.lps = new LogicalProcessors(platform.lps());
    this.metadata = new Metadata(this);
    this.reports = new TdReport(version, seed);
    this.guest = guest;
    this.leaves = new LeafTable(this, guest);
    guest.attach(this);
  }

  /**
   * The SEAMCALL instruction on a logical processor. Registers are rewritten in place, RAX with the
   * status; where the instruction itself fails only RAX changes, to the value Linux gives the
   * failure.
   */
  public void seamcall(int lp, Registers regs) {
    current = regs;
    long[] gpr = regs.gpr;
    gpr[Gpr.RAX] = dispatch(lp, gpr);
  }

  private long dispatch(int lp, long[] gpr) {
    if (lps.vmxOff(lp)) {
      return TDX_SEAMCALL_UD.value();
    }
    long rax = gpr[Gpr.RAX];
    if (version == TdxModuleVersion.NONE || rax < 0) {
      return TDX_SEAMCALL_VMFAILINVALID.value();
    }
    int number = (int) rax & 0xffff;
    int leafVersion = (int) (rax >>> 16) & 0xff;
    int highest = leaves.highestVersion(number);
    if (rax >>> 24 != 0 || leafVersion != 0 && highest == 0) {
      return INVALID_RAX;
    }
    if (state == State.SHUTDOWN && number != LP_SHUTDOWN) {
      return TDX_SYS_SHUTDOWN.value();
    }
    if (state != State.READY && !allowedBeforeReady(number)) {
      return TDX_SYS_NOT_READY.value();
    }
    Leaf leaf = leaves.leaf(number);
    if (leaf == null || leafVersion > highest) {
      return INVALID_RAX;
    }
    return leaf.call(lp, gpr);
  }

  /** The TSC of the host, as the module reads it. */
  long hostTsc() {
    return guest.tsc();
  }

  /** A random number of the processor, for a guest that asks for one. */
  public long random() {
    return entropy.next();
  }

  private static boolean allowedBeforeReady(int number) {
    return number < 64 && (BEFORE_READY >>> number & 1) != 0;
  }

  /** The leaf version in RAX. */
  static int leafVersion(long[] regs) {
    return (int) (regs[Gpr.RAX] >>> 16) & 0xff;
  }

  /** VMXON or VMXOFF on a logical processor; VMX is on unless told. */
  public void vmx(int lp, boolean on) {
    lps.vmx(lp, on);
  }

  /** The host writes IA32_TSC_ADJUST or IA32_MISC_ENABLE, which the module looks at. */
  public void wrmsr(int lp, int msr, long value) {
    lps.write(lp, msr, value);
  }

  /** An interrupt waits: the next leaf that can be interrupted gives up once. */
  public void interrupt() {
    interruptPending = true;
  }

  boolean takeInterrupt() {
    boolean pending = interruptPending;
    interruptPending = false;
    return pending;
  }

  /** The next draws of random numbers fail. */
  public void failEntropy(int draws) {
    entropy.fail(draws);
  }

  public TdxModuleVersion version() {
    return version;
  }

  public TdxPlatform platform() {
    return platform;
  }

  /** Makes and checks TDREPORTs with the CPU's key. */
  public TdReport reports() {
    return reports;
  }

  /** Metadata fields by id, for the guest's leaves too. */
  public Metadata metadata() {
    return metadata;
  }

  public PhysicalMemory memory() {
    return memory;
  }

  public Pamt pamt() {
    return pamt;
  }

  public KeyIds keyIds() {
    return keyIds;
  }

  public State state() {
    return state;
  }

  public List<Tdmr> tdmrs() {
    return tdmrs;
  }

  /** The TD whose TDR is at this address, or null. */
  public Td td(long tdr) {
    return pamt.find(tdr) && pamt.control() instanceof Td td && td.tdr == tdr ? td : null;
  }

  /** The vCPU whose TDVPR is at this address, or null. */
  public TdVcpu vcpu(long tdvpr) {
    return pamt.find(tdvpr) && pamt.control() instanceof TdVcpu vcpu && vcpu.tdvpr == tdvpr
        ? vcpu
        : null;
  }
}
