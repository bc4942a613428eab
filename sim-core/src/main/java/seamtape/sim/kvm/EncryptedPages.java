package seamtape.sim.kvm;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.kvm.mem.MemorySlot;
import seamtape.sim.kvm.sev.GuestView;
import seamtape.sim.kvm.sev.SevVm;

/**
 * The memory of an encrypted guest as its vCPU reaches it: with the C-bit, or without paging, its
 * plaintext; without the C-bit what the VMM sees.
 *
 * <p>Of an SNP guest's RMP there is who owns a page, not whether the guest has validated it, nor
 * permissions of VMPLs: PVALIDATE and RMPADJUST are outside the subset of instructions.
 */
final class EncryptedPages {
  private static final long KVM_MEMORY_EXIT_FLAG_PRIVATE = 8;

  private final Vm vm;
  private final CpuState cpu;
  private long faultFlags;

  EncryptedPages(Vm vm, CpuState cpu) {
    this.vm = vm;
    this.cpu = cpu;
  }

  boolean inUse() {
    return vm.sev.encrypts();
  }

  long faultFlags() {
    return faultFlags;
  }

  /** The page of a slot; null where there is none, or where it is not of the kind asked for. */
  byte[] page(MemorySlot slot, long gfn, long gpa, boolean write) {
    boolean isPrivate = (gpa & SevVm.C_BIT) != 0 || (cpu.cr0 & CpuState.CR0_PG) == 0;
    faultFlags = 0;
    if (vm.sev.memoryInMemfd() && slot.memfd() != null) {
      if (isPrivate != vm.attributes.isPrivate(gfn)) {
        faultFlags = isPrivate ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0;
        return null;
      }
      if (isPrivate) {
        return slot.memfd().assign(slot.memfdPage(gfn));
      }
    }
    long address = slot.hva(gfn);
    byte[] page = vm.host.user.memory().page(address);
    GuestView view = isPrivate && page != null ? vm.sev.view() : null;
    return view == null ? page : view.page(address, page, write);
  }

  /** The exit code of SVM that #VC tells the guest. */
  static int svmExitCode(GuestExit.Kind kind) {
    return switch (kind) {
      case IO -> 0x7b;
      case RDMSR, WRMSR -> 0x7c;
      case HYPERCALL -> 0x81;
      default -> 0x400;
    };
  }

  void writeBack() {
    GuestView view = vm.sev.encrypts() ? vm.sev.view() : null;
    if (view != null) {
      view.writeBack();
    }
  }
}
