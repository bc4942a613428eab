package seamtape.sim.tdx;

/**
 * A page of the secure EPT: 512 entries.
 *
 * <p>An entry is kept as the hardware reads it (R, W, X, memory type, leaf bit, page address,
 * suppress-#VE) with the module's state in bits 58:52.
 */
final class SeptPage {
  static final int STATE_SHIFT = 52;
  static final long ADDRESS = 0x000f_ffff_ffff_f000L;
  static final long LEAF = 1L << 7;
  static final long SUPPRESS_VE = 1L << 63;
  static final long FREE = SUPPRESS_VE | (long) SeptState.FREE.encoding() << STATE_SHIFT;

  private static final long STATE = 0x7fL << STATE_SHIFT;
  private static final long RWX = 7;
  private static final long WRITE_BACK = 6 << 3;

  final long hpa;
  final long[] entries = new long[512];
  int used;

  SeptPage(long hpa) {
    this.hpa = hpa;
    java.util.Arrays.fill(entries, FREE);
  }

  static SeptState state(long entry) {
    return SeptState.of((int) (entry >>> STATE_SHIFT) & 0x7f);
  }

  /** What a leaf shows of an entry: without the module's state bits. */
  static long architectural(long entry) {
    return entry & ~STATE;
  }

  /** The bits of an entry that points to a page, in a state. */
  static long make(long hpa, SeptState state, boolean suppressVe) {
    long permissions =
        switch (state) {
          case NL_MAPPED -> RWX;
          case MAPPED, EXPORTED_DIRTY -> RWX | WRITE_BACK;
          case BLOCKEDW, EXPORTED_BLOCKEDW, EXPORTED_DIRTY_BLOCKEDW -> RWX & ~2 | WRITE_BACK;
          default -> 0;
        };
    return hpa
        | permissions
        | (state.leaf() ? LEAF : 0)
        | (suppressVe ? SUPPRESS_VE : 0)
        | (long) state.encoding() << STATE_SHIFT;
  }

  /** The same entry in another state. */
  static long with(long entry, SeptState state) {
    return make(entry & ADDRESS, state, (entry & SUPPRESS_VE) != 0);
  }
}
