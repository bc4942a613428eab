package seamtape.sim.tdx;

import seamtape.catalog.TdVcpuState;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;

/** A virtual processor of a TD: what the module keeps in TDVPR and its TDCX pages. */
public final class TdVcpu {
  /** TDVPR and 5 TDCX pages: the least with which a vCPU can be used. */
  static final int MIN_PAGES = 6;

  /** With three L2 VMs. */
  static final int MAX_PAGES = 15;

  /** Value of {@link #assocLp} before the first entry and after a flush. */
  public static final int NO_LP = -1;

  public final Td td;
  public final long tdvpr;

  /** Guest registers; the guest's interpreter works on them. */
  public final CpuState cpu = new CpuState();

  /** TDVPR and TDCX pages in the order they came. */
  final long[] pages = new long[MAX_PAGES];

  int numPages = 1;

  public TdVcpuState state = TdVcpuState.VCPU_UNINITIALIZED;

  /** From 0, in the order of VP.INIT; -1 before it. */
  public int index = -1;

  /** Given by VP.INIT version 1; else equal to {@link #index}. */
  public int x2ApicId;

  /** Logical processor on whose caches and TLB the vCPU's state may be. */
  public int assocLp = NO_LP;

  /** TD epoch of the last entry. */
  public long epoch;

  /** The lock on TDVPR: held exclusively while the guest runs. */
  public final ModuleLock lock = new ModuleLock();

  public boolean pendNmi;

  /** Bit 0 of VCPU_STATE_DETAILS: a virtual interrupt waits. */
  public boolean interruptPending;

  public long xcr0;

  /** The extended features of its TD; the host of a TD that is debugged may narrow them. */
  public long xfam;

  public long xss;

  /** #VE information that TDG.VP.VEINFO.GET takes. */
  public final VeInfo veInfo = new VeInfo();

  /** True after an exit by TDG.VP.VMCALL: the next entry brings its results back. */
  public boolean inTdVmcall;

  /** Exposure mask of that TDVMCALL: guest RCX. */
  public long tdVmcallMask;

  /** CPUID gives #VE in supervisor and user mode (TDG.VP.CPUIDVE.SET). */
  public boolean cpuidSupervisorVe;

  public boolean cpuidUserVe;

  /** TSC at the last exit, for TSC_ROLLBACK. */
  public long lastExitTsc;

  /** VMCS fields and MSRs that the host or the guest can reach, by metadata field. */
  final FieldValues fields = new FieldValues();

  /** How the guest goes on; null before its first entry. */
  public seamtape.sim.tdx.guest.VcpuExecution execution;

  /** The virtual APIC page: where the host posts interrupts; null without one. */
  public GuestBus interrupts;

  TdVcpu(Td td, long tdvpr) {
    this.td = td;
    this.tdvpr = tdvpr;
    pages[0] = tdvpr;
  }

  /** What the last #VE was about. */
  public static final class VeInfo {
    public boolean valid;
    public int exitReason;
    public long exitQualification;
    public long gla;
    public long gpa;
    public int instructionLength;
    public int instructionInfo;
  }

  public int numPages() {
    return numPages;
  }

  /** The host's EPT for shared addresses, as TDH.VP.WR set it. */
  public long sharedEptp() {
    return fields.get(FieldValues.SHARED_EPTP);
  }

  /** CPUID_CONTROL asks for #VE at a leaf that the module would serve. */
  public boolean asksCpuidVe(int leaf, int subleaf, boolean user) {
    long control = fields.get(FieldValues.CPUID_CONTROL + TdCpuid.index(leaf, subleaf));
    return (control >>> (user ? 1 : 0) & 1) != 0;
  }

  /** Value of an MSR that the module switches for the guest; 0 unless set. */
  public long msr(int msr) {
    return fields.get(FieldValues.msr(msr));
  }

  public void msr(int msr, long value) {
    fields.set(FieldValues.msr(msr), value);
  }

  /** The guest runs on a logical processor: associates, and joins the TD's epoch. */
  public void enter(int lp) {
    lock.lockShared();
    td.lock.lockShared();
    td.tdcsLock.lockShared();
    if (assocLp == NO_LP) {
      assocLp = lp;
      td.numAssocVcpus++;
    }
    state = TdVcpuState.VCPU_ACTIVE;
    epoch = td.epoch;
    td.refCount[(int) epoch & 1]++;
  }

  /** The guest has left: the counterpart of {@link #enter}. */
  public void exit() {
    td.refCount[(int) epoch & 1]--;
    if (state == TdVcpuState.VCPU_ACTIVE) {
      state = TdVcpuState.VCPU_READY;
    }
    td.tdcsLock.unlockShared();
    td.lock.unlockShared();
    lock.unlockShared();
  }
}
