package seamtape.sim.kvm.vcpu;

/** How an MSR access ended inside KVM. */
enum MsrAccess {
  DONE,
  /** #GP for the guest, failure for user space. */
  REFUSED,
  /** KVM has no such MSR; user space may still read 0 from and write 0 to those of the lists. */
  UNSUPPORTED;

  /** This, but REFUSED instead of DONE unless the value is accepted. */
  MsrAccess and(boolean accepted) {
    return this == DONE && !accepted ? REFUSED : this;
  }

  static MsrAccess of(boolean accepted) {
    return accepted ? DONE : REFUSED;
  }
}
