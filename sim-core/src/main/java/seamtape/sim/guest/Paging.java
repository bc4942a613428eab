package seamtape.sim.guest;

/** Linear to guest physical addresses; without CR0.PG they are the same. */
final class Paging {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int FETCH = 2;

  private static final long PRESENT = 1;
  private static final long WRITABLE = 2;
  private static final long USER = 4;
  private static final long ACCESSED = 0x20;
  private static final long DIRTY = 0x40;
  private static final long LARGE = 0x80;
  private static final long NO_EXECUTE = 1L << 63;
  private static final long CR4_SMEP = 1 << 20;
  static final long CR4_SMAP = 1 << 21;
  private static final long ADDRESS = 0x000f_ffff_ffff_f000L;

  private final Core core;

  Paging(Core core) {
    this.core = core;
  }

  /** The guest physical address, or #PF. Accessed and dirty bits are set on the way. */
  long translate(long linear, int access) {
    CpuState cpu = core.cpu;
    if ((cpu.cr0 & CpuState.CR0_PG) == 0) {
      return linear;
    }
    if ((cpu.cr4 & CpuState.CR4_PAE) == 0) {
      return walk(linear, access, cpu.cr3 & 0xffff_f000L, 2, 10, 4);
    }
    if ((cpu.efer & CpuState.EFER_LMA) != 0) {
      return walk(linear, access, cpu.cr3 & ADDRESS, 4, 9, 8);
    }
    long pdpte = entry((cpu.cr3 & 0xffff_ffe0L) + (linear >>> 30) * 8, 8, linear);
    if ((pdpte & PRESENT) == 0) {
      throw pageFault(linear, access, false);
    }
    return walk(linear, access, pdpte & ADDRESS, 2, 9, 8);
  }

  private long walk(long linear, int access, long root, int levels, int bits, int size) {
    long table = root;
    long allowed = WRITABLE | USER;
    boolean executable = true;
    for (int level = levels; ; level--) {
      int shift = 12 + (level - 1) * bits;
      long at = table + (linear >>> shift & (1L << bits) - 1) * size;
      long entry = entry(at, size, linear);
      if ((entry & PRESENT) == 0) {
        throw pageFault(linear, access, false);
      }
      allowed &= entry;
      executable &= size == 4 || (entry & NO_EXECUTE) == 0;
      boolean leaf = level == 1 || (entry & LARGE) != 0 && largeAllowed(level, size);
      if (leaf) {
        check(linear, access, allowed, executable);
        mark(at, entry, size, access == WRITE ? ACCESSED | DIRTY : ACCESSED);
        long offset = (1L << shift) - 1;
        long frame = size == 4 ? frame32(entry, level) : entry & ADDRESS;
        return frame & ~offset | linear & offset;
      }
      mark(at, entry, size, ACCESSED);
      table = size == 4 ? entry & 0xffff_f000L : entry & ADDRESS;
    }
  }

  private boolean largeAllowed(int level, int size) {
    return size == 8 ? level <= 3 : (core.cpu.cr4 & CpuState.CR4_PSE) != 0;
  }

  /** A 4 MiB page keeps address bits 39..32 in bits 20..13 (PSE-36). */
  private static long frame32(long entry, int level) {
    return level == 1 ? entry & 0xffff_f000L : entry & 0xffc0_0000L | (entry >>> 13 & 0xff) << 32;
  }

  private void check(long linear, int access, long allowed, boolean executable) {
    CpuState cpu = core.cpu;
    boolean user = core.user();
    boolean writable = (allowed & WRITABLE) != 0 || !user && (cpu.cr0 & CpuState.CR0_WP) == 0;
    boolean nx = !executable && (cpu.efer & CpuState.EFER_NX) != 0;
    if (user && (allowed & USER) == 0
        || access == WRITE && !writable
        || access == FETCH && nx
        || !user && (allowed & USER) != 0 && kept(access)) {
      throw pageFault(linear, access, true);
    }
  }

  /** SMEP and SMAP keep the supervisor from what users can reach. */
  private boolean kept(int access) {
    CpuState cpu = core.cpu;
    return access == FETCH
        ? (cpu.cr4 & CR4_SMEP) != 0
        : (cpu.cr4 & CR4_SMAP) != 0 && (core.implicit() || !cpu.flag(CpuState.AC));
  }

  private long entry(long gpa, int size, long linear) {
    byte[] page = core.bus.readPage(gpa & -4096);
    if (page == null) {
      core.noPage(gpa, linear, READ);
      throw core.emulationFailure();
    }
    return GuestMemory.load(page, (int) gpa & 4095, size);
  }

  private void mark(long gpa, long entry, int size, long bits) {
    if ((entry & bits) != bits) {
      byte[] page = core.bus.writePage(gpa & -4096);
      if (page != null) {
        GuestMemory.store(page, (int) gpa & 4095, size, entry | bits);
      }
    }
  }

  private GuestFault pageFault(long linear, int access, boolean present) {
    CpuState cpu = core.cpu;
    cpu.cr2 = linear;
    int code = present ? 1 : 0;
    code |= access == WRITE ? 2 : 0;
    code |= core.user() ? 4 : 0;
    boolean fetches = (cpu.efer & CpuState.EFER_NX) != 0 || (cpu.cr4 & CR4_SMEP) != 0;
    code |= access == FETCH && fetches ? 16 : 0;
    return core.fault.with(GuestFault.PF, code);
  }
}
