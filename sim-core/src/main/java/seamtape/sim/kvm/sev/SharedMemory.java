package seamtape.sim.kvm.sev;

import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.Vm;
import seamtape.sim.kvm.mem.MemorySlot;

/** Guest memory as the kernel reaches it, through the VMM's: what a guest shares with its host. */
final class SharedMemory {
  private final Vm vm;

  SharedMemory(Vm vm) {
    this.vm = vm;
  }

  /** The page of a guest physical address; null where no user memory backs it. */
  byte[] page(long gpa) {
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    MemorySlot slot = vm.slots.backing(gfn);
    return slot == null ? null : vm.host.user.memory().page(slot.hva(gfn));
  }

  /** kvm_read_guest; null where it fails. */
  byte[] read(long gpa, int length) {
    byte[] bytes = new byte[length];
    return copy(gpa, bytes, false) ? bytes : null;
  }

  /** kvm_write_guest; false where it fails. */
  boolean write(long gpa, byte[] bytes) {
    return copy(gpa, bytes, true);
  }

  private boolean copy(long gpa, byte[] bytes, boolean write) {
    for (int done = 0; done < bytes.length; ) {
      byte[] page = page(gpa + done);
      if (page == null) {
        return false;
      }
      int inPage = (int) (gpa + done) & Limits.PAGE_SIZE - 1;
      int part = Math.min(bytes.length - done, Limits.PAGE_SIZE - inPage);
      System.arraycopy(
          write ? bytes : page,
          write ? done : inPage,
          write ? page : bytes,
          write ? inPage : done,
          part);
      done += part;
    }
    return true;
  }
}
