package seamtape.sim.kvm.tdx;

import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_ALIGN_ERROR;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_INVALID_OPERAND;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_RETRY;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED;
import static seamtape.catalog.TdvmcallStatus.TDVMCALL_STATUS_SUCCESS;
import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R12;
import static seamtape.sim.marshal.Gpr.R13;
import static seamtape.sim.marshal.Gpr.R14;
import static seamtape.sim.marshal.Gpr.R15;

import java.util.function.IntSupplier;
import seamtape.catalog.Errno;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdvmcallStatus;
import seamtape.machine.Machine;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.kvm.ExitWriter;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * KVM's answers to TDVMCALLs: in the kernel where it can, else by an exit to user space that the
 * next KVM_RUN completes. A handler gives {@link Machine#IN_PROGRESS} to enter the guest again, or
 * 0 to leave to user space. Registers are those of the vCPU's register file.
 */
final class TdExits {
  /** Largest part of a MapGPA that goes to user space at once. */
  private static final long TDX_MAP_GPA_MAX_LEN = 2L << 20;

  private static final int KVM_HC_MAP_GPA_RANGE = 12;
  private static final long KVM_MAP_GPA_RANGE_ENCRYPTED = 1 << 4;
  private static final int FIRST_VECTOR = 32;
  private static final int LAST_VECTOR = 255;
  private static final int PAGE_MASK = Limits.PAGE_SIZE - 1;

  /** What the next KVM_RUN has to take over from struct kvm_run. */
  private enum Completion {
    NONE,
    IO,
    MMIO_READ,
    MMIO_WRITE,
    RDMSR,
    WRMSR,
    MAP_GPA,
    HYPERCALL,
    STATUS,
    TDVMCALL_INFO
  }

  private final VcpuTdx vcpu;
  private final long[] gpr;
  private final GuestBus bus;
  private final ExitWriter exits;
  private final IntSupplier exitReason;
  private final GuestExit exit = new GuestExit();
  private final int[] cpuid = new int[4];
  private final long[] msr = new long[1];
  private final long[] arguments = new long[6];

  private final VendorHypercall vendor;

  private Completion due = Completion.NONE;

  /** The guest halted with interrupts blocked: they do not wake it (tdx_interrupt_allowed). */
  private boolean interruptsBlocked;

  private long mapGpaNext;
  private long mapGpaEnd;

  /**
   * @param exitReason KVM_MSR_EXIT_REASON_* of the last MSR access that the bus left to user space
   */
  TdExits(VcpuTdx vcpu, GuestBus bus, ExitWriter exits, IntSupplier exitReason) {
    this.exitReason = exitReason;
    this.vcpu = vcpu;
    this.gpr = vcpu.gpr;
    this.bus = bus;
    this.exits = exits;
    this.vendor = new VendorHypercall(vcpu.state.cpu, bus);
  }

  private long answer(TdvmcallStatus status) {
    gpr[R10] = status.value();
    return Machine.IN_PROGRESS;
  }

  private long toUser(Completion completion) {
    due = completion;
    return 0;
  }

  /** The halted vCPU has something to do. */
  boolean wakes() {
    return !interruptsBlocked && bus.interruptPending() || vcpu.state.cpu.nmiPending;
  }

  /** handle_tdvmcall, and the exits that a TDVMCALL stands for. */
  long tdvmcall() {
    if (gpr[R10] != 0) {
      return vendorHypercall();
    }
    return switch (Tdvmcall.of(0, gpr[R11])) {
      case TDVMCALL_CPUID -> cpuid();
      case TDVMCALL_HLT -> halt();
      case TDVMCALL_IO -> io();
      case TDVMCALL_RDMSR -> readMsr();
      case TDVMCALL_WRMSR -> writeMsr();
      case TDVMCALL_REQUEST_MMIO -> mmio();
      case TDVMCALL_MAP_GPA -> mapGpa();
      case TDVMCALL_REPORT_FATAL_ERROR -> reportFatalError();
      case TDVMCALL_GET_TD_VM_CALL_INFO -> getTdVmCallInfo();
      case TDVMCALL_GET_QUOTE -> getQuote();
      case TDVMCALL_SETUP_EVENT_NOTIFY_INTERRUPT -> setupEventNotify();
      default -> answer(TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED);
    };
  }

  private long cpuid() {
    bus.cpuid((int) gpr[R12], (int) gpr[R13], cpuid);
    for (int i = 0; i < cpuid.length; i++) {
      gpr[R12 + i] = Integer.toUnsignedLong(cpuid[i]);
    }
    return answer(TDVMCALL_STATUS_SUCCESS);
  }

  private long halt() {
    interruptsBlocked = gpr[R12] != 0;
    vcpu.state.mpState = Vcpu.MP_STATE_HALTED;
    return answer(TDVMCALL_STATUS_SUCCESS);
  }

  private long io() {
    long size = gpr[R12];
    long write = gpr[R13];
    if (write != 0 && write != 1 || size != 1 && size != 2 && size != 4) {
      return answer(TDVMCALL_STATUS_INVALID_OPERAND);
    }
    int port = (int) gpr[R14] & 0xffff;
    exit.kind = GuestExit.Kind.IO;
    exit.isIn = write == 0;
    exit.port = port;
    exit.size = (int) size;
    exit.count = 1;
    if (write == 1) {
      store((int) size, gpr[R15]);
      return bus.pioOut(port, (int) size, exit.data, 0)
          ? answer(TDVMCALL_STATUS_SUCCESS)
          : leaveIo();
    }
    if (!bus.pioIn(port, (int) size, exit.data, 0)) {
      return leaveIo();
    }
    gpr[R11] = load((int) size);
    return answer(TDVMCALL_STATUS_SUCCESS);
  }

  private long leaveIo() {
    exits.io(exit);
    return toUser(Completion.IO);
  }

  private void store(int size, long value) {
    for (int i = 0; i < size; i++) {
      exit.data[i] = (byte) (value >>> 8 * i);
    }
  }

  private long load(int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (exit.data[i] & 0xffL) << 8 * i;
    }
    return value;
  }

  private long readMsr() {
    exit.msrIndex = (int) gpr[R12];
    return switch (bus.readMsr(exit.msrIndex, msr)) {
      case DONE -> {
        gpr[R11] = msr[0];
        yield answer(TDVMCALL_STATUS_SUCCESS);
      }
      case FAULT -> answer(TDVMCALL_STATUS_INVALID_OPERAND);
      case EXIT -> leaveMsr(false);
    };
  }

  private long writeMsr() {
    exit.msrIndex = (int) gpr[R12];
    exit.msrData = gpr[R13];
    return switch (bus.writeMsr(exit.msrIndex, exit.msrData)) {
      case DONE -> answer(TDVMCALL_STATUS_SUCCESS);
      case FAULT -> answer(TDVMCALL_STATUS_INVALID_OPERAND);
      case EXIT -> leaveMsr(true);
    };
  }

  private long leaveMsr(boolean write) {
    exit.kind = write ? GuestExit.Kind.WRMSR : GuestExit.Kind.RDMSR;
    exits.msr(exit, exitReason.getAsInt(), write);
    return toUser(write ? Completion.WRMSR : Completion.RDMSR);
  }

  private long mmio() {
    long size = gpr[R12];
    long write = gpr[R13];
    boolean valid = size == 1 || size == 2 || size == 4 || size == 8;
    boolean isPrivate = vcpu.tdx.isPrivate(gpr[R14]) || vcpu.tdx.isPrivate(gpr[R14] + size - 1);
    if (!valid || write != 0 && write != 1 || isPrivate) {
      return answer(TDVMCALL_STATUS_INVALID_OPERAND);
    }
    exit.kind = GuestExit.Kind.MMIO;
    exit.gpa = gpr[R14] & ~vcpu.tdx.sharedBit();
    exit.length = (int) size;
    exit.isWrite = write == 1;
    if (exit.isWrite) {
      store(exit.length, gpr[R15]);
      return bus.mmioWrite(exit.gpa, exit.length, exit.data, 0)
          ? answer(TDVMCALL_STATUS_SUCCESS)
          : leaveMmio(Completion.MMIO_WRITE);
    }
    if (!bus.mmioRead(exit.gpa, exit.length, exit.data, 0)) {
      return leaveMmio(Completion.MMIO_READ);
    }
    gpr[R11] = load(exit.length);
    return answer(TDVMCALL_STATUS_SUCCESS);
  }

  private long leaveMmio(Completion completion) {
    exits.mmio(exit);
    return toUser(completion);
  }

  private long mapGpa() {
    long gpa = gpr[R12];
    long last = gpa + gpr[R13] - 1;
    if ((vcpu.tdx.vm.settings.exitingHypercalls >>> KVM_HC_MAP_GPA_RANGE & 1) == 0) {
      return mapGpaEnds(gpa, TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED);
    }
    boolean valid = Long.compareUnsigned(last + 1, gpa) > 0 && legal(gpa) && legal(last);
    if (!valid || vcpu.tdx.isPrivate(gpa) != vcpu.tdx.isPrivate(last)) {
      return mapGpaEnds(gpa, TDVMCALL_STATUS_INVALID_OPERAND);
    }
    if (((gpa | gpr[R13]) & PAGE_MASK) != 0) {
      return mapGpaEnds(gpa, TDVMCALL_STATUS_ALIGN_ERROR);
    }
    mapGpaNext = gpa;
    mapGpaEnd = last + 1;
    return mapGpaChunk();
  }

  private boolean legal(long gpa) {
    return gpa >>> vcpu.tdx.gpaWidth == 0;
  }

  private long mapGpaEnds(long next, TdvmcallStatus status) {
    gpr[R11] = next;
    return answer(status);
  }

  /** __tdx_map_gpa. */
  private long mapGpaChunk() {
    long size = Math.min(mapGpaEnd - mapGpaNext, TDX_MAP_GPA_MAX_LEN);
    arguments[0] = mapGpaNext & ~vcpu.tdx.sharedBit();
    arguments[1] = size / Limits.PAGE_SIZE;
    arguments[2] = vcpu.tdx.isPrivate(mapGpaNext) ? KVM_MAP_GPA_RANGE_ENCRYPTED : 0;
    arguments[3] = 0;
    exits.hypercall(KVM_HC_MAP_GPA_RANGE, arguments, true);
    return toUser(Completion.MAP_GPA);
  }

  /** Between chunks an event for the guest goes first: it shall ask again for the rest. */
  private long mapGpaGoesOn() {
    long refused = exits.hypercallResult();
    if (refused != 0) {
      boolean later = refused == Errno.EAGAIN.number();
      return mapGpaEnds(
          mapGpaNext, later ? TDVMCALL_STATUS_RETRY : TDVMCALL_STATUS_INVALID_OPERAND);
    }
    mapGpaNext += TDX_MAP_GPA_MAX_LEN;
    if (Long.compareUnsigned(mapGpaNext, mapGpaEnd) >= 0) {
      return answer(TDVMCALL_STATUS_SUCCESS);
    }
    return hasEvents() ? mapGpaEnds(mapGpaNext, TDVMCALL_STATUS_RETRY) : mapGpaChunk();
  }

  private boolean hasEvents() {
    return bus.interruptPending() || vcpu.state.cpu.nmiPending;
  }

  private long reportFatalError() {
    exits.tdxFatal(vcpu.lastStatus(), gpr);
    return toUser(Completion.NONE);
  }

  private long getTdVmCallInfo() {
    if (gpr[R12] == 0) {
      for (int register = R11; register <= R14; register++) {
        gpr[register] = 0;
      }
      return answer(TDVMCALL_STATUS_SUCCESS);
    }
    if (gpr[R12] != 1) {
      return answer(TDVMCALL_STATUS_INVALID_OPERAND);
    }
    exits.tdx(Tdvmcall.TDVMCALL_GET_TD_VM_CALL_INFO, TDVMCALL_STATUS_SUCCESS, gpr[R12], 0);
    return toUser(Completion.TDVMCALL_INFO);
  }

  private long getQuote() {
    long gpa = gpr[R12];
    if (vcpu.tdx.isPrivate(gpa)) {
      return answer(TDVMCALL_STATUS_INVALID_OPERAND);
    }
    exits.tdx(
        Tdvmcall.TDVMCALL_GET_QUOTE,
        TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED,
        gpa & ~vcpu.tdx.sharedBit(),
        gpr[R13]);
    return toUser(Completion.STATUS);
  }

  private long setupEventNotify() {
    long vector = gpr[R12];
    if (vector < FIRST_VECTOR || vector > LAST_VECTOR) {
      return answer(TDVMCALL_STATUS_INVALID_OPERAND);
    }
    exits.tdx(
        Tdvmcall.TDVMCALL_SETUP_EVENT_NOTIFY_INTERRUPT,
        TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED,
        vector,
        0);
    return toUser(Completion.STATUS);
  }

  /** tdx_emulate_vmcall: KVM's own hypercalls, number in R10 and arguments behind it. */
  private long vendorHypercall() {
    if (vendor.emulate() == GuestBus.Answer.EXIT) {
      System.arraycopy(gpr, R11, arguments, 0, 4);
      exits.hypercall(gpr[R10], arguments, true);
      return toUser(Completion.HYPERCALL);
    }
    gpr[R10] = vendor.result();
    return Machine.IN_PROGRESS;
  }

  /** Takes over what user space answered to the last exit; 0 where that leads to another. */
  long complete() {
    Completion completion = due;
    due = Completion.NONE;
    return switch (completion) {
      case NONE -> Machine.IN_PROGRESS;
      case MAP_GPA -> mapGpaGoesOn();
      case IO, MMIO_READ, MMIO_WRITE -> {
        exits.answer(exit);
        boolean read = exit.kind == GuestExit.Kind.IO ? exit.isIn : !exit.isWrite;
        if (read) {
          gpr[R11] = load(exit.kind == GuestExit.Kind.IO ? exit.size : exit.length);
        }
        yield answer(TDVMCALL_STATUS_SUCCESS);
      }
      case RDMSR, WRMSR -> completeMsr(completion == Completion.RDMSR);
      case HYPERCALL, STATUS, TDVMCALL_INFO -> completeStatus(completion);
    };
  }

  private long completeMsr(boolean read) {
    exits.answer(exit);
    if (exit.msrError != 0) {
      return answer(TDVMCALL_STATUS_INVALID_OPERAND);
    }
    if (read) {
      gpr[R11] = exit.msrData;
    }
    return answer(TDVMCALL_STATUS_SUCCESS);
  }

  private long completeStatus(Completion completion) {
    if (completion == Completion.HYPERCALL) {
      gpr[R10] = exits.hypercallResult();
      return Machine.IN_PROGRESS;
    }
    gpr[R10] = exits.tdxStatus();
    if (completion == Completion.TDVMCALL_INFO) {
      for (int register = R11; register <= R14; register++) {
        gpr[register] = exits.tdxInfo(register - R11);
      }
    }
    return Machine.IN_PROGRESS;
  }
}
