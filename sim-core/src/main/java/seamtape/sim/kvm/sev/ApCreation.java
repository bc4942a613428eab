package seamtape.sim.kvm.sev;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.VcpuRunner;
import seamtape.sim.kvm.Vm;
import seamtape.sim.kvm.mem.MemorySlot;
import seamtape.sim.kvm.mem.RmpEntry;
import seamtape.sim.kvm.vcpu.SevVcpu;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * An SNP guest starts its other vCPUs by save areas that it makes itself (sev_snp_ap_creation): the
 * vCPU takes its registers from that page of private memory when it next enters the guest.
 */
final class ApCreation {
  private static final int CREATE_ON_INIT = 0;
  private static final int CREATE = 1;
  static final int DESTROY = 2;
  private static final long LARGE_PAGE = 2L << 20;

  /** Of a save area: the privilege level at which the vCPU runs. */
  private static final int VMPL = 0xca;

  private ApCreation() {}

  /**
   * SW_EXITINFO1: APIC id and request; SW_EXITINFO2: address of the save area.
   *
   * @param features SEV_FEATURES of the new vCPU, which must be those of the VM
   * @return false for what is refused as invalid input
   */
  static boolean request(Vm vm, long info, long vmsa, long features) {
    VcpuRunner target = vm.vcpu((int) (info >>> 32));
    if (target == null) {
      return false;
    }
    SevVcpu sev = target.state().sev;
    int request = (int) info;
    switch (request) {
      case CREATE_ON_INIT, CREATE -> {
        boolean page = vmsa >= 0 && (vmsa & Limits.PAGE_SIZE - 1) == 0;
        // A save area at the begin of a large page meets an erratum of the CPU.
        if (features != vm.sev.vmsaFeatures || !page || (vmsa & LARGE_PAGE - 1) == 0) {
          return false;
        }
        sev.vmsaGpa = vmsa;
      }
      case DESTROY -> sev.vmsaGpa = SevVcpu.NONE;
      default -> {
        return false;
      }
    }
    sev.waitsForReset = true;
    sev.resetDue |= request != CREATE_ON_INIT;
    return true;
  }

  /**
   * sev_snp_init_protected_guest_state: the vCPU is off, unless there is a page for it. VMRUN fails
   * where that page is no save area, or is one of a VMPL that there is not.
   */
  static void reset(Vm vm, Vcpu vcpu) {
    SevVcpu sev = vcpu.sev;
    sev.resetDue = false;
    if (!sev.waitsForReset) {
      return;
    }
    sev.waitsForReset = false;
    sev.entryFails = false;
    vcpu.mpState = Vcpu.MP_STATE_HALTED;
    long gpa = sev.vmsaGpa;
    sev.vmsaGpa = SevVcpu.NONE;
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    MemorySlot slot = gpa == SevVcpu.NONE ? null : vm.slots.backing(gfn);
    if (slot == null || slot.memfd() == null) {
      return;
    }
    vcpu.mpState = Vcpu.MP_STATE_RUNNABLE;
    RmpEntry entry = slot.memfd().assign(slot.memfdPage(gfn), gfn);
    byte[] page = slot.memfd().privatePage(slot.memfdPage(gfn));
    sev.vmpl = page[VMPL] & 0xff;
    sev.entryFails = !entry.saveArea() || entry.gfn() != gfn || sev.vmpl >= RmpEntry.VMPLS;
    if (!sev.entryFails) {
      Vmsa.load(ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN), vcpu);
    }
  }
}
