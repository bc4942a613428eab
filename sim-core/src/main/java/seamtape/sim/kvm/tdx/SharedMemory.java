package seamtape.sim.kvm.tdx;

import java.util.TreeSet;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.Vm;
import seamtape.sim.kvm.mem.MemorySlot;
import seamtape.sim.tdx.SharedEpt;

/**
 * The EPT of a TD's shared memory, which KVM owns: user memory behind slots. A frame without a slot
 * becomes an MMIO entry at its first access; from then on accesses to it raise #VE in the guest.
 */
public final class SharedMemory implements SharedEpt {
  private final Vm vm;
  private final TreeSet<Long> mmio = new TreeSet<>();

  SharedMemory(Vm vm) {
    this.vm = vm;
  }

  /**
   * The page behind a shared address, without the SHARED bit; null for an EPT violation: no slot,
   * no memory behind it, or memory that is private now.
   */
  @Override
  public byte[] page(long gpa, boolean write) {
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    MemorySlot slot = vm.slots.backing(gfn);
    boolean refused = slot == null || write && slot.readOnly() || vm.attributes.isPrivate(gfn);
    return refused ? null : vm.host.user.memory().page(slot.hva(gfn));
  }

  /** An access to the address raises #VE instead of an exit. */
  @Override
  public boolean raisesVe(long gpa) {
    return mmio.contains(gpa >>> Limits.PAGE_SHIFT) && page(gpa, false) == null;
  }

  /** Makes an entry after an EPT violation; false where the VMM has no memory there. */
  boolean fault(long gpa) {
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    if (vm.slots.backing(gfn) == null) {
      mmio.add(gfn);
      return true;
    }
    return page(gpa, true) != null;
  }

  @Override
  public int vm() {
    return vm.number;
  }
}
