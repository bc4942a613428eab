package seamtape.sim.tdx.guest;

import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.tdx.TdVcpu;

/**
 * Memory operands of TDCALLs: guest physical addresses, private but for the buffers of reports
 * (tdx-common-status.md, section 2). Where no page backs one, what happens is what would happen to
 * the guest's own access; the leaf is then unfinished.
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

  /** False for a shared address, and for one beyond the width of the TD's. */
  private boolean isPrivate(long gpa) {
    return vcpu.td.isPrivate(gpa);
  }

  /** A private or shared address of the TD. */
  boolean exists(long gpa) {
    return gpa >>> vcpu.td.gpaWidth() == 0;
  }

  /** The page of a report's buffer, as {@link #page} gives it, wherever it lies. */
  byte[] buffer(long gpa, long alignment, int register, boolean write) {
    return page(gpa, (gpa & alignment - 1) == 0 && exists(gpa), register, write);
  }

  /**
   * The page of an operand, or null: it was refused with {@link #status}, or is unfinished.
   *
   * @param alignment bytes, a power of two
   * @param register that the status blames
   */
  byte[] page(long gpa, long alignment, int register, boolean write) {
    return page(gpa, (gpa & alignment - 1) == 0 && isPrivate(gpa), register, write);
  }

  private byte[] page(long gpa, boolean good, int register, boolean write) {
    if (!good) {
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
