package seamtape.sim.kvm;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.kvm.irq.Pic;
import seamtape.sim.kvm.irq.Pit;
import seamtape.sim.kvm.mem.MemorySlot;
import seamtape.sim.kvm.sev.SevVm;
import seamtape.sim.kvm.vcpu.Vcpu;

/** What a vCPU's instructions reach in the kernel: slots, in-kernel devices, CPUID, MSRs. */
final class VcpuBus implements GuestBus {
  /** The one MSR that an encrypted guest sets without asking. */
  private static final int MSR_AMD64_SEV_ES_GHCB = 0xc001_0130;

  private final VcpuRunner runner;
  private final Vm vm;
  private final Vcpu state;
  private final MsrExits msrs;
  private final Hypercalls hypercalls;
  private final InterruptSources interrupts;
  private final SystemManagement smm;
  private final InterceptedInstructions instructions;

  /** Guest instructions executed when the run began: the TSC moves with them. */
  private long executedBefore;

  /** A page of a slot without user memory behind it was touched: its address, or -1. */
  private long faultingGpa = -1;

  /** The host does what the guest asked for by VMGEXIT. */
  private boolean serving;

  /** Null where guests are not encrypted. */
  private final EncryptedPages encrypted;

  VcpuBus(VcpuRunner runner, Hypercalls hypercalls) {
    this.hypercalls = hypercalls;
    this.runner = runner;
    this.vm = runner.vm();
    this.state = runner.state();
    this.interrupts = new InterruptSources(runner);
    this.msrs = new MsrExits(vm, state, runner.lapic());
    this.smm = new SystemManagement(vm, state, this);
    this.instructions = new InterceptedInstructions(state);
    this.encrypted = vm.sev == null ? null : new EncryptedPages(vm, state);
  }

  void begin(long executed) {
    executedBefore = executed;
    faultingGpa = -1;
  }

  /** The guest is left: the VMM is about to see its memory. */
  void leaveGuest() {
    runner.requests().leaveGuest();
    if (encrypted != null) {
      encrypted.writeBack();
    }
  }

  /** A guest physical address without the bit that asks for encryption. */
  long plainAddress(long gpa) {
    return encrypted == null ? gpa : gpa & ~SevVm.C_BIT;
  }

  void reportFault(ExitWriter exits) {
    long flags = encrypted == null ? 0 : encrypted.faultFlags();
    exits.memoryFault(plainAddress(faultingGpa), flags);
  }

  /** Exits of the guest become exceptions that it handles itself. */
  boolean raisesVc() {
    return !serving && vm.sev != null && vm.sev.raisesVc();
  }

  void serving(boolean now) {
    serving = now;
  }

  /** The machine's time has caught up with the guest's instructions. */
  void caughtUp(long executed) {
    executedBefore = executed;
  }

  /** KVM_MSR_EXIT_REASON_* of the last MSR access that was left to user space. */
  int msrExitReason() {
    return msrs.reason();
  }

  long faultingGpa() {
    return faultingGpa;
  }

  private int addressSpace() {
    return state.cpu.smm ? Limits.SMM_ADDRESS_SPACE : 0;
  }

  @Override
  public byte[] readPage(long gpa) {
    if (encrypted != null && encrypted.inUse()) {
      return encryptedPage(gpa, EncryptedPages.READ);
    }
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    MemorySlot slot = vm.slots.backing(addressSpace(), gfn);
    return slot == null ? null : page(slot, gfn);
  }

  @Override
  public byte[] codePage(long gpa) {
    boolean checked = encrypted != null && encrypted.inUse();
    return checked ? encryptedPage(gpa, EncryptedPages.FETCH) : readPage(gpa);
  }

  private byte[] encryptedPage(long gpa, int access) {
    long gfn = plainAddress(gpa) >>> Limits.PAGE_SHIFT;
    MemorySlot slot = vm.slots.backing(gfn);
    byte[] page = encrypted.page(slot, gfn, gpa, access);
    if (page == null) {
      faultingGpa = encrypted.absent() ? gpa & -Limits.PAGE_SIZE : faultingGpa;
    } else if (access == EncryptedPages.WRITE && slot.logsDirty()) {
      vm.dirtyLog.written(slot, gfn);
      runner.dirtyRing().push(slot, gfn);
    }
    return page;
  }

  private byte[] page(MemorySlot slot, long gfn) {
    byte[] page = vm.host.user.memory().page(slot.hva(gfn));
    if (page == null) {
      faultingGpa = gfn << Limits.PAGE_SHIFT;
    }
    return page;
  }

  @Override
  public byte[] writePage(long gpa) {
    if (encrypted != null && encrypted.inUse()) {
      return encryptedPage(gpa, EncryptedPages.WRITE);
    }
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    MemorySlot slot = vm.slots.backing(addressSpace(), gfn);
    if (slot == null || slot.readOnly()) {
      return null;
    }
    byte[] page = page(slot, gfn);
    if (page != null && slot.logsDirty()) {
      vm.dirtyLog.written(slot, gfn);
      runner.dirtyRing().push(slot, gfn);
    }
    return page;
  }

  @Override
  public boolean pioIn(int port, int size, byte[] data, int offset) {
    if (raisesVc()) {
      return false;
    }
    runner.stats.intercepted(VcpuStats.Name.IO_EXITS);
    Pic pic = vm.interrupts.pic();
    Pit pit = vm.pit();
    if (pic != null && Pic.owns(port)) {
      store(data, offset, size, size == 1 ? pic.read(port) : 0);
      return true;
    }
    if (pit != null && pit.owns(port)) {
      store(data, offset, size, pit.read(port, vm.host.time.nanos()));
      return true;
    }
    return false;
  }

  private static void store(byte[] data, int offset, int size, int value) {
    for (int i = 0; i < size; i++) {
      data[offset + i] = (byte) (value >>> 8 * i);
    }
  }

  private static long load(byte[] data, int offset, int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (data[offset + i] & 0xffL) << 8 * i;
    }
    return value;
  }

  @Override
  public boolean pioOut(int port, int size, byte[] data, int offset) {
    if (raisesVc()) {
      return false;
    }
    runner.stats.intercepted(VcpuStats.Name.IO_EXITS);
    Pic pic = vm.interrupts.pic();
    Pit pit = vm.pit();
    if (pic != null && Pic.owns(port)) {
      if (size == 1) {
        pic.write(port, data[offset] & 0xff);
      }
      return true;
    }
    if (pit != null && pit.owns(port)) {
      pit.write(port, data[offset] & 0xff, vm.host.time.nanos());
      return true;
    }
    return queued(true, port, size, data, offset);
  }

  /** Signals an eventfd or fills the coalesced ring instead of leaving. */
  private boolean queued(boolean pio, long address, int size, byte[] data, int offset) {
    return !vm.ioEventFds.isEmpty()
            && vm.ioEventFds.write(pio, address, size, load(data, offset, size))
        || !vm.coalesced.isEmpty() && vm.coalesced.write(pio, address, size, data, offset);
  }

  @Override
  public boolean mmioRead(long gpa, int length, byte[] data, int offset) {
    if (raisesVc()) {
      return false;
    }
    runner.stats.emulated(runner.executed());
    if (runner.lapic() != null && runner.lapic().owns(gpa)) {
      store(data, offset, length, runner.lapic().read((int) gpa & 0xfff));
      return true;
    }
    if (vm.interrupts.ioapic() != null && vm.interrupts.ioapic().owns(gpa)) {
      store(data, offset, length, vm.interrupts.ioapic().read(gpa));
      return true;
    }
    return false;
  }

  @Override
  public boolean mmioWrite(long gpa, int length, byte[] data, int offset) {
    if (raisesVc()) {
      return false;
    }
    runner.stats.emulated(runner.executed());
    if (runner.lapic() != null && runner.lapic().owns(gpa)) {
      runner.lapic().write((int) gpa & 0xfff, (int) load(data, offset, length));
      return true;
    }
    if (vm.interrupts.ioapic() != null && vm.interrupts.ioapic().owns(gpa)) {
      vm.interrupts.ioapic().write(gpa, (int) load(data, offset, length));
      return true;
    }
    return queued(false, gpa, length, data, offset);
  }

  @Override
  public void cpuid(int leaf, int subleaf, int[] registers) {
    runner.stats.count(VcpuStats.Name.EXITS);
    state.cpuid.cpuid(leaf, subleaf, registers);
  }

  @Override
  public Answer readMsr(int index, long[] value) {
    runner.stats.count(VcpuStats.Name.EXITS);
    if (!raisesVc()) {
      return msrs.read(index, value);
    }
    value[0] = state.ghcbMsr;
    return index == MSR_AMD64_SEV_ES_GHCB ? Answer.DONE : Answer.EXIT;
  }

  @Override
  public Answer writeMsr(int index, long value) {
    runner.stats.count(VcpuStats.Name.EXITS);
    if (!raisesVc()) {
      return msrs.write(index, value);
    }
    state.ghcbMsr = index == MSR_AMD64_SEV_ES_GHCB ? value : state.ghcbMsr;
    return index == MSR_AMD64_SEV_ES_GHCB ? Answer.DONE : Answer.EXIT;
  }

  /** In a guest whose state is not encrypted the instruction is VMMCALL. */
  @Override
  public Answer vmgexit(CpuState cpu) {
    return raisesVc() ? Answer.EXIT : hypercalls.emulate();
  }

  /**
   * What the RMP does not let through; memory that the VMM has to put there first; or MMIO, which
   * an encrypted guest handles itself.
   */
  @Override
  public int eptViolation(long gpa, long gla, int access, int length) {
    int refused = encrypted == null ? NONE : encrypted.refusal(gla);
    if (refused != NONE) {
      return refused;
    }
    if (gpa >>> Limits.PAGE_SHIFT == faultingGpa >>> Limits.PAGE_SHIFT) {
      return LEAVE;
    }
    boolean guests = raisesVc() && access != EncryptedPages.FETCH;
    return guests ? VcCodes.exception(VcCodes.NPF) : NONE;
  }

  @Override
  public int vmpl() {
    return encrypted == null ? NONE : encrypted.vmpl();
  }

  @Override
  public int validate(long gpa, boolean large, boolean valid) {
    return owned(gpa, encrypted.validate(plainAddress(gpa) >>> Limits.PAGE_SHIFT, large, valid));
  }

  @Override
  public int adjust(long gpa, boolean large, int vmpl, int permissions, boolean saveArea) {
    long gfn = plainAddress(gpa) >>> Limits.PAGE_SHIFT;
    return owned(gpa, encrypted.adjust(gfn, large, vmpl, permissions, saveArea));
  }

  /** A page that is not the guest's is the VMM's to make its. */
  private int owned(long gpa, int result) {
    faultingGpa = encrypted.absent() ? gpa & -Limits.PAGE_SIZE : faultingGpa;
    return result;
  }

  @Override
  public int intercept(int reason, long qualification, int length) {
    return raisesVc() ? VcCodes.ofReason(reason) : NONE;
  }

  @Override
  public int hardware(int reason, int length) {
    runner.stats.count(VcpuStats.Name.EXITS);
    return raisesVc() ? NOT_EMULATED : instructions.execute(reason);
  }

  @Override
  public long tsc() {
    return state.guestTsc() + runner.executed() - executedBefore;
  }

  @Override
  public int replacedHypercall(int reason) {
    return instructions.replacedHypercall(reason, encrypted == null || !encrypted.inUse());
  }

  @Override
  public Answer hypercall(CpuState cpu) {
    runner.stats.count(VcpuStats.Name.EXITS);
    return raisesVc() ? Answer.EXIT : hypercalls.emulate();
  }

  @Override
  public boolean leaveRequested() {
    return runner.requests().pending();
  }

  @Override
  public boolean enterSmm() {
    return smm.enter();
  }

  @Override
  public int leaveSmm() {
    return smm.leave();
  }

  @Override
  public long taskPriority(CpuState cpu) {
    return state.cr8();
  }

  /** Without a LAPIC in the kernel, user space hears of a lower priority (handle_cr). */
  @Override
  public boolean setTaskPriority(CpuState cpu, long value) {
    long before = state.cr8();
    state.setCr8(value);
    return runner.lapic() == null && before > value;
  }

  @Override
  public boolean acceptsCr4(long value) {
    return state.acceptsCr4(value);
  }

  @Override
  public boolean acceptsCr3(long value) {
    return state.acceptsCr3(value);
  }

  @Override
  public boolean interruptPending() {
    return interrupts.pending();
  }

  @Override
  public int acknowledgeInterrupt() {
    return interrupts.acknowledge();
  }
}
