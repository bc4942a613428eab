package seamtape.sim.guest;

/** What is delivered between two instructions, in the order of kvm_check_and_inject_events. */
final class Delivery {
  private final Core core;
  private final CpuState cpu;
  private final Interrupts interrupts;

  Delivery(Core core, Interrupts interrupts) {
    this.core = core;
    this.cpu = core.cpu;
    this.interrupts = interrupts;
  }

  /** Exceptions first, then what was injected, NMI, and an interrupt if they are open. */
  boolean next() {
    if (cpu.exceptionPending) {
      cpu.exceptionPending = false;
      if (cpu.exceptionHasPayload && cpu.exceptionVector == GuestFault.DB) {
        core.traps.payload(cpu.exceptionPayload);
      }
      return raise(cpu.exceptionVector, cpu.exceptionHasErrorCode, cpu.exceptionErrorCode);
    }
    if (cpu.nmiInjected) {
      cpu.nmiInjected = false;
      cpu.nmiMasked = true;
      cpu.nmisDelivered++;
      return raise(GuestFault.NMI, false, 0);
    }
    if (cpu.interruptInjected) {
      cpu.interruptInjected = false;
      return raise(cpu.interruptVector, false, 0);
    }
    if ((cpu.guestDebug & CpuState.GUESTDBG_BLOCKIRQ) != 0) {
      return false;
    }
    if (cpu.smiPending && !cpu.smm) {
      return systemManagement();
    }
    boolean shadowed = cpu.interruptShadow != 0;
    if (cpu.nmiPending && !cpu.nmiMasked) {
      if (shadowed) {
        core.attention = true;
      } else {
        cpu.nmiPending = false;
        cpu.nmiMasked = true;
        cpu.nmisDelivered++;
        return raise(GuestFault.NMI, false, 0);
      }
    }
    if (!cpu.flag(CpuState.IF) || shadowed) {
      return false;
    }
    if (core.bus.interruptPending()) {
      return raise(core.bus.acknowledgeInterrupt(), false, 0);
    }
    if (cpu.interruptWindowRequested) {
      core.exit.kind = GuestExit.Kind.INTERRUPT_WINDOW;
      return true;
    }
    return false;
  }

  private boolean systemManagement() {
    cpu.smiPending = false;
    boolean entered = core.bus.enterSmm();
    core.flush();
    core.readMode();
    core.attention = true;
    core.exit.kind = GuestExit.Kind.NONE;
    return !entered;
  }

  /** Conditions of DR6 at an instruction's end or start: an exit for the debugger, or #DB. */
  boolean debug(long conditions) {
    if (core.traps.debuggerTakes()) {
      core.traps.exit(conditions);
      return true;
    }
    core.traps.payload(conditions);
    return raise(GuestFault.DB, false, 0);
  }

  /**
   * A breakpoint is on the next instruction, and RFLAGS.RF does not let it through; the frame of
   * its #DB has RF set, so that IRET gets past it.
   */
  boolean breakpoint() {
    long conditions = cpu.flag(CpuState.RF) ? 0 : core.traps.onInstruction();
    if (conditions == 0) {
      return false;
    }
    cpu.rflags |= core.traps.debuggerTakes() ? 0 : CpuState.RF;
    return debug(conditions);
  }

  /**
   * Delivers an event at the current RIP; two contributory ones in a row make #DF, then shutdown.
   */
  boolean raise(int vector, boolean hasErrorCode, int errorCode) {
    int first = vector;
    boolean hasCode = hasErrorCode;
    int code = errorCode;
    while (true) {
      try {
        cpu.interruptShadow = 0;
        interrupts.event(first, cpu.rip, hasCode, code);
        cpu.rip = core.nextRip;
        core.readMode();
        return false;
      } catch (GuestFault fault) {
        if (fault.vector == GuestFault.EXIT) {
          leftDuringDelivery(first, hasCode, code);
          return true;
        }
        if (first == GuestFault.DF) {
          core.exit.kind = GuestExit.Kind.SHUTDOWN;
          return true;
        }
        boolean doubled = fault.doubles(first);
        first = doubled ? GuestFault.DF : fault.vector;
        hasCode = doubled || fault.hasErrorCode;
        code = doubled ? 0 : fault.errorCode;
      }
    }
  }

  /** The event is delivered again once the page is there; all else cannot be emulated. */
  private void leftDuringDelivery(int vector, boolean hasErrorCode, int errorCode) {
    if (core.exit.kind != GuestExit.Kind.EPT_VIOLATION) {
      core.copyInstruction();
      return;
    }
    core.mmio.abandon();
    cpu.pend(vector, hasErrorCode, errorCode);
  }
}
