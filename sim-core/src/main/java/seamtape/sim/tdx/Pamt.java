package seamtape.sim.tdx;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.PamtPageType;

/**
 * The physical address metadata table: type, owner and BEPOCH of every page of the TDMRs, in 4 KiB,
 * 2 MiB and 1 GiB entries. A page is used through one entry; the entries of other sizes that cover
 * it say PT_NDA.
 *
 * <p>{@link #find} positions the table on the entry of an address; the accessors work on it.
 */
public final class Pamt {
  public static final int LEVEL_4K = 0;
  public static final int LEVEL_2M = 1;
  public static final int LEVEL_1G = 2;

  static final int NDA = PamtPageType.PT_NDA.value();
  static final int RSVD = PamtPageType.PT_RSVD.value();
  static final int REG = PamtPageType.PT_REG.value();
  static final int TDR = PamtPageType.PT_TDR.value();
  static final int TDCX = PamtPageType.PT_TDCX.value();
  static final int TDVPR = PamtPageType.PT_TDVPR.value();
  static final int EPT = PamtPageType.PT_EPT.value();

  /** Entries of one size: parallel arrays, so that an entry costs no object. */
  private static final class Entries {
    final byte[] type;
    final Object[] owner;
    final Object[] control;
    final long[] bepoch;

    Entries(int count) {
      type = new byte[count];
      owner = new Object[count];
      control = new Object[count];
      bepoch = new long[count];
    }
  }

  /** One GiB of a TDMR: one entry, 512 and 512 x 512, the last made when first used. */
  private static final class Gib {
    final long base;
    final Tdmr tdmr;
    final Entries whole = new Entries(1);
    final Entries large = new Entries(512);
    final Entries[] small = new Entries[512];

    Gib(long base, Tdmr tdmr) {
      this.base = base;
      this.tdmr = tdmr;
    }
  }

  private final List<Gib> gibs = new ArrayList<>();
  private Gib[] byNumber = new Gib[0];
  private Entries entries;
  private int index;
  private int level;
  private long base;

  /** Makes entries, all PT_NDA, for a TDMR; SYS.TDMR.INIT decides which can be used. */
  void add(Tdmr tdmr) {
    for (long at = tdmr.base(); at < tdmr.end(); at += 1L << 30) {
      Gib gib = new Gib(at, tdmr);
      gibs.add(gib);
      int number = (int) (at >>> 30);
      if (number >= byNumber.length) {
        byNumber = java.util.Arrays.copyOf(byNumber, number + 1);
      }
      byNumber[number] = gib;
    }
  }

  /** True when the address lies in an initialized GiB of a TDMR. */
  public boolean covers(long hpa) {
    Gib gib = gib(hpa);
    return gib != null && hpa < gib.tdmr.usableEnd();
  }

  private Gib gib(long hpa) {
    long number = hpa >>> 30;
    return number >= 0 && number < byNumber.length ? byNumber[(int) number] : null;
  }

  /**
   * Goes to the entry through which an address is used: the largest that is not PT_NDA, else the
   * one of 4 KiB.
   *
   * @return false outside the initialized TDMRs
   */
  public boolean find(long hpa) {
    Gib gib = gib(hpa);
    if (gib == null || hpa >= gib.tdmr.usableEnd()) {
      return false;
    }
    int large = (int) (hpa >>> 21) & 511;
    if (gib.whole.type[0] != NDA) {
      at(gib.whole, 0, LEVEL_1G, gib.base);
    } else if (gib.large.type[large] != NDA) {
      at(gib.large, large, LEVEL_2M, hpa & -(1L << 21));
    } else {
      at(small(gib, large), (int) (hpa >>> 12) & 511, LEVEL_4K, hpa & -4096L);
    }
    return true;
  }

  /** Goes to the entry of a size that starts at an address, whatever the other sizes say. */
  boolean findAt(long hpa, int wantedLevel) {
    Gib gib = gib(hpa);
    if (gib == null || hpa >= gib.tdmr.usableEnd()) {
      return false;
    }
    int large = (int) (hpa >>> 21) & 511;
    switch (wantedLevel) {
      case LEVEL_1G -> at(gib.whole, 0, LEVEL_1G, gib.base);
      case LEVEL_2M -> at(gib.large, large, LEVEL_2M, hpa & -(1L << 21));
      default -> at(small(gib, large), (int) (hpa >>> 12) & 511, LEVEL_4K, hpa & -4096L);
    }
    return true;
  }

  private Entries small(Gib gib, int large) {
    Entries small = gib.small[large];
    if (small == null) {
      small = new Entries(512);
      gib.small[large] = small;
      markReserved(gib, large, small);
    }
    return small;
  }

  private static void markReserved(Gib gib, int large, Entries small) {
    long start = gib.base + ((long) large << 21);
    for (int i = 0; i < 512; i++) {
      if (gib.tdmr.isReserved(start + ((long) i << 12))) {
        small.type[i] = (byte) RSVD;
      }
    }
  }

  private void at(Entries where, int i, int size, long start) {
    entries = where;
    index = i;
    level = size;
    base = start;
  }

  /** True when no page of 4 KiB inside the 2 MiB at an address is used or reserved. */
  boolean allSmallFree(long hpa) {
    Gib gib = gib(hpa);
    Entries small = small(gib, (int) (hpa >>> 21) & 511);
    for (byte type : small.type) {
      if (type != NDA) {
        return false;
      }
    }
    return gib.whole.type[0] == NDA;
  }

  public int type() {
    return entries.type[index];
  }

  /** {@link #LEVEL_4K} to {@link #LEVEL_1G}. */
  public int level() {
    return level;
  }

  /** Where the page of the entry starts. */
  public long base() {
    return base;
  }

  /** The TD that owns the page, or null. */
  public Td owner() {
    return (Td) entries.owner[index];
  }

  /** What the page holds when it is a control page: Td, TdVcpu or SeptPage; else null. */
  public Object control() {
    return entries.control[index];
  }

  /** The TD epoch at which the range that the page backs was last blocked. */
  public long bepoch() {
    return entries.bepoch[index];
  }

  void bepoch(long epoch) {
    entries.bepoch[index] = epoch;
  }

  /** Gives the page to a TD. */
  void take(int type, Td owner, Object control) {
    entries.type[index] = (byte) type;
    entries.owner[index] = owner;
    entries.control[index] = control;
    entries.bepoch[index] = 0;
  }

  /** Makes the page nobody's. */
  void release() {
    take(NDA, null, null);
  }

  /** Makes 512 pages of the next smaller size one page of a level; all belong to one TD. */
  void join(long hpa, int largeLevel) {
    long step = 1L << (12 + 9 * (largeLevel - 1));
    findAt(hpa, largeLevel - 1);
    Td owner = owner();
    for (long i = 0; i < 512; i++) {
      findAt(hpa + i * step, largeLevel - 1);
      release();
    }
    findAt(hpa, largeLevel);
    take(REG, owner, null);
  }

  /** Makes a page of a level 512 pages of the next smaller size. */
  void split(long hpa, int largeLevel) {
    findAt(hpa, largeLevel);
    Td owner = owner();
    release();
    long step = 1L << (12 + 9 * (largeLevel - 1));
    for (long i = 0; i < 512; i++) {
      findAt(hpa + i * step, largeLevel - 1);
      take(REG, owner, null);
    }
  }

  /** A view of one used page. */
  public record Entry(long hpa, int level, PamtPageType type, Td owner) {}

  /** All pages that are neither PT_NDA nor reserved, by address; for views and tests. */
  public List<Entry> used() {
    List<Entry> used = new ArrayList<>();
    for (Gib gib : gibs) {
      collect(used, gib.whole, gib.base, LEVEL_1G);
      collect(used, gib.large, gib.base, LEVEL_2M);
      for (int i = 0; i < 512; i++) {
        if (gib.small[i] != null) {
          collect(used, gib.small[i], gib.base + ((long) i << 21), LEVEL_4K);
        }
      }
    }
    return used;
  }

  private static void collect(List<Entry> used, Entries entries, long start, int level) {
    for (int i = 0; i < entries.type.length; i++) {
      int type = entries.type[i];
      if (type != NDA && type != RSVD) {
        used.add(
            new Entry(
                start + ((long) i << (12 + 9 * level)),
                level,
                PamtPageType.byValue(type).orElseThrow(),
                (Td) entries.owner[i]));
      }
    }
  }
}
