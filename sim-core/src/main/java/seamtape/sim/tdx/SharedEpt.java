package seamtape.sim.tdx;

/** The host's EPT of a TD's shared memory. Addresses are without the SHARED bit. */
public interface SharedEpt {
  /** The page of an address; null for an EPT violation. */
  byte[] page(long gpa, boolean write);

  /** A violation there raises #VE in the guest instead of an exit. */
  boolean raisesVe(long gpa);

  /** Number of the VM that the host runs the TD for. */
  int vm();
}
