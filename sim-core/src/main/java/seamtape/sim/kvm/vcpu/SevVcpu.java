package seamtape.sim.kvm.vcpu;

/** struct vcpu_sev_es_state: what KVM keeps of an encrypted vCPU beside its registers. */
public final class SevVcpu {
  /** No guest physical address. */
  public static final long NONE = -1;

  /** How the guest parked a vCPU until a SIPI, and so how it hears of it. */
  public enum Held {
    NO,
    BY_MSR,
    BY_PAGE
  }

  public Held held = Held.NO;

  /** The VMM's own start of the vCPU came; what follows are the guest's. */
  public boolean firstSipiReceived;

  /** Where an SNP guest said its GHCB is. */
  public long registeredGpa = NONE;

  /** Save area from which the vCPU takes its registers when it is reset. */
  public long vmsaGpa = NONE;

  /** Virtual machine privilege level at which an SNP guest's vCPU runs. */
  public int vmpl;

  /** VMRUN fails: the page that the guest chose is no save area, or holds none. */
  public boolean entryFails;

  /** A save area was chosen, or taken away, since the last reset. */
  public boolean waitsForReset;

  /** The reset comes before the next entry. */
  public boolean resetDue;
}
