package seamtape.catalog;

/** The kinds of file descriptor of the KVM API (house words; anonymous inodes but for SYSTEM). */
public enum FdKind {
  /** /dev/kvm. */
  SYSTEM,
  VM,
  VCPU,
  DEVICE,
  STATS,
  GUEST_MEMFD,
  EVENTFD,
  /** A file that is not of KVM's: /dev/sev, /dev/seamcall, an ordinary one. */
  OTHER
}
