package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.guest.CpuState;
import seamtape.sim.kvm.UserCopy;

/** General and debug registers. */
public final class RegsIoctls {
  /** Bytes of struct kvm_regs. */
  public static final int REGS_SIZE = 144;

  private static final int RIP = 128;
  private static final int RFLAGS = 136;

  /** Register numbers in the order of struct kvm_regs: rax rbx rcx rdx rsi rdi rsp rbp r8... */
  private static final int[] ORDER = {0, 3, 1, 2, 6, 7, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

  private static final long RFLAGS_FIXED = 2;

  static final int DEBUGREGS_SIZE = 128;
  static final int DR6 = 32;
  static final int DR7 = 40;
  static final int DEBUGREGS_FLAGS = 48;

  static final int GUEST_DEBUG_SIZE = 72;
  static final int GUEST_DEBUG_REGISTERS = 8;
  private static final int GUESTDBG_INJECT_DB = 0x4_0000;
  private static final int GUESTDBG_INJECT_BP = 0x8_0000;
  private static final int DB_VECTOR = 1;
  private static final int BP_VECTOR = 3;

  static final int TRANSLATION_SIZE = 24;
  static final int PHYSICAL_ADDRESS = 8;
  static final int VALID = 16;
  static final int WRITEABLE = 17;

  private RegsIoctls() {}

  static long getRegs(Vcpu vcpu, long arg, UserCopy user) {
    byte[] regs = new byte[REGS_SIZE];
    copyRegsOut(vcpu, regs, 0);
    return user.out(arg, regs) ? 0 : EFAULT.result();
  }

  /** Stores struct kvm_regs; also for the copy in struct kvm_run. */
  public static void copyRegsOut(Vcpu vcpu, byte[] target, int offset) {
    ByteBuffer out = Bytes.wrap(target);
    for (int i = 0; i < ORDER.length; i++) {
      out.putLong(offset + 8 * i, vcpu.cpu.gpr[ORDER[i]]);
    }
    out.putLong(offset + RIP, vcpu.cpu.rip);
    out.putLong(offset + RFLAGS, vcpu.cpu.rflags);
  }

  static long setRegs(Vcpu vcpu, long arg, UserCopy user) {
    byte[] regs = user.in(arg, REGS_SIZE);
    if (regs == null) {
      return EFAULT.result();
    }
    copyRegsIn(vcpu, regs, 0);
    return 0;
  }

  /** Takes struct kvm_regs over: any value, with bit 1 of RFLAGS set. Drops a pending exception. */
  public static void copyRegsIn(Vcpu vcpu, byte[] source, int offset) {
    ByteBuffer in = Bytes.wrap(source);
    for (int i = 0; i < ORDER.length; i++) {
      vcpu.cpu.gpr[ORDER[i]] = in.getLong(offset + 8 * i);
    }
    vcpu.cpu.rip = in.getLong(offset + RIP);
    vcpu.cpu.rflags = in.getLong(offset + RFLAGS) | RFLAGS_FIXED;
    if (!vcpu.exceptionInjected) {
      vcpu.cpu.exceptionPending = false;
    }
  }

  static long translate(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer translation = user.struct(arg, TRANSLATION_SIZE);
    if (translation == null) {
      return EFAULT.result();
    }
    long physical = Translation.of(vcpu, translation.getLong(0));
    translation.putLong(PHYSICAL_ADDRESS, physical);
    Bytes.flag(translation, VALID, physical != Translation.NONE);
    Bytes.flag(translation, WRITEABLE, true);
    Bytes.flag(translation, WRITEABLE + 1, false);
    return user.out(arg, translation.array()) ? 0 : EFAULT.result();
  }

  static long getDebugregs(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer out = Bytes.zeroed(DEBUGREGS_SIZE);
    for (int i = 0; i < 4; i++) {
      out.putLong(8 * i, vcpu.cpu.dr[i]);
    }
    out.putLong(DR6, vcpu.cpu.dr6);
    out.putLong(DR7, vcpu.cpu.dr7);
    return user.out(arg, out.array()) ? 0 : EFAULT.result();
  }

  static long setDebugregs(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, DEBUGREGS_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    boolean wide = in.getLong(DR6) >>> 32 != 0 || in.getLong(DR7) >>> 32 != 0;
    if (in.getLong(DEBUGREGS_FLAGS) != 0 || wide) {
      return EINVAL.result();
    }
    for (int i = 0; i < 4; i++) {
      vcpu.cpu.dr[i] = in.getLong(8 * i);
    }
    vcpu.cpu.dr6 = in.getLong(DR6);
    vcpu.cpu.dr7 = in.getLong(DR7);
    return 0;
  }

  static long setGuestDebug(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, GUEST_DEBUG_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    int control = in.getInt(0);
    if ((control & (GUESTDBG_INJECT_DB | GUESTDBG_INJECT_BP)) != 0) {
      if (vcpu.cpu.exceptionPending && !vcpu.exceptionInjected) {
        return EBUSY.result();
      }
      boolean debug = (control & GUESTDBG_INJECT_DB) != 0;
      vcpu.queueException(debug ? DB_VECTOR : BP_VECTOR, false, 0);
    }
    vcpu.cpu.guestDebug = (control & CpuState.GUESTDBG_ENABLE) != 0 ? control : 0;
    for (int i = 0; i < 8; i++) {
      vcpu.cpu.guestDebugRegisters[i] = in.getLong(GUEST_DEBUG_REGISTERS + 8 * i);
    }
    return 0;
  }
}
