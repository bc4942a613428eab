package seamtape.sim.tdx;

/**
 * States of an entry of the secure EPT in module 1.5: the encoding in the entry, the number that
 * RDX bits 15:8 tell, and the leaves that are allowed in each.
 */
public enum SeptState {
  FREE(0x0e, 0, SeptRule.ADD_SEPT | SeptRule.ADD_PAGE | SeptRule.AUG),
  REMOVED(0x0c, 5, SeptRule.AUG),
  NL_MAPPED(
      0x00, 132, SeptRule.BLOCK | SeptRule.PROMOTE | SeptRule.REMOVE_SEPT | SeptRule.ADD_SEPT),
  NL_BLOCKED(0x08, 129, SeptRule.PROMOTE | SeptRule.REMOVE_SEPT | SeptRule.UNBLOCK),
  MAPPED(
      0x60,
      4,
      SeptRule.RELOCATE
          | SeptRule.BLOCK
          | SeptRule.READ
          | SeptRule.WRITE
          | SeptRule.DEMOTE
          | SeptRule.EXTEND
          | SeptRule.REMOVE),
  BLOCKED(0x68, 1, SeptRule.RELOCATE | SeptRule.DEMOTE | SeptRule.REMOVE | SeptRule.UNBLOCK),
  BLOCKEDW(0x64, 8, SeptRule.RELOCATE | SeptRule.BLOCK | SeptRule.READ | SeptRule.REMOVE),
  EXPORTED_BLOCKEDW(0x66, 9, SeptRule.RELOCATE | SeptRule.READ),
  EXPORTED_DIRTY(0x63, 11, SeptRule.RELOCATE | SeptRule.READ | SeptRule.WRITE),
  EXPORTED_DIRTY_BLOCKEDW(0x67, 12, SeptRule.RELOCATE | SeptRule.READ),
  PENDING(
      0x70,
      2,
      SeptRule.RELOCATE | SeptRule.BLOCK | SeptRule.DEMOTE | SeptRule.REMOVE | SeptRule.ACCEPT),
  PENDING_BLOCKED(
      0x78, 3, SeptRule.RELOCATE | SeptRule.DEMOTE | SeptRule.REMOVE | SeptRule.UNBLOCK),
  PENDING_BLOCKEDW(0x74, 16, SeptRule.RELOCATE | SeptRule.BLOCK | SeptRule.REMOVE),
  PENDING_EXPORTED_BLOCKEDW(0x76, 17, SeptRule.RELOCATE),
  PENDING_EXPORTED_DIRTY(0x73, 19, SeptRule.RELOCATE | SeptRule.ACCEPT),
  PENDING_EXPORTED_DIRTY_BLOCKEDW(0x77, 20, SeptRule.RELOCATE);

  private static final SeptState[] BY_ENCODING = new SeptState[128];

  static {
    for (SeptState state : values()) {
      BY_ENCODING[state.encoding] = state;
    }
  }

  private final int encoding;
  private final int number;
  private final int allowed;

  SeptState(int encoding, int number, int allowed) {
    this.encoding = encoding;
    this.number = number;
    this.allowed = allowed;
  }

  static SeptState of(int encoding) {
    return BY_ENCODING[encoding];
  }

  int encoding() {
    return encoding;
  }

  /** What RDX bits 15:8 say. */
  public int number() {
    return number;
  }

  /** True when a leaf, one of {@link SeptRule}, may work on an entry in this state. */
  public boolean allows(int rule) {
    return (allowed & rule) != 0;
  }

  /** The guest can read memory through a leaf entry in this state. */
  public boolean guestReadable() {
    return switch (this) {
      case MAPPED, BLOCKEDW, EXPORTED_BLOCKEDW, EXPORTED_DIRTY, EXPORTED_DIRTY_BLOCKEDW -> true;
      default -> false;
    };
  }

  /** The guest can read and write memory through a leaf entry in this state. */
  public boolean guestWritable() {
    return this == MAPPED || this == EXPORTED_DIRTY;
  }

  public boolean pending() {
    return (encoding & 0x70) == 0x70;
  }

  public boolean blocked() {
    return this == NL_BLOCKED || this == BLOCKED || this == PENDING_BLOCKED;
  }

  /** A pointer to a page of the secure EPT one level down. */
  public boolean nonLeaf() {
    return this == NL_MAPPED || this == NL_BLOCKED;
  }

  /** A pointer to a private page. */
  public boolean leaf() {
    return (encoding & 0x60) == 0x60;
  }
}
