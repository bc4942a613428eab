package seamtape.sim.guest;

/**
 * PVALIDATE and RMPADJUST, by which an SNP guest says what it thinks of its own pages (AMD's
 * manual, volume 2, sections 15.36.6 and 15.36.7): RAX the linear address, ECX the size, EDX what
 * to make of it; EAX and the flags tell the result.
 */
final class OwnPages {
  private static final int SUCCESS = 0;
  private static final int FAIL_INPUT = 1;
  private static final int FAIL_PERMISSION = 2;

  private static final int LAST_VMPL = 3;
  private static final int SAVE_AREA = 1 << 16;
  private static final int PF_PRESENT_AND_RESERVED = 1 | 8;
  private static final int PAGE_NOT_VALIDATED = 0x404;

  /** The bit of a guest physical address that says a page is private. */
  private static final long C_BIT = 1L << 51;

  private final Core core;
  private final CpuState cpu;
  private final Flags flags;

  OwnPages(Core core, Flags flags) {
    this.core = core;
    this.cpu = core.cpu;
    this.flags = flags;
  }

  void execute(Insn i) {
    int vmpl = core.bus.vmpl();
    if (vmpl == GuestBus.NONE) {
      throw core.undefined();
    }
    core.requireCpl0();
    long address = cpu.gpr[CpuState.RAX] & Core.mask(i.addressSize);
    if (i.op == Op.PVALIDATE) {
      validate(address, vmpl);
    } else {
      adjust(address, vmpl);
    }
    core.flush();
  }

  /**
   * Only VMPL 0 validates: Linux's amd-memory-encryption.rst, and its commit fcd042e86422, by which
   * a kernel below VMPL 0 has the SVSM validate for it. The results that there are, 0, 1 and 6
   * (Microsoft's documentation of __pvalidate), have none for a lack of permission; so any other
   * VMPL gets #GP(0), as a CPL but 0 does. That it is this exception no source here states.
   */
  private void validate(long address, int vmpl) {
    if (vmpl != 0) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    int result = FAIL_INPUT;
    if (placed(address)) {
      result = core.bus.validate(privatePage(address), large(), (cpu.gpr[CpuState.RDX] & 1) != 0);
      leaveAt(result);
    }
    boolean unchanged = result == GuestBus.UNCHANGED;
    tell(unchanged ? SUCCESS : result);
    flags.carryAndOverflow(unchanged, false);
  }

  /**
   * A VMPL adjusts those below it, else FAIL_PERMISSION, by which OVMF and Linux find out whether
   * they run at VMPL 0; below VMPL 0 the bit of a save area is ignored (OVMF's BaseVmsaRmpAdjust).
   * Results are 0, 1, 2 and 6 (Microsoft's documentation of __rmpadjust). Of two that apply at once
   * no source here says which comes first: the operands are looked at before the RMP's entry.
   */
  private void adjust(long address, int vmpl) {
    int wanted = (int) cpu.gpr[CpuState.RDX];
    int target = wanted & 0xff;
    boolean carry = cpu.flag(CpuState.CF);
    tell(!placed(address) || target > LAST_VMPL ? FAIL_INPUT : adjust(address, vmpl, wanted));
    flags.carryAndOverflow(carry, false);
  }

  private int adjust(long address, int vmpl, int wanted) {
    int target = wanted & 0xff;
    if (target <= vmpl) {
      return FAIL_PERMISSION;
    }
    boolean saveArea = (wanted & SAVE_AREA) != 0;
    int permissions = wanted >>> 8 & 0xff;
    int result = core.bus.adjust(privatePage(address), large(), target, permissions, saveArea);
    leaveAt(result);
    if (result == GuestBus.NOT_VALIDATED) {
      cpu.cr2 = address;
      throw core.fault.with(GuestFault.VC, PAGE_NOT_VALIDATED);
    }
    return result;
  }

  private boolean large() {
    return (cpu.gpr[CpuState.RCX] & 1) != 0;
  }

  /** ECX is a size, and the address one of a page of it. */
  private boolean placed(long address) {
    long size = cpu.gpr[CpuState.RCX] & 0xffff_ffffL;
    long page = size == 0 ? 4096 : 2 << 20;
    return size <= 1 && (address & page - 1) == 0;
  }

  /** The guest physical address; #PF with the reserved bit for a page that is mapped as shared. */
  private long privatePage(long address) {
    long gpa = core.paging.translate(address, Paging.READ);
    if ((gpa & C_BIT) == 0 && (cpu.cr0 & CpuState.CR0_PG) != 0) {
      cpu.cr2 = address;
      throw core.fault.with(GuestFault.PF, PF_PRESENT_AND_RESERVED);
    }
    return gpa;
  }

  /** A nested page fault: the host has to look first. */
  private void leaveAt(int result) {
    if (result == GuestBus.LEAVE) {
      throw core.leave(GuestExit.Kind.EPT_VIOLATION);
    }
  }

  private void tell(int result) {
    core.writeGpr(CpuState.RAX, 4, result);
    flags.logic(result, 4);
  }
}
