package seamtape.sim.guest;

/**
 * Why the interpreter returned, and the data of it; one object per interpreter, reused. Which
 * fields hold something depends on {@link #kind}. The machine stores the answer of user space here
 * before the next run: {@link #data} for reads, {@link #msrData} and {@link #msrError} for MSRs,
 * {@link #result} for hypercalls.
 */
public final class GuestExit {
  /** The kinds of exit. */
  public enum Kind {
    /** Nothing happened: the previous exit is complete. */
    NONE,
    /** The instructions asked for were executed. */
    BUDGET,
    IO,
    MMIO,
    HLT,
    DEBUG,
    HYPERCALL,
    RDMSR,
    WRMSR,
    TDCALL,
    VMGEXIT,
    /** A page has to come first; the bus knows which. */
    EPT_VIOLATION,
    /** A hardware task switch that the bus does not leave to KVM's emulator. */
    TASK_SWITCH,
    INTERRUPT_WINDOW,
    /** The guest lowered its task priority. */
    SET_TPR,
    INTERNAL_ERROR,
    SHUTDOWN;

    /** User space has to answer before the guest goes on. */
    public boolean asksUserSpace() {
      return switch (this) {
        case IO, MMIO, HYPERCALL, RDMSR, WRMSR -> true;
        default -> false;
      };
    }
  }

  /** KVM's emulator transfers at most this many bytes in one string I/O exit. */
  public static final int MAX_IO_BYTES = 1024;

  public static final int INTERNAL_ERROR_EMULATION = 1;

  public Kind kind = Kind.NONE;

  /** IO: true for IN and INS. */
  public boolean isIn;

  public int port;

  /** IO: bytes of one element (1, 2 or 4), and how many elements. */
  public int size;

  public int count;

  /** MMIO: guest physical address and 1 to 8 bytes. */
  public long gpa;

  public int length;
  public boolean isWrite;

  /** IO and MMIO: written by the guest, or to be filled before the next run. */
  public final byte[] data = new byte[MAX_IO_BYTES];

  public int msrIndex;
  public long msrData;

  /** Set nonzero before the next run to make RDMSR or WRMSR raise #GP. */
  public int msrError;

  /** HYPERCALL: what RAX becomes when the call completes. */
  public long result;

  /** INTERNAL_ERROR: KVM_INTERNAL_ERROR_*, and the bytes of the instruction that failed. */
  public int suberror;

  public final byte[] instruction = new byte[15];
  public int instructionLength;

  /** DEBUG: the exception (1 or 3), its linear address and DR6, DR7. */
  public int exception;

  public long pc;
  public long dr6;
  public long dr7;
}
