package seamtape.sim.kvm;

/** What the VMM configured for a VM with scalar ioctls and KVM_ENABLE_CAP. */
public final class VmSettings {
  /** Quirks switched off: KVM_X86_QUIRK_*. */
  public long disabledQuirks;

  /** First vCPU id that is too high; 0 until it is fixed. */
  public int maxVcpuIds;

  public int bootCpuId;
  public long tscKhz;
  public long mmuPages;
  public long tssAddress;
  public long identityMapAddress;

  /** KVM_X86_DISABLE_EXITS_* bits. */
  public long disabledExits;

  public boolean platformInfoReadable = true;
  public boolean exceptionPayload;
  public boolean tripleFaultEvent;

  /** KVM_MSR_EXIT_REASON_*: MSR accesses that go to user space. */
  public long userSpaceMsrs;

  /** Hypercalls that go to user space: a bit per number. */
  public long exitingHypercalls;

  public boolean exitOnEmulationFailure;
  public boolean pmuEnabled = true;
  public boolean busLockExits;
  public long maxHaltPollNanos = 200_000;
  public long apicBusCycleNanos = 1;

  /** Bytes of each vCPU's dirty ring; 0 without rings. */
  public int dirtyRingSize;

  VmSettings(long tscKhz) {
    this.tscKhz = tscKhz;
  }
}
