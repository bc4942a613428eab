package seamtape.sim.tdx.guest;

import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.tdx.TdVcpu;

/**
 * Memory operands of TDCALLs: private guest physical addresses. Where no page backs one, what
 * happens is what would happen to the guest's own access; the leaf is then unfinished.
 */
final class GuestOperands {
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Bytes of the instruction TDCALL. */
  private static final int LENGTH = 4;

  private final TdVcpu vcpu;
  private final TdBus bus;

  /** What comes of the leaf, as {@link GuestBus#tdcall} tells it. */
  int outcome = GuestBus.NONE;

  /** Of the last operand that was refused. */
  long status;

  GuestOperands(TdVcpu vcpu, TdBus bus) {
    this.vcpu = vcpu;
    this.bus = bus;
  }

  static void store(byte[] page, int offset, long value) {
    U64.set(page, offset, value);
  }

  /**
   * The page of an operand, or null: it was refused with {@link #status}, or is unfinished.
   *
   * @param alignment bytes, a power of two
   * @param register that the status blames
   */
  byte[] page(long gpa, long alignment, int register, boolean write) {
    if ((gpa & alignment - 1) != 0 || !vcpu.td.isPrivate(gpa)) {
      status = TDX_OPERAND_INVALID.value() | register;
      return null;
    }
    byte[] page = bus.memory.page(gpa, write);
    if (page == null) {
      outcome = bus.eptViolation(gpa, 0, write ? 1 : 0, LENGTH);
    }
    return page;
  }

  /** An access of TDG.MEM.PAGE.ACCEPT that the host has to make possible first. */
  void leave(long gpa, long information) {
    int accept = 1;
    outcome = bus.leave(gpa, 1 << 1, accept | information << 32);
  }
}
