package seamtape.sim.kvm.vcpu;

import seamtape.sim.guest.CpuState;

/** Walks the guest's page tables for KVM_TRANSLATE, as a supervisor's read. */
final class Translation {
  /** No translation: UNMAPPED_GVA. */
  static final long NONE = -1;

  private static final long PRESENT = 1;
  private static final long PAGE_SIZE_BIT = 1 << 7;
  private static final long ADDRESS = 0x000f_ffff_ffff_f000L;

  private Translation() {}

  static long of(Vcpu vcpu, long linear) {
    CpuState cpu = vcpu.cpu;
    if ((cpu.cr0 & CpuState.CR0_PG) == 0) {
      return linear;
    }
    if ((cpu.cr4 & CpuState.CR4_PAE) == 0) {
      return twoLevels(vcpu, linear & 0xffff_ffffL);
    }
    if ((cpu.efer & CpuState.EFER_LMA) == 0) {
      long address = linear & 0xffff_ffffL;
      long pdpte = vcpu.pdptrs[(int) (address >>> 30)];
      return (pdpte & PRESENT) == 0 ? NONE : walk(vcpu, pdpte & ADDRESS, 2, address);
    }
    int levels = (cpu.cr4 & ControlRegisters.CR4_LA57) != 0 ? 5 : 4;
    return walk(vcpu, cpu.cr3 & ADDRESS, levels, linear);
  }

  /** Levels of 512 eight-byte entries. */
  private static long walk(Vcpu vcpu, long root, int levels, long linear) {
    long table = root;
    for (int level = levels; level >= 1; level--) {
      int shift = 12 + 9 * (level - 1);
      byte[] page = vcpu.vm().guestPage(table);
      if (page == null) {
        return NONE;
      }
      long entry = Bytes.wrap(page).getLong((int) (linear >>> shift & 0x1ff) * 8);
      if ((entry & PRESENT) == 0) {
        return NONE;
      }
      boolean large = level > 1 && level < 4 && (entry & PAGE_SIZE_BIT) != 0;
      if (level == 1 || large) {
        long offset = (1L << shift) - 1;
        return entry & ADDRESS & ~offset | linear & offset;
      }
      table = entry & ADDRESS;
    }
    return NONE;
  }

  /** Two levels of 1024 four-byte entries, with 4 MiB pages where CR4.PSE is set. */
  private static long twoLevels(Vcpu vcpu, long linear) {
    long directory = vcpu.cpu.cr3 & 0xffff_f000L;
    for (int shift = 22; ; shift = 12) {
      byte[] page = vcpu.vm().guestPage(directory);
      if (page == null) {
        return NONE;
      }
      int index = (int) (linear >>> shift & 0x3ff) * 4;
      long entry = Bytes.wrap(page).getInt(index) & 0xffff_ffffL;
      if ((entry & PRESENT) == 0) {
        return NONE;
      }
      boolean large = (vcpu.cpu.cr4 & CpuState.CR4_PSE) != 0 && (entry & PAGE_SIZE_BIT) != 0;
      if (shift == 12) {
        return entry & 0xffff_f000L | linear & 0xfff;
      }
      if (large) {
        return (entry & 0x1f_e000) << 19 | entry & 0xffc0_0000L | linear & 0x3f_ffff;
      }
      directory = entry & 0xffff_f000L;
    }
  }
}
