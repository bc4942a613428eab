package seamtape.sim.tdx.guest;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.tdx.SecureEpt;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdVcpu;
import seamtape.sim.tdx.TdVcpu.VeInfo;

/** What a vCPU of a TD meets: private and shared memory, and #VE for what it may not do itself. */
final class TdBus implements GuestBus {
  static final int EXIT_REASON_EPT_VIOLATION = 48;
  private static final int CPUID = 10;
  private static final int CR_ACCESS = 28;
  private static final int RDMSR = 31;
  private static final int WRMSR = 32;
  private static final int TDCALL = 77;
  private static final int VE = 20;
  private static final int DF = 8;
  private static final int GP = 13;
  private static final int PF = 14;
  private static final int PF_PRESENT = 1;
  private static final int PF_WRITE = 2;
  private static final int PF_USER = 4;
  private static final int PF_RESERVED = 8;
  private static final int PF_FETCH = 16;
  private static final long PENDING_VE_DISABLE = 1;

  /** Type of the extended exit qualification: a pending page, and #VE for it is off. */
  private static final int PENDING = 6;

  private final TdGuestRunner runner;
  private final TdVcpu vcpu;
  private final Td td;
  final TdMemoryView memory;
  private final TdMsrs msrs;
  private final TdControls controls;
  private final CurrentCpuid current;
  private final VcpuExecution execution;
  private final int[] cpuid = new int[4];

  /** The EPT violation that the last run left with. */
  long exitQualification;

  long extendedQualification;
  long exitGpa;

  TdBus(TdGuestRunner runner, TdVcpu vcpu, VcpuExecution execution) {
    this.runner = runner;
    this.execution = execution;
    this.vcpu = vcpu;
    this.td = vcpu.td;
    this.memory = new TdMemoryView(vcpu, runner.module.memory());
    this.msrs = new TdMsrs(vcpu);
    this.controls = new TdControls(vcpu);
    this.current = new CurrentCpuid(vcpu);
  }

  @Override
  public int intercept(int reason, long qualification, int length) {
    return switch (reason) {
      case TDCALL -> vcpu.cpu.longMode64() ? NONE : GP;
      case CPUID -> servesCpuid() ? NONE : virtualization(reason, 0, length);
      case RDMSR, WRMSR ->
          switch (msrs.access(reason == WRMSR)) {
            case NATIVE, MODULE -> NONE;
            case GP -> GP;
            case VE -> virtualization(reason, 0, length);
          };
      case VMMCALL -> UNDEFINED_OPCODE;
      default -> virtualization(reason, qualification, length);
    };
  }

  @Override
  public long hiddenCr4() {
    return TdControls.CR4_VMXE;
  }

  /** A TD exit, says tdx-ve.md, section 1; KVM reports it as one that it did not expect. */
  @Override
  public boolean leavesForTaskSwitch(long qualification) {
    exitQualification = qualification;
    return true;
  }

  @Override
  public boolean acceptsCr4(long value) {
    // As writeControl has just found it.
    return true;
  }

  @Override
  public int writeControl(int number, long value, int register) {
    int answer = number == 0 ? controls.writeCr0(value) : controls.writeCr4(value);
    long qualification = number | (long) register << 8;
    // MOV to a control register has three bytes, and a REX prefix for R8 to R15.
    int length = register < 8 ? 3 : 4;
    return answer == VE ? virtualization(CR_ACCESS, qualification, length) : answer;
  }

  @Override
  public int hardware(int reason, int length) {
    int answer = controls.execute(reason);
    return answer == VE ? virtualization(reason, 0, length) : answer;
  }

  private boolean servesCpuid() {
    boolean user = vcpu.cpu.cpl() == 3;
    boolean asked = user ? vcpu.cpuidUserVe : vcpu.cpuidSupervisorVe;
    int leaf = (int) vcpu.cpu.gpr[CpuState.RAX];
    int subleaf = (int) vcpu.cpu.gpr[CpuState.RCX];
    return !asked && td.cpuid.read(leaf, subleaf, cpuid) && !vcpu.asksCpuidVe(leaf, subleaf, user);
  }

  private int virtualization(int reason, long qualification, int length) {
    return virtualization(reason, qualification, length, 0, 0);
  }

  /** #VE with its information; #DF while the last one's has not been taken. */
  private int virtualization(int reason, long qualification, int length, long gla, long gpa) {
    VeInfo info = vcpu.veInfo;
    if (info.valid) {
      info.valid = false;
      return DF;
    }
    info.valid = true;
    info.exitReason = reason;
    info.exitQualification = qualification;
    info.instructionLength = length;
    info.instructionInfo = 0;
    info.gla = gla;
    info.gpa = gpa;
    return VE;
  }

  @Override
  public int eptViolation(long gpa, long gla, int access, int length) {
    if (gpa >>> td.gpaWidth() != 0) {
      return reservedBits(gla, access);
    }
    long qualification = 1L << access | 3 << 7;
    if (!td.isPrivate(gpa)) {
      boolean raises = td.shared != null && td.shared.raisesVe(gpa & ~td.sharedBit());
      return raises && access != 2
          ? virtualization(EXIT_REASON_EPT_VIOLATION, qualification, length, gla, gpa)
          : leave(gpa, qualification, 0);
    }
    SecureEpt sept = td.sept();
    sept.walk(gpa, SecureEpt.LEVEL_4K);
    boolean pending = sept.state().leaf() && sept.state().pending() && !sept.state().blocked();
    if (!pending) {
      return leave(gpa, qualification, 0);
    }
    return (td.controls & PENDING_VE_DISABLE) == 0
        ? virtualization(EXIT_REASON_EPT_VIOLATION, qualification, length, gla, gpa)
        : leave(gpa, qualification, PENDING);
  }

  /** #PF: an address has bits above those of the TD. */
  private int reservedBits(long gla, int access) {
    int user = vcpu.cpu.cpl() == 3 ? PF_USER : 0;
    int how = access == 1 ? PF_WRITE : access == 2 ? PF_FETCH : 0;
    vcpu.cpu.cr2 = gla;
    return PF | (PF_PRESENT | PF_RESERVED | user | how) << 8;
  }

  /** The exit of an EPT violation: bits 12:7 of the qualification are not for the host. */
  int leave(long gpa, long qualification, long extended) {
    exitGpa = gpa & -4096;
    exitQualification = qualification & ~0x1f80L;
    extendedQualification = extended;
    return LEAVE;
  }

  @Override
  public int tdcall() {
    return execution.tdcall();
  }

  @Override
  public byte[] readPage(long gpa) {
    return memory.page(gpa, false);
  }

  /** A TD does not execute shared memory. */
  @Override
  public byte[] codePage(long gpa) {
    return td.isPrivate(gpa) ? memory.page(gpa, false) : null;
  }

  @Override
  public byte[] writePage(long gpa) {
    return memory.page(gpa, true);
  }

  @Override
  public boolean pioIn(int port, int size, byte[] data, int offset) {
    return false;
  }

  @Override
  public boolean pioOut(int port, int size, byte[] data, int offset) {
    return false;
  }

  @Override
  public boolean mmioRead(long gpa, int length, byte[] data, int offset) {
    return false;
  }

  @Override
  public boolean mmioWrite(long gpa, int length, byte[] data, int offset) {
    return false;
  }

  /** As {@link #servesCpuid} has just found it, with what changes while the TD runs. */
  @Override
  public void cpuid(int leaf, int subleaf, int[] registers) {
    td.cpuid.read(leaf, subleaf, registers);
    current.apply(leaf, subleaf, registers);
  }

  @Override
  public Answer readMsr(int index, long[] value) {
    value[0] = msrs.read(index, tsc());
    return Answer.DONE;
  }

  @Override
  public Answer writeMsr(int index, long value) {
    msrs.write(index, value);
    return Answer.DONE;
  }

  /** Offset and scale are the TD's own. */
  @Override
  public long tsc() {
    return td.virtualTsc(runner.tsc.getAsLong());
  }

  @Override
  public long random() {
    return runner.module.random();
  }

  @Override
  public Answer hypercall(CpuState cpu) {
    return Answer.FAULT;
  }

  @Override
  public boolean interruptPending() {
    return vcpu.interrupts != null && vcpu.interrupts.interruptPending();
  }

  @Override
  public int acknowledgeInterrupt() {
    return vcpu.interrupts.acknowledgeInterrupt();
  }
}
