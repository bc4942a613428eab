package seamtape.sim.kvm.mem;

/**
 * What the reverse map table says of a page that an SNP guest owns (AMD's manual, volume 2, section
 * 15.36.3): where the guest has it, whether the guest has validated it, and who in the guest may do
 * what. All pages have 4 KiB.
 */
public final class RmpEntry {
  /** Virtual machine privilege levels, of which 0 may most. */
  public static final int VMPLS = 4;

  public static final int READ = 1;
  public static final int WRITE = 1 << 1;
  public static final int EXECUTE_USER = 1 << 2;
  public static final int EXECUTE_SUPERVISOR = 1 << 3;
  private static final int ALL = READ | WRITE | EXECUTE_USER | EXECUTE_SUPERVISOR;

  private final long gfn;
  private final int[] permissions = {ALL, 0, 0, 0};
  private boolean validated;
  private boolean saveArea;

  /** As RMPUPDATE makes it: not validated, and only VMPL 0 may touch it. */
  RmpEntry(long gfn) {
    this.gfn = gfn;
  }

  /** The guest frame that the page may be mapped at. */
  public long gfn() {
    return gfn;
  }

  public boolean validated() {
    return validated;
  }

  public void validated(boolean now) {
    validated = now;
  }

  /** The page may be the save area of a vCPU. */
  public boolean saveArea() {
    return saveArea;
  }

  public void saveArea(boolean now) {
    saveArea = now;
  }

  /** True where a privilege level has all the permissions asked for. */
  public boolean allows(int vmpl, int asked) {
    // What can be written and not read is no valid setting: no access to data is let through.
    boolean misset = (permissions[vmpl] & (READ | WRITE)) == WRITE && (asked & (READ | WRITE)) != 0;
    return !misset && (permissions[vmpl] & asked) == asked;
  }

  /** Of all privilege levels, VMPL 0 in the lowest four bits. */
  public int permissions() {
    int all = 0;
    for (int vmpl = 0; vmpl < VMPLS; vmpl++) {
      all |= permissions[vmpl] << 4 * vmpl;
    }
    return all;
  }

  public void allow(int vmpl, int allowed) {
    permissions[vmpl] = allowed & ALL;
  }
}
