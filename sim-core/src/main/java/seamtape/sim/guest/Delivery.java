package seamtape.sim.guest;

/** What is delivered between two instructions, in the order of kvm_check_and_inject_events. */
final class Delivery {
  private final Core core;
  private final CpuState cpu;
  private final Interrupts interrupts;
  private final DebugTraps traps;

  Delivery(Core core, Interrupts interrupts, DebugTraps traps) {
    this.core = core;
    this.cpu = core.cpu;
    this.interrupts = interrupts;
    this.traps = traps;
  }

  /** Exceptions first, then what was injected, NMI, and an interrupt if they are open. */
  boolean next() {
    if (cpu.exceptionPending) {
      cpu.exceptionPending = false;
      if (cpu.exceptionHasPayload && cpu.exceptionVector == GuestFault.DB) {
        traps.payload(cpu.exceptionPayload);
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

  /** The instruction stepped over is complete: an exit for the debugger (true), or #DB. */
  boolean singleStep() {
    if (traps.stepping()) {
      traps.exit(DebugTraps.DR6_BS);
      return true;
    }
    traps.payload(DebugTraps.DR6_BS);
    return raise(GuestFault.DB, false, 0);
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
