package seamtape.sim.tdx;

/** The leaves that work on an entry of the secure EPT, as bits for {@link SeptState#allows}. */
public final class SeptRule {
  public static final int ADD_PAGE = 1;
  public static final int ADD_SEPT = 1 << 1;
  public static final int RELOCATE = 1 << 2;
  public static final int AUG = 1 << 3;
  public static final int BLOCK = 1 << 4;
  public static final int READ = 1 << 5;
  public static final int WRITE = 1 << 6;
  public static final int DEMOTE = 1 << 7;
  public static final int EXTEND = 1 << 8;
  public static final int PROMOTE = 1 << 9;
  public static final int REMOVE = 1 << 10;
  public static final int REMOVE_SEPT = 1 << 11;
  public static final int UNBLOCK = 1 << 12;

  /** TDG.MEM.PAGE.ACCEPT. */
  public static final int ACCEPT = 1 << 13;

  private SeptRule() {}
}
