package seamtape.sim.kvm;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.kvm.mem.MemorySlot;
import seamtape.sim.kvm.mem.RmpEntry;
import seamtape.sim.kvm.sev.GuestView;
import seamtape.sim.kvm.sev.SevVm;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * The memory of an encrypted guest as its vCPU reaches it: with the C-bit, without paging, and for
 * code always, its plaintext; without the C-bit what the VMM sees. Private pages of an SNP guest
 * are checked against the RMP (AMD's manual, volume 2, table 15-39): who owns the page and where,
 * then whether the guest has validated it, then what its VMPL may do with it.
 */
final class EncryptedPages {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int FETCH = 2;

  private static final long KVM_MEMORY_EXIT_FLAG_PRIVATE = 8;

  /** Result of PVALIDATE and RMPADJUST: KVM's guest_memfd has no pages of 2 MiB. */
  private static final int FAIL_SIZEMISMATCH = 6;

  private static final int FAIL_PERMISSION = 2;

  private final Vm vm;
  private final Vcpu state;
  private final CpuState cpu;
  private long faultFlags;
  private boolean absent;

  /** What the last access met: NONE, LEAVE for a nested page fault, or an exception. */
  private int refusal = GuestBus.NONE;

  EncryptedPages(Vm vm, Vcpu state) {
    this.vm = vm;
    this.state = state;
    this.cpu = state.cpu;
  }

  boolean inUse() {
    return vm.sev.encrypts();
  }

  long faultFlags() {
    return faultFlags;
  }

  /** The last access met memory that the VMM has to put there first. */
  boolean absent() {
    return absent;
  }

  /** What becomes of the access that had no page; NONE for memory that is not there. */
  int refusal(long linear) {
    if (refusal != GuestBus.NONE && refusal != GuestBus.LEAVE) {
      cpu.cr2 = linear;
    }
    return refusal;
  }

  /**
   * The page of a slot; null where there is none, or where it is not of the kind asked for.
   *
   * @param slot null for memory that nothing backs
   */
  byte[] page(MemorySlot slot, long gfn, long gpa, int access) {
    boolean isPrivate = access == FETCH || isPrivate(gpa);
    begin();
    if (vm.sev.memoryInMemfd()) {
      if (isPrivate) {
        RmpEntry entry = entry(slot, gfn);
        return entry == null ? null : checked(slot, gfn, entry, access);
      }
      absent = vm.attributes.isPrivate(gfn);
    }
    if (absent || slot == null || access == WRITE && slot.readOnly()) {
      return null;
    }
    long address = slot.hva(gfn);
    byte[] page = vm.host.user.memory().page(address);
    absent = page == null;
    GuestView view = isPrivate && !absent ? vm.sev.view() : null;
    return view == null ? page : view.page(address, page, access == WRITE);
  }

  private boolean isPrivate(long gpa) {
    return (gpa & SevVm.C_BIT) != 0 || (cpu.cr0 & CpuState.CR0_PG) == 0;
  }

  private void begin() {
    faultFlags = 0;
    absent = false;
    refusal = GuestBus.NONE;
  }

  /** The RMP's entry of a frame, which KVM assigns now at the latest; null for what is shared. */
  private RmpEntry entry(MemorySlot slot, long gfn) {
    if (slot == null || slot.memfd() == null || !vm.attributes.isPrivate(gfn)) {
      faultFlags = KVM_MEMORY_EXIT_FLAG_PRIVATE;
      absent = true;
      return null;
    }
    return slot.memfd().assign(slot.memfdPage(gfn), gfn);
  }

  private byte[] checked(MemorySlot slot, long gfn, RmpEntry entry, int access) {
    if (entry.gfn() != gfn) {
      refusal = GuestBus.LEAVE;
    } else if (!entry.validated()) {
      refusal = VcCodes.exception(VcCodes.PAGE_NOT_VALIDATED);
    } else if (!entry.allows(state.sev.vmpl, asked(access))) {
      refusal = GuestBus.LEAVE;
    } else {
      return slot.memfd().privatePage(slot.memfdPage(gfn));
    }
    return null;
  }

  private int asked(int access) {
    int execute = cpu.cpl() == 3 ? RmpEntry.EXECUTE_USER : RmpEntry.EXECUTE_SUPERVISOR;
    return access == FETCH ? execute : access == WRITE ? RmpEntry.WRITE : RmpEntry.READ;
  }

  /** The VMPL of an SNP guest's vCPU; NONE for any other guest. */
  int vmpl() {
    return inUse() && vm.sev.memoryInMemfd() ? state.sev.vmpl : GuestBus.NONE;
  }

  /** PVALIDATE; LEAVE for a nested page fault, whether KVM can mend it or not. */
  int validate(long gfn, boolean large, boolean valid) {
    begin();
    RmpEntry entry = entry(vm.slots.backing(gfn), gfn);
    if (entry == null || entry.gfn() != gfn) {
      return GuestBus.LEAVE;
    }
    if (large) {
      return FAIL_SIZEMISMATCH;
    }
    boolean unchanged = entry.validated() == valid;
    entry.validated(valid);
    return unchanged ? GuestBus.UNCHANGED : 0;
  }

  /** RMPADJUST of a VMPL below that of the vCPU; what VMPL 0 alone may say is else ignored. */
  int adjust(long gfn, boolean large, int vmpl, int permissions, boolean saveArea) {
    begin();
    RmpEntry entry = entry(vm.slots.backing(gfn), gfn);
    if (entry == null || entry.gfn() != gfn) {
      return GuestBus.LEAVE;
    }
    if (!entry.validated()) {
      return GuestBus.NOT_VALIDATED;
    }
    if (large) {
      return FAIL_SIZEMISMATCH;
    }
    if (!entry.allows(state.sev.vmpl, permissions)) {
      return FAIL_PERMISSION;
    }
    entry.allow(vmpl, permissions);
    if (state.sev.vmpl == 0) {
      entry.saveArea(saveArea);
    }
    return 0;
  }

  void writeBack() {
    GuestView view = vm.sev.encrypts() ? vm.sev.view() : null;
    if (view != null) {
      view.writeBack();
    }
  }
}
