package seamtape.machine;

/**
 * Pages of an SNP guest that the reverse map table says the same of, one after the other. All pages
 * have 4 KiB.
 *
 * @param gpa where the guest has the first of them
 * @param asid of the guest that they are assigned to
 * @param validated the guest, or the launch, has validated them
 * @param permissions of VMPL 0 in bits 3:0, of VMPL 1 in bits 7:4, and so on: read 1, write 2,
 *     execute in user mode 4, in supervisor mode 8
 * @param saveArea they may be save areas of vCPUs
 */
public record RmpRange(
    long gpa, long pages, int asid, boolean validated, int permissions, boolean saveArea) {
  public static final int PAGE_SHIFT = 12;
  public static final int VMPLS = 4;

  /** VMPL 0 may do all, the others nothing: what a page is given to a guest with. */
  public static final int VMPL0_ALONE = 0xf;

  private static final String LETTERS = "rwus";

  /** This range with the one that follows it; null where it does not, or says something else. */
  public RmpRange joined(RmpRange next) {
    boolean goesOn =
        next.gpa == gpa + (pages << PAGE_SHIFT)
            && next.asid == asid
            && next.validated == validated
            && next.permissions == permissions
            && next.saveArea == saveArea;
    return goesOn
        ? new RmpRange(gpa, pages + next.pages, asid, validated, permissions, saveArea)
        : null;
  }

  /** What a VMPL may: {@code rwus} for all, a dash for each that it may not. */
  public String permissions(int vmpl) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LETTERS.length(); i++) {
      boolean may = (permissions >>> 4 * vmpl + i & 1) != 0;
      text.append(may ? LETTERS.charAt(i) : '-');
    }
    return text.toString();
  }
}
