package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.Errno.ENXIO;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmCapability;
import seamtape.sim.guest.CpuState;
import seamtape.sim.kvm.UserCopy;

/** Pending events, multiprocessing state, machine checks and the signal mask. */
public final class EventIoctls {
  /** Bytes of struct kvm_vcpu_events. */
  public static final int EVENTS_SIZE = 64;

  static final int ERROR_CODE = 4;
  static final int INTERRUPT = 8;
  static final int NMI = 12;
  static final int SIPI_VECTOR = 16;
  static final int FLAGS = 20;
  static final int SMI = 24;
  static final int TRIPLE_FAULT = 28;
  static final int HAS_PAYLOAD = 55;
  static final int PAYLOAD = 56;

  private static final int VALID_NMI_PENDING = 1;
  private static final int VALID_SIPI_VECTOR = 2;
  private static final int VALID_SHADOW = 4;
  private static final int VALID_SMM = 8;
  private static final int VALID_PAYLOAD = 0x10;
  private static final int VALID_TRIPLE_FAULT = 0x20;
  private static final int VALID = 0x3f;

  private static final int VECTORS = 256;
  private static final int EXCEPTIONS = 32;
  private static final int NMI_VECTOR = 2;
  private static final int BP_VECTOR = 3;
  private static final int OF_VECTOR = 4;

  private static final int MCE_SIZE = 64;
  private static final int SIGSET_SIZE = 8;

  private EventIoctls() {}

  static long interrupt(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, 4);
    if (in == null) {
      return EFAULT.result();
    }
    int vector = in.getInt(0);
    if (Integer.compareUnsigned(vector, VECTORS) >= 0) {
      return EINVAL.result();
    }
    if (!vcpu.vm().irqchipInKernel()) {
      SregsIoctls.queueInterrupt(vcpu, vector);
      return 0;
    }
    if (!vcpu.vm().splitIrqchip()) {
      return ENXIO.result();
    }
    if (vcpu.pendingExternalVector != Vcpu.NO_VECTOR) {
      return EEXIST.result();
    }
    vcpu.pendingExternalVector = vector;
    return 0;
  }

  static long nmi(Vcpu vcpu) {
    vcpu.injectNmi();
    return 0;
  }

  static long smi(Vcpu vcpu) {
    if (!smmSupported(vcpu)) {
      return ENOTTY.result();
    }
    vcpu.cpu.smiPending = true;
    return 0;
  }

  /** CONFIG_KVM_SMM, and MSR_IA32_SMBASE, which a TD has not. */
  private static boolean smmSupported(Vcpu vcpu) {
    int smm = KvmCapability.KVM_CAP_X86_SMM.number();
    return !vcpu.vm().hasProtectedApic()
        && vcpu.vm().profile().capability(smm, vcpu.vm().cpuModel(), true) != 0;
  }

  static long getVcpuEvents(Vcpu vcpu, long arg, UserCopy user) {
    byte[] events = new byte[EVENTS_SIZE];
    copyEventsOut(vcpu, events, 0);
    return user.out(arg, events) ? 0 : EFAULT.result();
  }

  /** Stores struct kvm_vcpu_events; also for the copy in struct kvm_run. */
  public static void copyEventsOut(Vcpu vcpu, byte[] target, int at) {
    vcpu.processNmi();
    ByteBuffer out = Bytes.wrap(target);
    exceptionOut(vcpu, out, at);
    CpuState cpu = vcpu.cpu;
    Bytes.flag(out, at + INTERRUPT, cpu.interruptInjected && !cpu.interruptSoft);
    out.put(at + INTERRUPT + 1, (byte) cpu.interruptVector);
    out.put(at + INTERRUPT + 3, (byte) cpu.interruptShadow);
    Bytes.flag(out, at + NMI, cpu.nmiInjected);
    boolean counted = vcpu.vm().profile().pendingNmisCounted();
    int nmis = vcpu.pendingNmis();
    out.put(at + NMI + 1, (byte) (counted ? nmis : Math.min(nmis, 1)));
    Bytes.flag(out, at + NMI + 2, cpu.nmiMasked);
    Bytes.flag(out, at + SMI, cpu.smm);
    Bytes.flag(out, at + SMI + 1, cpu.smiPending);
    Bytes.flag(out, at + SMI + 2, cpu.smmInsideNmi);
    Bytes.flag(out, at + SMI + 3, vcpu.initPending);
    int flags = VALID_NMI_PENDING | VALID_SHADOW | VALID_SMM;
    if (vcpu.vm().exceptionPayload()) {
      flags |= VALID_PAYLOAD;
    }
    if (vcpu.vm().tripleFaultEvent()) {
      flags |= VALID_TRIPLE_FAULT;
      Bytes.flag(out, at + TRIPLE_FAULT, vcpu.tripleFaultPending);
    }
    out.putInt(at + FLAGS, flags);
  }

  /** Software exceptions are left out: their instruction would have to be known. */
  private static void exceptionOut(Vcpu vcpu, ByteBuffer out, int at) {
    CpuState cpu = vcpu.cpu;
    int vector = cpu.exceptionVector;
    boolean soft = vector == BP_VECTOR || vector == OF_VECTOR;
    boolean reported = cpu.exceptionPending && !soft;
    boolean pending = reported && !vcpu.exceptionInjected;
    boolean injected = reported && vcpu.exceptionInjected;
    Bytes.flag(out, at, injected || pending && !vcpu.vm().exceptionPayload());
    out.put(at + 1, (byte) vector);
    Bytes.flag(out, at + 2, cpu.exceptionHasErrorCode);
    Bytes.flag(out, at + 3, pending);
    out.putInt(at + ERROR_CODE, cpu.exceptionErrorCode);
    Bytes.flag(out, at + HAS_PAYLOAD, cpu.exceptionHasPayload);
    out.putLong(at + PAYLOAD, cpu.exceptionPayload);
  }

  static long setVcpuEvents(Vcpu vcpu, long arg, UserCopy user) {
    byte[] events = user.in(arg, EVENTS_SIZE);
    if (events == null) {
      return EFAULT.result();
    }
    return copyEventsIn(vcpu, events, 0) ? 0 : EINVAL.result();
  }

  /** Takes struct kvm_vcpu_events over; false for values KVM refuses. */
  public static boolean copyEventsIn(Vcpu vcpu, byte[] source, int at) {
    ByteBuffer in = Bytes.wrap(source);
    int flags = in.getInt(at + FLAGS);
    boolean payload = (flags & VALID_PAYLOAD) != 0;
    if ((flags & ~VALID) != 0 || payload && !vcpu.vm().exceptionPayload()) {
      return false;
    }
    boolean pending = payload && Bytes.flag(in, at + 3);
    boolean injected = Bytes.flag(in, at) && !pending;
    int vector = Bytes.u8(in, at + 1);
    if ((injected || pending) && (vector >= EXCEPTIONS || vector == NMI_VECTOR)) {
      return false;
    }
    boolean smm = Bytes.flag(in, at + SMI) || Bytes.flag(in, at + SMI + 1);
    boolean waiting = vcpu.mpState == Vcpu.MP_STATE_INIT_RECEIVED;
    if ((flags & VALID_SMM) != 0 && smm && waiting) {
      return false;
    }
    exceptionIn(vcpu, in, at, pending, injected);
    interruptAndNmiIn(vcpu, in, at, flags);
    return smiAndTripleFaultIn(vcpu, in, at, flags);
  }

  private static void exceptionIn(
      Vcpu vcpu, ByteBuffer in, int at, boolean pending, boolean injected) {
    CpuState cpu = vcpu.cpu;
    cpu.exceptionPending = pending || injected;
    vcpu.exceptionInjected = injected;
    cpu.exceptionVector = Bytes.u8(in, at + 1);
    cpu.exceptionHasErrorCode = Bytes.flag(in, at + 2);
    cpu.exceptionErrorCode = in.getInt(at + ERROR_CODE);
    cpu.exceptionHasPayload = pending && Bytes.flag(in, at + HAS_PAYLOAD);
    cpu.exceptionPayload = in.getLong(at + PAYLOAD);
  }

  private static void interruptAndNmiIn(Vcpu vcpu, ByteBuffer in, int at, int flags) {
    CpuState cpu = vcpu.cpu;
    cpu.interruptInjected = Bytes.flag(in, at + INTERRUPT);
    cpu.interruptVector = Bytes.u8(in, at + INTERRUPT + 1);
    cpu.interruptSoft = Bytes.flag(in, at + INTERRUPT + 2);
    if ((flags & VALID_SHADOW) != 0) {
      cpu.interruptShadow = in.get(at + INTERRUPT + 3) & 3;
    }
    cpu.nmiInjected = Bytes.flag(in, at + NMI);
    cpu.nmiMasked = Bytes.flag(in, at + NMI + 2);
    if ((flags & VALID_NMI_PENDING) != 0) {
      cpu.nmiPending = false;
      vcpu.nmisQueued = Bytes.u8(in, at + NMI + 1);
      vcpu.processNmi();
    }
    if ((flags & VALID_SIPI_VECTOR) != 0 && vcpu.lapic != null) {
      vcpu.sipiVector = in.getInt(at + SIPI_VECTOR);
    }
  }

  private static boolean smiAndTripleFaultIn(Vcpu vcpu, ByteBuffer in, int at, int flags) {
    if ((flags & VALID_SMM) != 0 && !smiIn(vcpu, in, at + SMI)) {
      return false;
    }
    if ((flags & VALID_TRIPLE_FAULT) != 0) {
      if (!vcpu.vm().tripleFaultEvent()) {
        return false;
      }
      vcpu.tripleFaultPending = Bytes.flag(in, at + TRIPLE_FAULT);
    }
    return true;
  }

  /**
   * Puts a vCPU into SMM or takes it out, without saving or loading state; a kernel without
   * CONFIG_KVM_SMM, as the oracle's, refuses what it cannot keep.
   */
  private static boolean smiIn(Vcpu vcpu, ByteBuffer in, int at) {
    boolean smm = Bytes.flag(in, at);
    boolean pending = Bytes.flag(in, at + 1);
    boolean insideNmi = Bytes.flag(in, at + 2);
    if (!smmSupported(vcpu) && (smm || pending || insideNmi)) {
      return false;
    }
    vcpu.cpu.smm = smm;
    vcpu.cpu.smiPending = pending;
    vcpu.cpu.smmInsideNmi = smm && insideNmi;
    vcpu.initPending = vcpu.lapic != null && Bytes.flag(in, at + 3);
    return true;
  }

  static long getMpState(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer out = Bytes.zeroed(4);
    boolean waits =
        vcpu.mpState == Vcpu.MP_STATE_HALTED || vcpu.mpState == Vcpu.MP_STATE_AP_RESET_HOLD;
    out.putInt(0, waits && vcpu.pvUnhalted ? Vcpu.MP_STATE_RUNNABLE : vcpu.mpState);
    return user.out(arg, out.array()) ? 0 : EFAULT.result();
  }

  static long setMpState(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, 4);
    if (in == null) {
      return EFAULT.result();
    }
    int state = in.getInt(0);
    boolean waitForSipi =
        state == Vcpu.MP_STATE_INIT_RECEIVED || state == Vcpu.MP_STATE_SIPI_RECEIVED;
    boolean smi = vcpu.cpu.smiPending && vcpu.vm().profile().mpStateChecksPendingSmi();
    if (!mpStateKnown(vcpu, state) || waitForSipi && (smi || vcpu.cpu.smm)) {
      return EINVAL.result();
    }
    vcpu.sipiPending = state == Vcpu.MP_STATE_SIPI_RECEIVED || vcpu.sipiPending;
    vcpu.mpState = waitForSipi ? Vcpu.MP_STATE_INIT_RECEIVED : state;
    vcpu.pvUnhalted &= state != Vcpu.MP_STATE_RUNNABLE;
    return 0;
  }

  /** All but RUNNABLE need a LAPIC in the kernel. */
  private static boolean mpStateKnown(Vcpu vcpu, int state) {
    return switch (state) {
      case Vcpu.MP_STATE_RUNNABLE -> true;
      case Vcpu.MP_STATE_UNINITIALIZED,
          Vcpu.MP_STATE_INIT_RECEIVED,
          Vcpu.MP_STATE_HALTED,
          Vcpu.MP_STATE_SIPI_RECEIVED,
          Vcpu.MP_STATE_AP_RESET_HOLD ->
          vcpu.lapic != null;
      default -> false;
    };
  }

  static long setupMce(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, 8);
    if (in == null) {
      return EFAULT.result();
    }
    if (!vcpu.msrs.mce.setup(in.getLong(0), vcpu.vm().cpuModel().intel())) {
      return EINVAL.result();
    }
    if (vcpu.lapic != null) {
      vcpu.lapic.machineCheckCapabilityChanged();
    }
    return 0;
  }

  static long setMce(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, MCE_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    return vcpu.msrs.mce.inject(in) ? 0 : EINVAL.result();
  }

  /** A null argument takes the mask away. */
  static long setSignalMask(Vcpu vcpu, long arg, UserCopy user) {
    if (arg == 0) {
      vcpu.signalMask = null;
      return 0;
    }
    ByteBuffer length = user.struct(arg, 4);
    if (length == null) {
      return EFAULT.result();
    }
    if (length.getInt(0) != SIGSET_SIZE) {
      return EINVAL.result();
    }
    ByteBuffer mask = user.struct(arg + 4, SIGSET_SIZE);
    if (mask == null) {
      return EFAULT.result();
    }
    vcpu.signalMask = mask.getLong(0);
    return 0;
  }
}
