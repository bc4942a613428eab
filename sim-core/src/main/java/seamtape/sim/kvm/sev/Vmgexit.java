package seamtape.sim.kvm.sev;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import seamtape.catalog.Errno;
import seamtape.machine.Machine;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.kvm.ExitWriter;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.Vm;
import seamtape.sim.kvm.vcpu.SevVcpu;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * VMGEXIT of a vCPU whose registers the host cannot see (sev_handle_vmgexit): the guest says in the
 * GHCB, or in its MSR, what it wants. Answers are {@link Machine#IN_PROGRESS} to enter the guest
 * again, 0 to leave to user space, or an error of KVM_RUN.
 */
public final class Vmgexit {
  /** Hypervisor features: SNP, and vCPUs started by the guest. */
  static final int FEATURES = 3;

  private static final int BAD_INPUT = 2;
  private static final int NOT_REGISTERED = 1;
  private static final int INVALID_USAGE = 2;
  private static final int INVALID_SCRATCH = 3;
  private static final int MISSING_INPUT = 4;
  private static final int INVALID_INPUT = 5;
  private static final int INVALID_EVENT = 6;

  private static final int GENERAL_PROTECTION = 13;
  private static final int UNDEFINED_OPCODE = 6;

  /** SW_EXITINFO1 = 1: the guest raises the exception of this event injection word. */
  private static final int RAISE_EXCEPTION = 1;

  private static final long EXCEPTION = 0x8000_0300L;
  private static final int PERFORMANCE_COUNTERS = 4;
  private static final int MMIO_MAX_VERSION_2 = 8;

  /** What the next KVM_RUN has to take over. */
  private enum Due {
    NOTHING,
    MSR_PROTOCOL,
    IO,
    MSR,
    HYPERCALL,
    PAGE_STATE,
    CERTIFICATES
  }

  private final Vm vm;
  private final Vcpu state;
  private final GuestBus bus;
  private final ExitWriter exits;
  private final Ghcb ghcb = new Ghcb();
  private final SharedMemory memory;
  private final Scratch scratch;
  private final GhcbIo io;
  private final PageStateChange pages;
  private final SnpGuestRequest requests;
  private final GhcbMsr protocol;
  private final GhcbCalls calls;

  /** RAX, RBX, RCX and RDX as the guest finds them in the GHCB. */
  private final long[] gpr = new long[CpuState.RBX + 1];

  private final GhcbMsrAccess msrs;
  private final int[] cpuid = new int[4];
  private Due due = Due.NOTHING;

  /**
   * @param msrReason KVM_MSR_EXIT_REASON_* of the last MSR access that the bus left to user space
   * @param hypercallExit fills struct kvm_run for the hypercall that the bus left to user space
   * @param hypercallResult takes over what user space answered to it
   */
  public Vmgexit(
      Vm vm,
      Vcpu state,
      GuestBus bus,
      ExitWriter exits,
      IntSupplier msrReason,
      Runnable hypercallExit,
      LongSupplier hypercallResult) {
    this.vm = vm;
    this.state = state;
    this.bus = bus;
    this.exits = exits;
    msrs = new GhcbMsrAccess(gpr, bus, exits, msrReason);
    memory = new SharedMemory(vm);
    scratch = new Scratch(ghcb, memory);
    io = new GhcbIo(ghcb, bus, exits, scratch);
    pages = new PageStateChange(vm.sev, exits);
    requests = new SnpGuestRequest(vm.sev, memory, exits);
    protocol = new GhcbMsr(vm.sev, state, bus, exits, pages);
    calls = new GhcbCalls(state.cpu, bus, hypercallExit, hypercallResult);
    state.ghcbMsr = GhcbMsr.reset(vm.sev.ghcbVersion);
  }

  public long handle() {
    long address = state.ghcbMsr;
    if ((address & GhcbMsr.CODE_MASK) != 0) {
      long result = protocol.handle();
      due = result == 0 ? Due.MSR_PROTOCOL : Due.NOTHING;
      return result;
    }
    byte[] page = address == 0 ? null : memory.page(address);
    // Without a page the guest goes on, and finds nothing changed.
    return page == null ? Machine.IN_PROGRESS : page(address, page);
  }

  private long page(long address, byte[] bytes) {
    ghcb.take(bytes);
    gpr[CpuState.RAX] = ghcb.value(Ghcb.RAX);
    gpr[CpuState.RCX] = ghcb.value(Ghcb.RCX);
    gpr[CpuState.RDX] = ghcb.value(Ghcb.RDX);
    gpr[CpuState.RBX] = ghcb.value(Ghcb.RBX);
    state.xcr0 = ghcb.valid(Ghcb.XCR0) ? ghcb.value(Ghcb.XCR0) : state.xcr0;
    long code = ghcb.value(Ghcb.SW_EXITCODE);
    long info1 = ghcb.value(Ghcb.SW_EXITINFO1);
    long info2 = ghcb.value(Ghcb.SW_EXITINFO2);
    GhcbExit exit = GhcbExit.of(code);
    int refusal = refusal(address, exit, info1, info2);
    if (refusal != 0) {
      return badInput(refusal);
    }
    ghcb.outcome(0, 0);
    return serve(exit, info1, info2);
  }

  private boolean knows(GhcbExit exit) {
    boolean later = exit.version2() && !vm.sev.module.profile().sevSnp();
    return !later && (!exit.snpOnly() || vm.sev.snpGuest());
  }

  /** sev_es_validate_vmgexit: the reason of a refusal, or 0. */
  private int refusal(long address, GhcbExit exit, long info1, long info2) {
    if (vm.sev.snpGuest() && state.sev.registeredGpa != address) {
      return NOT_REGISTERED;
    }
    if (ghcb.usage() != 0) {
      return INVALID_USAGE;
    }
    boolean asked =
        ghcb.valid(Ghcb.SW_EXITCODE)
            && ghcb.valid(Ghcb.SW_EXITINFO1)
            && ghcb.valid(Ghcb.SW_EXITINFO2);
    if (!asked) {
      return MISSING_INPUT;
    }
    if (exit == null || !knows(exit)) {
      return INVALID_EVENT;
    }
    boolean pagesWrong = ((info1 | info2) & Limits.PAGE_SIZE - 1) != 0 || info1 == info2;
    boolean request = exit == GhcbExit.GUEST_REQUEST || exit == GhcbExit.EXT_GUEST_REQUEST;
    return !exit.complete(ghcb) || request && pagesWrong ? MISSING_INPUT : 0;
  }

  private long badInput(int reason) {
    ghcb.outcome(BAD_INPUT, reason);
    return done();
  }

  /** The guest goes on, with RAX to RDX in the GHCB. */
  private long done() {
    ghcb.answer(Ghcb.RAX, gpr[CpuState.RAX]);
    ghcb.answer(Ghcb.RBX, gpr[CpuState.RBX]);
    ghcb.answer(Ghcb.RCX, gpr[CpuState.RCX]);
    ghcb.answer(Ghcb.RDX, gpr[CpuState.RDX]);
    return Machine.IN_PROGRESS;
  }

  private long done(long info2) {
    ghcb.outcome(0, info2);
    return done();
  }

  private long raise(int vector) {
    ghcb.outcome(RAISE_EXCEPTION, EXCEPTION | vector);
    return done();
  }

  private long toUser(Due completion) {
    due = completion;
    return 0;
  }

  private long serve(GhcbExit exit, long info1, long info2) {
    return switch (exit) {
      case CPUID -> identify();
      case IOIO -> port(info1, info2);
      case MSR -> msr(msrs.access(info1 != 0));
      case VMMCALL -> hypercall();
      case MMIO_READ, MMIO_WRITE -> mmio(exit == GhcbExit.MMIO_WRITE, info1, info2);
      case RDPMC -> performanceCounter();
      case RDTSC -> unhandled(exit);
      case RDTSCP -> undefined();
      case NMI_COMPLETE -> {
        state.cpu.nmiMasked = false;
        yield done();
      }
      case AP_HLT_LOOP -> hold();
      case AP_JUMP_TABLE -> jumpTable(info1, info2);
      case PSC -> changePages();
      case AP_CREATION -> createVcpu(info1, info2);
      case HV_FEATURES -> done(FEATURES);
      case TERM_REQUEST -> {
        done();
        yield protocol.terminate();
      }
      case GUEST_REQUEST, EXT_GUEST_REQUEST ->
          requested(requests.begin(exit == GhcbExit.EXT_GUEST_REQUEST, info1, info2, ghcb));
      case UNSUPPORTED_EVENT -> {
        done();
        yield Errno.EINVAL.result();
      }
      // DR7 is the guest's own; caches need no flush; MONITOR and MWAIT are NOPs.
      case READ_DR7, WRITE_DR7, INVD, WBINVD, MONITOR, MWAIT -> done();
    };
  }

  private long identify() {
    bus.cpuid((int) gpr[CpuState.RAX], (int) gpr[CpuState.RCX], cpuid);
    gpr[CpuState.RAX] = Integer.toUnsignedLong(cpuid[0]);
    gpr[CpuState.RBX] = Integer.toUnsignedLong(cpuid[1]);
    gpr[CpuState.RCX] = Integer.toUnsignedLong(cpuid[2]);
    gpr[CpuState.RDX] = Integer.toUnsignedLong(cpuid[3]);
    return done();
  }

  private long port(long info, long elements) {
    if ((info & GhcbIo.STRING) == 0) {
      return ported(io.port(info, gpr[CpuState.RAX]));
    }
    long bytes = elements * io.elementSize(info);
    boolean overflows = elements < 0 || elements > Integer.MAX_VALUE || bytes > Integer.MAX_VALUE;
    if (overflows) {
      done();
      return Errno.EINVAL.result();
    }
    boolean found = scratch.set(state.ghcbMsr, ghcb.value(Ghcb.SW_SCRATCH), bytes);
    return found ? ported(io.string(info, (int) elements)) : badInput(INVALID_SCRATCH);
  }

  private long ported(long result) {
    if (result == 0) {
      return toUser(Due.IO);
    }
    if (io.gaveValue()) {
      gpr[CpuState.RAX] = io.value(gpr[CpuState.RAX]);
    }
    return done();
  }

  private long mmio(boolean write, long gpa, long length) {
    if (vm.sev.ghcbVersion >= 2 && Long.compareUnsigned(length, MMIO_MAX_VERSION_2) > 0) {
      return badInput(INVALID_INPUT);
    }
    if (length == 0) {
      return done();
    }
    boolean found = scratch.set(state.ghcbMsr, ghcb.value(Ghcb.SW_SCRATCH), length);
    return found ? ported(io.mmio(gpa, (int) length, write)) : badInput(INVALID_SCRATCH);
  }

  private long msr(long result) {
    if (result == 0) {
      return toUser(Due.MSR);
    }
    return result == GhcbMsrAccess.FAULT ? raise(GENERAL_PROTECTION) : done();
  }

  private long hypercall() {
    if (calls.emulate(ghcb)) {
      return toUser(Due.HYPERCALL);
    }
    gpr[CpuState.RAX] = calls.result();
    return done();
  }

  /** kvm_emulate_rdpmc: counters that nobody has started. */
  private long performanceCounter() {
    if (Long.compareUnsigned(gpr[CpuState.RCX], PERFORMANCE_COUNTERS) >= 0) {
      state.queueException(GENERAL_PROTECTION, true, 0);
    } else {
      gpr[CpuState.RAX] = 0;
      gpr[CpuState.RDX] = 0;
    }
    return done();
  }

  private long unhandled(GhcbExit exit) {
    done();
    exits.unexpectedExit(exit.code(), 0);
    return 0;
  }

  private long undefined() {
    state.queueException(UNDEFINED_OPCODE, false, 0);
    return done();
  }

  private long hold() {
    state.sev.held = SevVcpu.Held.BY_PAGE;
    done();
    return GhcbMsr.resetHold(state, exits);
  }

  private long jumpTable(long request, long address) {
    if (request == 0) {
      vm.sev.apJumpTable = address;
      return done();
    }
    return request == 1 ? done(vm.sev.apJumpTable) : badInput(INVALID_INPUT);
  }

  private long changePages() {
    long buffer = ghcb.value(Ghcb.SW_SCRATCH);
    if (!scratch.set(state.ghcbMsr, buffer, PageStateChange.BUFFER_BYTES)) {
      return badInput(INVALID_SCRATCH);
    }
    return pagesChanged(pages.begin(scratch));
  }

  private long pagesChanged(long result) {
    if (result == 0) {
      return toUser(Due.PAGE_STATE);
    }
    scratch.sync(true);
    return done(pages.result);
  }

  private long requested(long outcome) {
    if (outcome == 0) {
      return toUser(Due.CERTIFICATES);
    }
    if (outcome == SnpGuestRequest.INVALID) {
      return badInput(INVALID_INPUT);
    }
    gpr[CpuState.RBX] = requests.pages;
    return outcome == Machine.IN_PROGRESS ? done(requests.result) : outcome;
  }

  private long createVcpu(long info1, long info2) {
    boolean taken = ApCreation.request(vm, info1, info2, gpr[CpuState.RAX]);
    return taken ? done() : badInput(INVALID_INPUT);
  }

  /** Takes over what user space answered to the last exit; 0 where that leads to another. */
  public long complete() {
    Due completion = due;
    due = Due.NOTHING;
    return switch (completion) {
      case NOTHING -> Machine.IN_PROGRESS;
      case MSR_PROTOCOL -> {
        protocol.complete();
        yield Machine.IN_PROGRESS;
      }
      case IO -> ported(io.complete());
      case MSR -> msr(msrs.complete());
      case HYPERCALL -> {
        gpr[CpuState.RAX] = calls.complete();
        yield done();
      }
      case PAGE_STATE -> pagesChanged(pages.complete());
      case CERTIFICATES -> requested(requests.complete());
    };
  }

  /** sev_vcpu_deliver_sipi_vector: the first is the VMM's, the others end what the guest holds. */
  public void startup() {
    SevVcpu sev = state.sev;
    if (!sev.firstSipiReceived) {
      sev.firstSipiReceived = true;
      return;
    }
    if (sev.held == SevVcpu.Held.BY_MSR) {
      GhcbMsr.started(state);
    } else if (sev.held == SevVcpu.Held.BY_PAGE) {
      ghcb.outcome(0, 1);
    }
  }

  /** INIT of the vCPU's APIC. */
  public void init() {
    state.sev.resetDue |= state.sev.waitsForReset;
  }

  /** Before the guest is entered: a save area that the guest chose. */
  public void beforeEntry() {
    if (state.sev.resetDue) {
      ApCreation.reset(vm, state);
    }
  }
}
