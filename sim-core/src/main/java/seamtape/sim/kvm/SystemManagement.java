package seamtape.sim.kvm;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.kvm.vcpu.SmmState;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * SMM of one vCPU as KVM emulates it (arch/x86/kvm/smm.c): an SMI saves the state at SMBASE +
 * 0xfe00 of the second address space and starts at SMBASE + 0x8000; RSM loads it back.
 */
final class SystemManagement {
  private static final int STATE_OFFSET = 0xfe00;

  private final Vm vm;
  private final Vcpu state;
  private final GuestBus memory;

  SystemManagement(Vm vm, Vcpu state, GuestBus memory) {
    this.vm = vm;
    this.state = state;
    this.memory = memory;
  }

  /** enter_smm: false, and the VM is dead, where no memory takes the state. */
  boolean enter() {
    state.smiCount++;
    byte[] saved = SmmState.save(state);
    CpuState cpu = state.cpu;
    cpu.smm = true;
    if (!store(saved)) {
      vm.die();
      return false;
    }
    cpu.smmInsideNmi = cpu.nmiMasked;
    cpu.nmiMasked = true;
    SmmState.enter(state);
    return true;
  }

  /** emulator_leave_smm. */
  int leave() {
    CpuState cpu = state.cpu;
    if (!cpu.smm) {
      return GuestBus.UNDEFINED_OPCODE;
    }
    byte[] saved = load();
    if (saved == null) {
      return GuestBus.LEAVE;
    }
    if (!cpu.smmInsideNmi) {
      cpu.nmiMasked = false;
    }
    cpu.smm = false;
    cpu.smmInsideNmi = false;
    return SmmState.load(state, saved) ? GuestBus.NONE : GuestBus.LEAVE;
  }

  private boolean store(byte[] saved) {
    for (int i = 0; i < saved.length; i++) {
      long gpa = state.smbase + STATE_OFFSET + i;
      byte[] page = memory.writePage(gpa & -Limits.PAGE_SIZE);
      if (page == null) {
        return false;
      }
      page[(int) gpa & Limits.PAGE_SIZE - 1] = saved[i];
    }
    return true;
  }

  private byte[] load() {
    byte[] saved = new byte[SmmState.SIZE];
    for (int i = 0; i < saved.length; i++) {
      long gpa = state.smbase + STATE_OFFSET + i;
      byte[] page = memory.readPage(gpa & -Limits.PAGE_SIZE);
      if (page == null) {
        return null;
      }
      saved[i] = page[(int) gpa & Limits.PAGE_SIZE - 1];
    }
    return saved;
  }
}
