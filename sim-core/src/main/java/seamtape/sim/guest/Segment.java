package seamtape.sim.guest;

/**
 * One segment register: the selector and the descriptor cached with it, as in struct kvm_segment.
 */
public final class Segment {
  public int selector;
  public long base;

  /** Last valid offset in bytes; the granularity bit is already applied. */
  public long limit;

  public int type;
  public int dpl;
  public boolean present;
  public boolean db;
  public boolean s;
  public boolean l;
  public boolean g;
  public boolean avl;
  public boolean unusable;

  /** State after reset: a present 64 KiB segment at 0. */
  void reset(int resetType, boolean codeOrData) {
    selector = 0;
    base = 0;
    limit = 0xffff;
    type = resetType;
    dpl = 0;
    present = true;
    s = codeOrData;
    db = false;
    l = false;
    g = false;
    avl = false;
    unusable = false;
  }

  /** Takes over everything that {@code other} holds. */
  public void copyFrom(Segment other) {
    selector = other.selector;
    base = other.base;
    limit = other.limit;
    type = other.type;
    dpl = other.dpl;
    present = other.present;
    s = other.s;
    db = other.db;
    l = other.l;
    g = other.g;
    avl = other.avl;
    unusable = other.unusable;
  }
}
