package seamtape.sim.kvm.sev;

import java.util.function.IntSupplier;
import seamtape.machine.Machine;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.kvm.ExitWriter;

/** RDMSR and WRMSR by VMGEXIT: ECX names the MSR, EDX:EAX is its value. */
final class GhcbMsrAccess {
  /** The guest has to raise #GP. */
  static final long FAULT = 1;

  private final long[] gpr;
  private final GuestBus bus;
  private final ExitWriter exits;
  private final IntSupplier reason;
  private final GuestExit exit = new GuestExit();
  private final long[] value = new long[1];

  /**
   * @param gpr the GHCB's registers
   * @param reason KVM_MSR_EXIT_REASON_* of the last access that the bus left to user space
   */
  GhcbMsrAccess(long[] gpr, GuestBus bus, ExitWriter exits, IntSupplier reason) {
    this.gpr = gpr;
    this.bus = bus;
    this.exits = exits;
    this.reason = reason;
  }

  /** IN_PROGRESS when it is done, 0 where user space does it, or {@link #FAULT}. */
  long access(boolean write) {
    exit.kind = write ? GuestExit.Kind.WRMSR : GuestExit.Kind.RDMSR;
    exit.msrIndex = (int) gpr[CpuState.RCX];
    exit.msrData = gpr[CpuState.RDX] << 32 | gpr[CpuState.RAX] & 0xffff_ffffL;
    GuestBus.Answer answer =
        write ? bus.writeMsr(exit.msrIndex, exit.msrData) : bus.readMsr(exit.msrIndex, value);
    return switch (answer) {
      case DONE -> done(value[0]);
      case FAULT -> FAULT;
      case EXIT -> {
        exits.msr(exit, reason.getAsInt(), write);
        yield 0;
      }
    };
  }

  private long done(long read) {
    if (exit.kind == GuestExit.Kind.RDMSR) {
      gpr[CpuState.RAX] = read & 0xffff_ffffL;
      gpr[CpuState.RDX] = read >>> 32;
    }
    return Machine.IN_PROGRESS;
  }

  /** User space has answered. */
  long complete() {
    exits.answer(exit);
    return exit.msrError != 0 ? FAULT : done(exit.msrData);
  }
}
