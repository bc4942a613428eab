package seamtape.sim.tdx;

/**
 * The secure EPT of a TD: a tree of 4 or 5 levels whose root is a TDCS page.
 *
 * <p>{@link #walk} goes to an entry; the accessors then work on it. Nothing is allocated.
 */
public final class SecureEpt {
  public static final int LEVEL_4K = 0;
  public static final int LEVEL_2M = 1;
  public static final int LEVEL_1G = 2;

  /** The lock of the tree. */
  public final ModuleLock lock = new ModuleLock();

  private final SeptPage root;
  private final int rootLevel;
  private final Pamt pamt;
  private SeptPage page;
  private int index;
  private int level;
  private long generation;

  /**
   * @param rootHpa TDCS page of the root
   * @param levels 4 or 5
   */
  SecureEpt(Pamt pamt, long rootHpa, int levels) {
    this.pamt = pamt;
    this.root = new SeptPage(rootHpa);
    this.rootLevel = levels - 1;
  }

  /** Level of the entries in the root page: 3 or 4. */
  public int rootLevel() {
    return rootLevel;
  }

  /** Grows with every change of an entry: a translation found before may be wrong after. */
  public long generation() {
    return generation;
  }

  /**
   * Goes towards the entry of an address at a level and stops above it at a leaf or at an entry
   * that does not point on.
   *
   * @return true when the entry of that level was reached
   */
  public boolean walk(long gpa, int wantedLevel) {
    page = root;
    level = rootLevel;
    index = index(gpa, level);
    while (level > wantedLevel) {
      SeptPage next = below(page.entries[index]);
      if (next == null) {
        return false;
      }
      page = next;
      level--;
      index = index(gpa, level);
    }
    return true;
  }

  private SeptPage below(long entry) {
    if (SeptPage.state(entry) != SeptState.NL_MAPPED) {
      return null;
    }
    return pageAt(entry & SeptPage.ADDRESS);
  }

  private SeptPage pageAt(long hpa) {
    pamt.findAt(hpa, Pamt.LEVEL_4K);
    return (SeptPage) pamt.control();
  }

  private static int index(long gpa, int level) {
    return (int) (gpa >>> (12 + 9 * level)) & 511;
  }

  /** Level of the entry that the walk ended on. */
  public int level() {
    return level;
  }

  public SeptState state() {
    return SeptPage.state(page.entries[index]);
  }

  /** The page that the entry points to. */
  public long hpa() {
    return page.entries[index] & SeptPage.ADDRESS;
  }

  /** The entry as leaves show it in RCX. */
  public long entry() {
    return SeptPage.architectural(page.entries[index]);
  }

  /** The entry's level (2:0) and state (15:8), as leaves show it in RDX. */
  public long levelAndState() {
    return level | (long) state().number() << 8;
  }

  public boolean suppressVe() {
    return (page.entries[index] & SeptPage.SUPPRESS_VE) != 0;
  }

  /** Moves the entry to another state; what it points to stays. */
  public void state(SeptState next) {
    page.entries[index] = SeptPage.with(page.entries[index], next);
    generation++;
  }

  /** Points a free entry to a page. */
  void map(long hpa, SeptState state, boolean suppressVe) {
    if (SeptPage.state(page.entries[index]) == SeptState.FREE) {
      page.used++;
    }
    page.entries[index] = SeptPage.make(hpa, state, suppressVe);
    generation++;
  }

  void clear() {
    page.entries[index] = SeptPage.FREE;
    page.used--;
    generation++;
  }

  SeptPage root() {
    return root;
  }

  /** The page that the non-leaf entry points to. */
  SeptPage child() {
    return pageAt(hpa());
  }
}
