package seamtape.sim.guest;

import java.util.Arrays;

/**
 * The registers and pending events of one vCPU. The machine reads and writes them between two calls
 * of {@link Interpreter#run}; the interpreter works on them directly.
 */
public final class CpuState {
  public static final int RAX = 0;
  public static final int RCX = 1;
  public static final int RDX = 2;
  public static final int RBX = 3;
  public static final int RSP = 4;
  public static final int RBP = 5;
  public static final int RSI = 6;
  public static final int RDI = 7;

  public static final int ES = 0;
  public static final int CS = 1;
  public static final int SS = 2;
  public static final int DS = 3;
  public static final int FS = 4;
  public static final int GS = 5;

  public static final long CF = 1;
  public static final long PF = 1 << 2;
  public static final long AF = 1 << 4;
  public static final long ZF = 1 << 6;
  public static final long SF = 1 << 7;
  public static final long TF = 1 << 8;
  public static final long IF = 1 << 9;
  public static final long DF = 1 << 10;
  public static final long OF = 1 << 11;
  public static final long IOPL = 3 << 12;
  public static final long NT = 1 << 14;
  public static final long RF = 1 << 16;
  public static final long VM = 1 << 17;
  public static final long AC = 1 << 18;
  public static final long VIF = 1 << 19;
  public static final long VIP = 1 << 20;

  public static final long CR0_PE = 1;
  public static final long CR0_TS = 1 << 3;
  public static final long CR0_ET = 1 << 4;
  public static final long CR0_WP = 1 << 16;
  public static final long CR0_NW = 1 << 29;
  public static final long CR0_CD = 1 << 30;
  public static final long CR0_PG = 1L << 31;
  public static final long CR4_VME = 1;
  public static final long CR4_PVI = 1 << 1;
  public static final long CR4_TSD = 1 << 2;
  public static final long CR4_PSE = 1 << 4;
  public static final long CR4_PAE = 1 << 5;
  public static final long EFER_LME = 1 << 8;
  public static final long EFER_LMA = 1 << 10;
  public static final long EFER_NX = 1 << 11;

  /** Values of {@link #interruptShadow}: those of KVM_X86_SHADOW_INT_*. */
  public static final int SHADOW_MOV_SS = 1;

  public static final int SHADOW_STI = 2;

  /** Bits of DR6 that are 1 where nothing happened. */
  public static final long DR6_ACTIVE_LOW = 0xffff_0ff0L;

  /** Values of {@link #guestDebug}: those of KVM_GUESTDBG_*. */
  public static final int GUESTDBG_ENABLE = 1;

  public static final int GUESTDBG_SINGLESTEP = 2;
  public static final int GUESTDBG_USE_SW_BP = 0x10000;
  public static final int GUESTDBG_USE_HW_BP = 0x20000;
  public static final int GUESTDBG_BLOCKIRQ = 0x100000;

  /** In the order of the x86 encoding: rax rcx rdx rbx rsp rbp rsi rdi r8..r15. */
  public final long[] gpr = new long[16];

  public long rip;
  public long rflags;

  /** In the order of the x86 encoding: es cs ss ds fs gs. */
  public final Segment[] segments = new Segment[6];

  public final Segment tr = new Segment();
  public final Segment ldt = new Segment();
  public long gdtBase;
  public int gdtLimit;
  public long idtBase;
  public int idtLimit;
  public long cr0;
  public long cr2;
  public long cr3;
  public long cr4;
  public long cr8;
  public long efer;
  public long apicBase;
  public final long[] dr = new long[4];
  public long dr6;
  public long dr7;

  /** SHADOW_* bits: no external interrupt before the next instruction has completed. */
  public int interruptShadow;

  /** An exception to deliver before the next instruction; rip is that of the saved frame. */
  public boolean exceptionPending;

  public int exceptionVector;
  public boolean exceptionHasErrorCode;
  public int exceptionErrorCode;

  /** The exception is one of user space with a payload, which for #DB goes into DR6. */
  public boolean exceptionHasPayload;

  public long exceptionPayload;

  /** An interrupt that was taken but not yet delivered; it ignores IF. */
  public boolean interruptInjected;

  public int interruptVector;

  /**
   * The injected interrupt is an INT n: its frame points behind an instruction already executed.
   */
  public boolean interruptSoft;

  public boolean nmiPending;

  /** An NMI that was taken but not yet delivered; it ignores {@link #nmiMasked}. */
  public boolean nmiInjected;

  /** NMIs stay pending until the next IRET. */
  public boolean nmiMasked;

  /** NMIs delivered since creation. */
  public long nmisDelivered;

  public boolean smiPending;

  /** In system management mode: memory is that of the second address space. */
  public boolean smm;

  /** NMIs were masked before SMM was entered, and stay so behind RSM. */
  public boolean smmInsideNmi;

  /** kvm_run.request_interrupt_window: leave as soon as an interrupt could be delivered. */
  public boolean interruptWindowRequested;

  /** GUESTDBG_* bits of KVM_SET_GUEST_DEBUG. */
  public int guestDebug;

  /** DR0 to DR3 and DR7 of KVM_SET_GUEST_DEBUG, in force while it has USE_HW_BP. */
  public final long[] guestDebugRegisters = new long[8];

  public CpuState() {
    for (int i = 0; i < segments.length; i++) {
      segments[i] = new Segment();
    }
    reset(0x600);
  }

  /** The state KVM gives a new vCPU; {@code signature} is CPUID.1:EAX and lands in RDX. */
  public void reset(int signature) {
    Arrays.fill(gpr, 0);
    gpr[RDX] = signature & 0xffff_ffffL;
    rip = 0xfff0;
    rflags = 2;
    for (Segment segment : segments) {
      segment.reset(3, true);
    }
    segments[CS].reset(11, true);
    segments[CS].selector = 0xf000;
    segments[CS].base = 0xffff_0000L;
    tr.reset(11, false);
    ldt.reset(2, false);
    gdtBase = 0;
    gdtLimit = 0xffff;
    idtBase = 0;
    idtLimit = 0xffff;
    cr0 = 0x6000_0010;
    cr2 = 0;
    cr3 = 0;
    cr4 = 0;
    cr8 = 0;
    efer = 0;
    apicBase = 0xfee0_0900L;
    Arrays.fill(dr, 0);
    dr6 = 0xffff_0ff0L;
    dr7 = 0x400;
    clearEvents();
  }

  /** Takes over the registers of another vCPU; pending events stay where they are. */
  public void copyFrom(CpuState other) {
    System.arraycopy(other.gpr, 0, gpr, 0, gpr.length);
    System.arraycopy(other.dr, 0, dr, 0, dr.length);
    for (int i = 0; i < segments.length; i++) {
      segments[i].copyFrom(other.segments[i]);
    }
    tr.copyFrom(other.tr);
    ldt.copyFrom(other.ldt);
    gdtBase = other.gdtBase;
    gdtLimit = other.gdtLimit;
    idtBase = other.idtBase;
    idtLimit = other.idtLimit;
    rip = other.rip;
    rflags = other.rflags;
    cr0 = other.cr0;
    cr2 = other.cr2;
    cr3 = other.cr3;
    cr4 = other.cr4;
    efer = other.efer;
    dr6 = other.dr6;
    dr7 = other.dr7;
  }

  private void clearEvents() {
    interruptShadow = 0;
    exceptionPending = false;
    exceptionHasErrorCode = false;
    exceptionHasPayload = false;
    nmiInjected = false;
    interruptInjected = false;
    interruptSoft = false;
    nmiPending = false;
    nmiMasked = false;
    smiPending = false;
    smm = false;
    smmInsideNmi = false;
    interruptWindowRequested = false;
  }

  public boolean flag(long mask) {
    return (rflags & mask) != 0;
  }

  void flag(long mask, boolean value) {
    rflags = value ? rflags | mask : rflags & ~mask;
  }

  /** An exception that is delivered before the next instruction. */
  public void pend(int vector, boolean hasErrorCode, int errorCode) {
    exceptionPending = true;
    exceptionVector = vector;
    exceptionHasErrorCode = hasErrorCode;
    exceptionErrorCode = errorCode;
    exceptionHasPayload = false;
  }

  public boolean realMode() {
    return (cr0 & CR0_PE) == 0;
  }

  /** Executes 64-bit code: long mode active and CS.L set. */
  public boolean longMode64() {
    return (efer & EFER_LMA) != 0 && segments[CS].l;
  }

  /** Current privilege level; KVM takes it from SS.DPL. */
  public int cpl() {
    return realMode() ? 0 : flag(VM) ? 3 : segments[SS].dpl;
  }
}
