package seamtape.sim.kvm;

import static seamtape.catalog.HvStatus.HV_STATUS_ACCESS_DENIED;
import static seamtape.catalog.HvStatus.HV_STATUS_INVALID_ALIGNMENT;
import static seamtape.catalog.HvStatus.HV_STATUS_INVALID_HYPERCALL_CODE;
import static seamtape.catalog.HvStatus.HV_STATUS_INVALID_HYPERCALL_INPUT;
import static seamtape.catalog.HvStatus.HV_STATUS_INVALID_PARAMETER;
import static seamtape.catalog.HvStatus.HV_STATUS_INVALID_PORT_ID;
import static seamtape.catalog.HvStatus.HV_STATUS_OPERATION_DENIED;
import static seamtape.catalog.HvStatus.HV_STATUS_SUCCESS;

import seamtape.catalog.HvStatus;
import seamtape.catalog.HypervHypercall;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus.Answer;
import seamtape.sim.kvm.irq.Msi;
import seamtape.sim.kvm.vcpu.HypervGuest;

/** Hyper-V's hypercalls under KVM (kvm_hv_hypercall): control word, input and output. */
final class HypervHypercalls {
  private static final long RESERVED = 0xf000_f000_f800_0000L;
  private static final long FAST = 1 << 16;
  private static final int REPS_COMPLETED = 32;
  private static final int FLUSH_SIZE = 24;
  private static final int FLUSH_EX_SIZE = 32;
  private static final int IPI_SIZE = 16;
  private static final int IPI_EX_SIZE = 24;
  private static final long SPARSE_4K = 0;
  private static final long SET_ALL = 1;
  private static final int FIRST_VECTOR = 0x10;
  private static final int LAST_VECTOR = 0xff;
  private static final long CONN_ID = 0x00ff_ffff;
  private static final int BANK_VCPUS = 64;

  /** Two registers and XMM0 to XMM5. */
  private static final int FAST_SIZE = 16 + 6 * 16;

  /** KVM_HV_TLB_FLUSH_FIFO_SIZE - 1: a longer list is not read, all of the TLB is flushed. */
  private static final int MAX_FLUSHED = 15;

  /** No status: user space serves the call. */
  private static final HvStatus EXITS = null;

  private final Hypercalls calls;
  private final VcpuRunner runner;
  private final CpuState cpu;
  private final HypervGuest guest;
  private final long[] in;

  /** The first operand; of HVCALL_SIGNAL_EVENT in memory what has been read there. */
  private long operand;

  /** The input as it lies in memory; a fast call's registers lie in it in the same order. */
  private final byte[] input = new byte[Limits.PAGE_SIZE];

  HypervHypercalls(Hypercalls calls, VcpuRunner runner) {
    this.calls = calls;
    this.runner = runner;
    this.cpu = runner.state().cpu;
    this.guest = new HypervGuest(runner.state());
    this.in = calls.in;
  }

  boolean enabled() {
    return guest.hypercallsEnabled();
  }

  Answer emulate() {
    if (cpu.cpl() != 0 || cpu.realMode()) {
      return Answer.FAULT;
    }
    takeRegisters();
    HypervHypercall row = HypervHypercall.of(in[0]);
    calls.call(row, 3);
    boolean xmm = fast() && takesXmm(row);
    boolean checked = mayCall(row) && (in[0] & RESERVED) == 0;
    if (checked && xmm && !guest.mayUseXmm()) {
      return Answer.FAULT;
    }
    if (fast()) {
      takeFastInput();
    }
    HvStatus status = check(row);
    if (status == EXITS) {
      return Answer.EXIT;
    }
    long result = status.number();
    if (status == HV_STATUS_SUCCESS && listed(row)) {
      result |= (long) repCount() << REPS_COMPLETED;
    }
    runner.stats.count(VcpuStats.Name.HYPERCALLS);
    calls.answered(result);
    result(result);
    return Answer.DONE;
  }

  private void takeFastInput() {
    store(0, in[1]);
    store(Long.BYTES, in[2]);
    guest.xmm(input, 2 * Long.BYTES);
  }

  private void store(int offset, long value) {
    for (int i = 0; i < Long.BYTES; i++) {
      input[offset + i] = (byte) (value >>> 8 * i);
    }
  }

  /** In 64-bit mode RCX, RDX and R8; else pairs of registers. */
  private void takeRegisters() {
    long[] gpr = cpu.gpr;
    boolean wide = cpu.longMode64();
    in[0] = wide ? gpr[CpuState.RCX] : pair(CpuState.RDX, CpuState.RAX);
    in[1] = wide ? gpr[CpuState.RDX] : pair(CpuState.RBX, CpuState.RCX);
    in[2] = wide ? gpr[8] : pair(CpuState.RDI, CpuState.RSI);
    operand = in[1];
  }

  private long pair(int high, int low) {
    return cpu.gpr[high] << 32 | cpu.gpr[low] & 0xffff_ffffL;
  }

  private void result(long value) {
    if (cpu.longMode64()) {
      cpu.gpr[CpuState.RAX] = value;
    } else {
      cpu.gpr[CpuState.RDX] = value >>> 32;
      cpu.gpr[CpuState.RAX] = value & 0xffff_ffffL;
    }
  }

  /** Control word and operands as user space sees them. */
  long[] operands() {
    return new long[] {in[0], operand, in[2]};
  }

  /** What RAX becomes of user space's result; the high half is EDX's in 32-bit mode. */
  long completed(long value) {
    runner.stats.count(VcpuStats.Name.HYPERCALLS);
    if (!cpu.longMode64()) {
      cpu.gpr[CpuState.RDX] = value >>> 32;
    }
    return value;
  }

  private boolean fast() {
    return (in[0] & FAST) != 0;
  }

  private int headerWords() {
    return (int) (in[0] >>> 17) & 0x3ff;
  }

  private int repCount() {
    return (int) (in[0] >>> 32) & 0xfff;
  }

  private int firstRep() {
    return (int) (in[0] >>> 48) & 0xfff;
  }

  private boolean rep() {
    return repCount() != 0 || firstRep() != 0;
  }

  private static boolean listed(HypervHypercall row) {
    return row == HypervHypercall.HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST
        || row == HypervHypercall.HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX;
  }

  private static boolean takesXmm(HypervHypercall row) {
    return switch (row) {
      case HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE,
          HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST,
          HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX,
          HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX,
          HVCALL_SEND_IPI_EX ->
          true;
      default -> false;
    };
  }

  private HvStatus check(HypervHypercall row) {
    if (!mayCall(row)) {
      return HV_STATUS_ACCESS_DENIED;
    }
    return (in[0] & RESERVED) != 0 ? HV_STATUS_INVALID_HYPERCALL_INPUT : serve(row);
  }

  /** Nobody forbids what the kernel does not know. */
  private boolean mayCall(HypervHypercall row) {
    return guest.mayCall(row) || isExtended(row) && !servesExtended();
  }

  private static boolean isExtended(HypervHypercall row) {
    return row == HypervHypercall.HV_EXT_CALL_QUERY_CAPABILITIES
        || row == HypervHypercall.HV_EXT_CALL_RANGE;
  }

  private boolean servesExtended() {
    return runner.vm().host.profile.hypervExtendedHypercalls();
  }

  private HvStatus serve(HypervHypercall row) {
    boolean simple = !rep() && headerWords() == 0;
    return switch (row) {
      case HVCALL_NOTIFY_LONG_SPIN_WAIT -> inputIf(simple);
      case HVCALL_SIGNAL_EVENT -> simple ? signalEvent() : HV_STATUS_INVALID_HYPERCALL_INPUT;
      case HVCALL_POST_MESSAGE -> simple ? toSynic() : HV_STATUS_INVALID_HYPERCALL_INPUT;
      case HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE -> inputIf(simple && readable(FLUSH_SIZE));
      case HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST ->
          inputIf(headerWords() == 0 && fullRep() && readable(FLUSH_SIZE) && listed(FLUSH_SIZE));
      case HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX -> inputIf(!rep() && sparse(16, FLUSH_EX_SIZE));
      case HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX -> inputIf(fullRep() && listedEx());
      case HVCALL_SEND_IPI -> simple ? sendIpi() : HV_STATUS_INVALID_HYPERCALL_INPUT;
      case HVCALL_SEND_IPI_EX -> rep() ? HV_STATUS_INVALID_HYPERCALL_INPUT : sendIpiEx();
      case HVCALL_POST_DEBUG_DATA, HVCALL_RETRIEVE_DEBUG_DATA ->
          fast() ? HV_STATUS_INVALID_PARAMETER : debugger();
      case HVCALL_RESET_DEBUG_SESSION -> debugger();
      case HV_EXT_CALL_QUERY_CAPABILITIES, HV_EXT_CALL_RANGE -> extended();
      default -> HV_STATUS_INVALID_HYPERCALL_CODE;
    };
  }

  private static HvStatus inputIf(boolean valid) {
    return valid ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_HYPERCALL_INPUT;
  }

  private boolean fullRep() {
    return repCount() != 0 && firstRep() == 0;
  }

  /** The input is in registers, or in guest memory that can be read. */
  private boolean readable(int size) {
    return fast() ? size <= FAST_SIZE : runner.vm().readGuest(in[1], input, size);
  }

  /** The addresses to flush lie behind the rest of the input. */
  private boolean listed(int size) {
    return repCount() > MAX_FLUSHED || readable(size + repCount() * Long.BYTES);
  }

  /** They are not looked at where the set of vCPUs is empty. */
  private boolean listedEx() {
    if (!sparse(16, FLUSH_EX_SIZE)) {
      return false;
    }
    boolean nobody = word(16) == SPARSE_4K && headerWords() == 0;
    return nobody || listed(FLUSH_EX_SIZE + headerWords() * Long.BYTES);
  }

  private long word(int offset) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | input[offset + i] & 0xff;
    }
    return value;
  }

  /** A set of vCPUs whose header at an offset has a bit for each bank that follows. */
  private boolean sparse(int setAt, int size) {
    if (!readable(size)) {
      return false;
    }
    int banks = Long.bitCount(word(setAt + 8));
    if (banks != headerWords()) {
      return false;
    }
    boolean needed = word(setAt) == SPARSE_4K && banks != 0;
    return !needed || readable(size + banks * Long.BYTES);
  }

  private HvStatus signalEvent() {
    boolean aligned = fast() || (in[1] & Long.BYTES - 1) == 0;
    if (!aligned || !readable(Long.BYTES)) {
      return HV_STATUS_INVALID_ALIGNMENT;
    }
    operand = word(0);
    HvStatus status = signal(operand);
    return status == HV_STATUS_INVALID_PORT_ID ? toSynic() : status;
  }

  private HvStatus signal(long event) {
    if ((event & 0xffff_0000_0000L) != 0) {
      return HV_STATUS_INVALID_PORT_ID;
    }
    if ((event & ~CONN_ID) != 0) {
      return HV_STATUS_INVALID_HYPERCALL_INPUT;
    }
    boolean bound = runner.vm().hypervEventFds.signal((int) event);
    return bound ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_PORT_ID;
  }

  /** User space serves it, if it has a SynIC to serve it with. */
  private HvStatus toSynic() {
    return runner.state().synicActive ? EXITS : HV_STATUS_INVALID_HYPERCALL_INPUT;
  }

  private HvStatus debugger() {
    if (!guest.debuggerActive()) {
      return HV_STATUS_INVALID_HYPERCALL_CODE;
    }
    return guest.debuggerUsesHypercalls() ? EXITS : HV_STATUS_OPERATION_DENIED;
  }

  private HvStatus extended() {
    if (!servesExtended()) {
      return HV_STATUS_INVALID_HYPERCALL_CODE;
    }
    return fast() ? HV_STATUS_INVALID_PARAMETER : EXITS;
  }

  private HvStatus sendIpi() {
    return readable(IPI_SIZE) && word(0) >>> 32 == 0
        ? send((int) word(0), word(8), 0, 0)
        : HV_STATUS_INVALID_HYPERCALL_INPUT;
  }

  private HvStatus sendIpiEx() {
    if (!sparse(8, IPI_EX_SIZE)) {
      return HV_STATUS_INVALID_HYPERCALL_INPUT;
    }
    int vector = (int) word(0);
    if (word(8) == SET_ALL) {
      return send(vector, 0, 0, -1);
    }
    HvStatus status = headerWords() == 0 ? HV_STATUS_SUCCESS : send(vector, 0, 0, 0);
    int next = IPI_EX_SIZE;
    for (int bank = 0; status == HV_STATUS_SUCCESS && bank < BANK_VCPUS; bank++) {
      if ((word(16) >>> bank & 1) != 0) {
        status = send(vector, word(next), bank * BANK_VCPUS, 0);
        next += Long.BYTES;
      }
    }
    return status;
  }

  /**
   * @param all nonzero for every vCPU, whatever the mask
   */
  private HvStatus send(int vector, long mask, int firstVcpu, int all) {
    if (vector < FIRST_VECTOR || vector > LAST_VECTOR) {
      return HV_STATUS_INVALID_HYPERCALL_INPUT;
    }
    for (int i = 0; i < runner.vm().createdVcpus(); i++) {
      int index = i - firstVcpu;
      boolean named = index >= 0 && index < BANK_VCPUS && (mask >>> index & 1) != 0;
      if (all != 0 || named) {
        int apicId = runner.vm().vcpuState(i).id();
        runner.vm().lapics.deliver(new Msi(vector, apicId, false, Msi.FIXED, false));
      }
    }
    return HV_STATUS_SUCCESS;
  }
}
