package seamtape.sim.kvm;

import java.nio.ByteBuffer;
import java.util.function.IntToLongFunction;
import seamtape.catalog.KvmExit;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdvmcallStatus;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestExit;

/**
 * Carries exits between the interpreter and struct kvm_run: out when one happens, back answered.
 */
public final class ExitWriter {
  private static final int KVM_EXIT_IO_OUT = 1;
  private static final int IO_DATA_OFFSET = Limits.KVM_PIO_PAGE_OFFSET * Limits.PAGE_SIZE;
  private static final int MMIO_DATA = 40;
  private static final int HYPERCALL_RET = 88;
  private static final int XEN_RESULT = 56;
  private static final int HYPERV_RESULT = 48;

  /** The only hypercall that exits has three arguments; the others' places stay as they were. */
  private static final int MAP_GPA_RANGE_ARGUMENTS = 3;

  private static final int MSR_ERROR = 32;
  private static final int SNP_CERTS_PAGES = 40;
  private static final int SNP_CERTS_RET = 48;
  private static final int TDX_RET = 48;
  private static final int TDX_DATA = 56;
  private static final int UNEXPECTED_EXIT_REASON = 4;
  private static final int SYSTEM_EVENT_TDX_FATAL = 7;
  private static final int MSR_DATA = 48;

  /** suberror, ndata, then the flags and up to 15 bytes of the instruction. */
  private static final int EMULATION_WORDS = 4;

  private static final long SVM_EXIT_INVALID = 0xffff_ffffL;
  private static final long EMULATION_FLAG_INSTRUCTION_BYTES = 1;

  private final RunPage run;
  private final byte[] ioData = new byte[Limits.PAGE_SIZE];
  private final ByteBuffer fields;

  ExitWriter(RunPage run) {
    this.run = run;
    this.fields = run.fields();
  }

  /** The page of port I/O data. */
  byte[] ioData() {
    return ioData;
  }

  public void reason(KvmExit reason) {
    run.exitReason(reason.number());
  }

  void reason(int number) {
    run.exitReason(number);
  }

  public void io(GuestExit exit) {
    reason(KvmExit.KVM_EXIT_IO);
    fields.put(32, (byte) (exit.isIn ? 0 : KVM_EXIT_IO_OUT)).put(33, (byte) exit.size);
    fields.putShort(34, (short) exit.port).putInt(36, exit.count).putLong(40, IO_DATA_OFFSET);
    if (!exit.isIn) {
      System.arraycopy(exit.data, 0, ioData, 0, exit.size * exit.count);
    }
  }

  public void mmio(GuestExit exit) {
    reason(KvmExit.KVM_EXIT_MMIO);
    fields.putLong(32, exit.gpa).putInt(48, exit.length);
    fields.put(52, (byte) (exit.isWrite ? 1 : 0));
    if (exit.isWrite) {
      // As the kernel: bytes beyond the length keep what was there.
      fields.put(MMIO_DATA, exit.data, 0, exit.length);
    }
  }

  /** KVM_EXIT_XEN_HCALL. */
  void xenHypercall(long number, long[] parameters, boolean longMode, int cpl) {
    reason(KvmExit.KVM_EXIT_XEN);
    fields.putInt(32, 1).putInt(40, longMode ? 1 : 0).putInt(44, cpl).putLong(48, number);
    fields.putLong(XEN_RESULT, 0);
    for (int i = 0; i < parameters.length; i++) {
      fields.putLong(64 + 8 * i, parameters[i]);
    }
  }

  long xenResult() {
    return fields.getLong(XEN_RESULT);
  }

  /** KVM_EXIT_HYPERV_HCALL: control word, input, output. */
  void hypervHypercall(long[] call) {
    reason(KvmExit.KVM_EXIT_HYPERV);
    fields.putInt(32, 2).putInt(36, 0).putLong(40, call[0]).putLong(HYPERV_RESULT, 0);
    fields.putLong(56, call[1]).putLong(64, call[2]);
  }

  /** KVM_EXIT_HYPERV_SYNIC: an MSR, control, pages of events and of messages. */
  void hypervSynic(int msr, IntToLongFunction values) {
    reason(KvmExit.KVM_EXIT_HYPERV);
    fields.putInt(32, 1).putInt(36, 0).putInt(40, msr).putInt(44, 0);
    fields.putLong(48, values.applyAsLong(0x4000_0080));
    fields.putLong(56, values.applyAsLong(0x4000_0082));
    fields.putLong(64, values.applyAsLong(0x4000_0083));
  }

  /** KVM_EXIT_HYPERV_SYNDBG: an MSR, control, status, pages to send, received and pending. */
  void hypervDebugger(int msr, IntToLongFunction values) {
    reason(KvmExit.KVM_EXIT_HYPERV);
    fields.putInt(32, 3).putInt(36, 0).putInt(40, msr).putInt(44, 0);
    for (int i = 0; i < 5; i++) {
      fields.putLong(48 + 8 * i, values.applyAsLong(0x4000_00f1 + i));
    }
  }

  long hypervResult() {
    return fields.getLong(HYPERV_RESULT);
  }

  public void hypercall(long number, long[] arguments, boolean longMode) {
    reason(KvmExit.KVM_EXIT_HYPERCALL);
    fields.putLong(32, number);
    for (int i = 0; i < MAP_GPA_RANGE_ARGUMENTS; i++) {
      fields.putLong(40 + i * Long.BYTES, arguments[i]);
    }
    fields.putLong(HYPERCALL_RET, 0).putLong(96, longMode ? 1 : 0);
  }

  public void msr(GuestExit exit, int why, boolean write) {
    reason(write ? KvmExit.KVM_EXIT_X86_WRMSR : KvmExit.KVM_EXIT_X86_RDMSR);
    fields.putLong(MSR_ERROR, 0).putInt(40, why).putInt(44, exit.msrIndex);
    fields.putLong(MSR_DATA, write ? exit.msrData : 0);
  }

  void debug(GuestExit exit) {
    reason(KvmExit.KVM_EXIT_DEBUG);
    fields.putInt(32, exit.exception).putInt(36, 0).putLong(40, exit.pc);
    fields.putLong(48, exit.dr6).putLong(56, exit.dr7);
  }

  void internalError(GuestExit exit) {
    reason(KvmExit.KVM_EXIT_INTERNAL_ERROR);
    fields.putInt(32, exit.suberror);
    fields.putInt(36, exit.instructionLength > 0 ? EMULATION_WORDS : 0);
    fields.putLong(40, EMULATION_FLAG_INSTRUCTION_BYTES);
    fields.putLong(48, 0).putLong(56, 0).putLong(64, 0);
    fields.put(48, (byte) exit.instructionLength);
    fields.put(49, exit.instruction, 0, exit.instructionLength);
  }

  /** VMRUN found the guest's state or its ASID invalid. */
  void failEntry() {
    reason(KvmExit.KVM_EXIT_FAIL_ENTRY);
    fields.putLong(32, SVM_EXIT_INVALID).putInt(40, 0);
  }

  void memoryFault(long gpa) {
    memoryFault(gpa, 0);
  }

  /**
   * @param flags KVM_MEMORY_EXIT_FLAG_PRIVATE or 0
   */
  public void memoryFault(long gpa, long flags) {
    reason(KvmExit.KVM_EXIT_MEMORY_FAULT);
    fields.putLong(32, flags).putLong(40, gpa).putLong(48, Limits.PAGE_SIZE);
  }

  /** An exit that KVM does not know what to do with. */
  public void unexpectedExit(long reason, int cpu) {
    reason(KvmExit.KVM_EXIT_INTERNAL_ERROR);
    fields.putInt(32, UNEXPECTED_EXIT_REASON).putInt(36, 2).putLong(40, reason).putLong(48, cpu);
  }

  /** A system event with one word of data. */
  public void systemEvent(int type, long data) {
    reason(KvmExit.KVM_EXIT_SYSTEM_EVENT);
    fields.putInt(32, type).putInt(36, 1).putLong(40, data);
  }

  /** KVM_SYSTEM_EVENT_TDX_FATAL: the registers in the order of their numbers. */
  public void tdxFatal(long status, long[] gpr) {
    reason(KvmExit.KVM_EXIT_SYSTEM_EVENT);
    fields.putInt(32, SYSTEM_EVENT_TDX_FATAL).putInt(36, gpr.length);
    for (int register = 0; register < gpr.length; register++) {
      boolean unseen = register == CpuState.RSP || register == CpuState.RBP;
      fields.putLong(40 + register * Long.BYTES, unseen ? 0 : gpr[register]);
    }
    fields.putLong(40, status);
  }

  /** KVM_EXIT_TDX, with what the TDVMCALL is answered unless user space says otherwise. */
  public void tdx(Tdvmcall call, TdvmcallStatus otherwise, long first, long second) {
    reason(KvmExit.KVM_EXIT_TDX);
    fields.putLong(32, 0).putLong(40, call.number()).putLong(TDX_RET, otherwise.value());
    fields.putLong(TDX_DATA, first).putLong(64, second).putLong(72, 0).putLong(80, 0);
    fields.putLong(88, 0);
  }

  /** What user space answered to KVM_EXIT_TDX. */
  public long tdxStatus() {
    return fields.getLong(TDX_RET);
  }

  /** The registers from R11 on of an answer to GetTdVmCallInfo. */
  public long tdxInfo(int index) {
    return fields.getLong(TDX_DATA + (1 + index) * Long.BYTES);
  }

  /** KVM_EXIT_SNP_REQ_CERTS: certificates for so many pages at an address of the guest. */
  public void snpCertificates(long gpa, long pages) {
    reason(KvmExit.KVM_EXIT_SNP_REQ_CERTS);
    fields.putLong(32, gpa).putLong(SNP_CERTS_PAGES, pages).putLong(SNP_CERTS_RET, 0);
  }

  /** A positive errno, or 0. */
  public long snpCertificatesResult() {
    return fields.getLong(SNP_CERTS_RET);
  }

  public long snpCertificatesPages() {
    return fields.getLong(SNP_CERTS_PAGES);
  }

  /** What user space answered to KVM_EXIT_HYPERCALL. */
  public long hypercallResult() {
    return fields.getLong(HYPERCALL_RET);
  }

  void tprAccess(long rip, boolean isWrite) {
    reason(KvmExit.KVM_EXIT_TPR_ACCESS);
    fields.putLong(32, rip).putInt(40, isWrite ? 1 : 0);
  }

  void ioapicEoi(int vector) {
    reason(KvmExit.KVM_EXIT_IOAPIC_EOI);
    fields.put(RunPage.UNION, (byte) vector);
  }

  /** Gives the interpreter what user space answered to its last exit. */
  public void answer(GuestExit exit) {
    switch (exit.kind) {
      case IO -> {
        if (exit.isIn) {
          System.arraycopy(ioData, 0, exit.data, 0, exit.size * exit.count);
        }
      }
      case MMIO -> {
        if (!exit.isWrite) {
          fields.get(MMIO_DATA, exit.data, 0, exit.length);
        }
      }
      case RDMSR, WRMSR -> {
        exit.msrError = fields.get(MSR_ERROR);
        exit.msrData = exit.kind == GuestExit.Kind.RDMSR ? fields.getLong(MSR_DATA) : exit.msrData;
      }
      default -> {
        // The other exits ask nothing.
      }
    }
  }
}
