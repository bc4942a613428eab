package seamtape.sim.guest;

/**
 * What the machine offers the guest's instructions: memory pages, in-kernel devices, CPUID, MSRs,
 * the TSC, hypercalls and the interrupt controller. Called by the interpreter only, while it runs.
 */
public interface GuestBus {
  /** How the machine answered an MSR access or a hypercall. */
  enum Answer {
    /** Done; a value read lies where the call says. */
    DONE,
    /** Refused: #GP for an MSR, #UD for a hypercall. */
    FAULT,
    /** Left to user space: the interpreter returns with an exit. */
    EXIT
  }

  /** Of {@link #intercept} and {@link #eptViolation}: nothing special, go on. */
  int NONE = -1;

  /** Of {@link #eptViolation}: leave the instruction; it starts again later. */
  int LEAVE = -2;

  /** Of {@link #tdcall}: the instruction is complete, and the guest leaves. */
  int DONE_AND_LEAVE = -3;

  /** Stands for VMMCALL in {@link #intercept}: VMX has no exit reason for it. */
  int VMMCALL = -5;

  /** Of {@link #hardware}: the emulation fails. */
  int NOT_EMULATED = -4;

  /** Of {@link #validate}: the page was already what it is to be. */
  int UNCHANGED = -6;

  /** Of {@link #adjust}: the page is the guest's, but the guest has not validated it. */
  int NOT_VALIDATED = -7;

  /** The exception #UD. */
  int UNDEFINED_OPCODE = 6;

  /**
   * An instruction that hardware may be told to intercept, before it does anything.
   *
   * @param reason VMX exit reason
   * @param qualification exit qualification
   * @param length bytes of the instruction
   * @return the exception to raise instead, with its error code from bit 8 on, or {@link #NONE}
   */
  default int intercept(int reason, long qualification, int length) {
    return NONE;
  }

  /**
   * No page backs an access.
   *
   * @param access 0 read, 1 write, 2 fetch
   * @return the exception to raise, {@link #LEAVE}, or {@link #NONE} for an MMIO access
   */
  default int eptViolation(long gpa, long gla, int access, int length) {
    return NONE;
  }

  /** Bits of CR4 that the machine holds at 1 and the guest reads as 0. */
  default long hiddenCr4() {
    return 0;
  }

  /**
   * MOV to CR0 or CR4, before it does anything; bits of {@link #hiddenCr4} are as the guest has
   * them.
   *
   * @param register general register that the value comes from
   * @return the exception to raise instead, or {@link #NONE}
   */
  default int writeControl(int number, long value, int register) {
    return NONE;
  }

  /**
   * XSETBV, RDPMC, MONITOR, MWAIT, PCONFIG: what a CPU executes and KVM's emulator does not know.
   *
   * @param reason VMX exit reason
   * @return {@link #NONE} when it is done, {@link #NOT_EMULATED}, or the exception to raise instead
   */
  default int hardware(int reason, int length) {
    return NOT_EMULATED;
  }

  /**
   * TDCALL, with the registers of the vCPU.
   *
   * @return {@link #NONE} when it was served, {@link #DONE_AND_LEAVE}, {@link #LEAVE}, or the
   *     exception to raise instead
   */
  default int tdcall() {
    return UNDEFINED_OPCODE;
  }

  /** The 4096 bytes backing the guest page at {@code gpa} (aligned), or null: an MMIO access. */
  byte[] readPage(long gpa);

  /** As readPage for an instruction fetch. */
  default byte[] codePage(long gpa) {
    return readPage(gpa);
  }

  /** As readPage for a write; null also for a read-only slot. A page handed out counts as dirty. */
  byte[] writePage(long gpa);

  /** An in-kernel device fills {@code size} bytes and returns true; false makes it an exit. */
  boolean pioIn(int port, int size, byte[] data, int offset);

  boolean pioOut(int port, int size, byte[] data, int offset);

  /** As pioIn, for 1 to 8 bytes of guest physical memory that no slot backs. */
  boolean mmioRead(long gpa, int length, byte[] data, int offset);

  boolean mmioWrite(long gpa, int length, byte[] data, int offset);

  /** Stores eax, ebx, ecx, edx of the leaf in {@code registers}. */
  void cpuid(int leaf, int subleaf, int[] registers);

  /** Answers RDMSR; on DONE the value is in {@code value[0]}. */
  Answer readMsr(int index, long[] value);

  Answer writeMsr(int index, long value);

  /** The guest's time stamp counter. */
  long tsc();

  /** What RDRAND and RDSEED find, where {@link #hardware} lets them. */
  default long random() {
    return 0;
  }

  /**
   * The last byte of the hypercall instruction that takes the place of the guest's own, which this
   * processor does not know; {@link #NONE} where it does, or {@link #UNDEFINED_OPCODE}.
   *
   * @param reason as {@link #intercept} has it
   */
  default int replacedHypercall(int reason) {
    return NONE;
  }

  /** VMCALL or VMMCALL with the registers of {@code cpu}; DONE: the result is already in RAX. */
  Answer hypercall(CpuState cpu);

  /** VMGEXIT: EXIT leaves to the machine, the others are VMMCALL's. */
  default Answer vmgexit(CpuState cpu) {
    return hypercall(cpu);
  }

  /** The VMPL at which an SNP guest runs; NONE for any other guest. */
  default int vmpl() {
    return NONE;
  }

  /**
   * PVALIDATE of a private page, or of a private large one.
   *
   * @return a result for EAX, {@link #UNCHANGED}, or {@link #LEAVE}
   */
  default int validate(long gpa, boolean large, boolean valid) {
    return LEAVE;
  }

  /**
   * RMPADJUST of a private page, or of a private large one, for a VMPL below that of the vCPU.
   *
   * @param permissions bits 3:0 read, write, execute for users, execute for the supervisor
   * @return a result for EAX, {@link #NOT_VALIDATED}, or {@link #LEAVE}
   */
  default int adjust(long gpa, boolean large, int vmpl, int permissions, boolean saveArea) {
    return LEAVE;
  }

  /** The machine wants the guest to be left before the next instruction. */
  default boolean leaveRequested() {
    return false;
  }

  /** CR8 as the guest reads it. */
  default long taskPriority(CpuState cpu) {
    return cpu.cr8;
  }

  /** MOV to CR8, 0 to 15; true when user space has to hear of it. */
  default boolean setTaskPriority(CpuState cpu, long value) {
    cpu.cr8 = value;
    return false;
  }

  /** False makes MOV to CR4 a #GP. */
  default boolean acceptsCr4(long value) {
    return value >>> 32 == 0;
  }

  /** False makes MOV to CR3 a #GP in long mode. */
  default boolean acceptsCr3(long value) {
    return true;
  }

  /**
   * An SMI is taken: saves the state and enters SMM.
   *
   * @return false where that kills the VM
   */
  default boolean enterSmm() {
    return true;
  }

  /**
   * RSM.
   *
   * @return {@link #NONE} when the saved state is back, {@link #LEAVE} for a shutdown, or the
   *     exception to raise instead
   */
  default int leaveSmm() {
    return UNDEFINED_OPCODE;
  }

  /**
   * True where a hardware task switch leaves the guest, as it is before it, for good: to a host
   * that cannot emulate what it cannot see.
   *
   * @param qualification as VMX has it: the TSS's selector in 15:0, the reason in 31:30
   */
  default boolean leavesForTaskSwitch(long qualification) {
    return false;
  }

  /** True while the interrupt controller (or KVM_INTERRUPT) has a vector to deliver. */
  boolean interruptPending();

  /** Acknowledges and returns the vector; called only after interruptPending said true. */
  int acknowledgeInterrupt();
}
