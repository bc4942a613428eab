package seamtape.sim.kvm;

import seamtape.sim.guest.GuestBus;
import seamtape.sim.guest.GuestExit;

/** Exceptions #VC of an encrypted guest, whose error code is an exit code of SVM. */
final class VcCodes {
  static final int VMM_COMMUNICATION = 29;

  static final int IOIO = 0x7b;
  private static final int CPUID = 0x72;
  private static final int INVD = 0x76;
  private static final int MSR = 0x7c;
  private static final int VMMCALL = 0x81;
  private static final int WBINVD = 0x89;
  static final int NPF = 0x400;
  static final int PAGE_NOT_VALIDATED = 0x404;

  private VcCodes() {}

  /** The exception as {@link GuestBus#intercept} wants it. */
  static int exception(int code) {
    return VMM_COMMUNICATION | code << 8;
  }

  /** Of an instruction, by VMX's exit reason; NONE where it needs no host. */
  static int ofReason(int reason) {
    return switch (reason) {
      case 10 -> exception(CPUID);
      case 13 -> exception(INVD);
      case 18, GuestBus.VMMCALL -> exception(VMMCALL);
      case 30 -> exception(IOIO);
      case 54 -> exception(WBINVD);
      default -> GuestBus.NONE;
    };
  }

  /** The code of what would ask user space. */
  static int ofExit(GuestExit.Kind kind) {
    return switch (kind) {
      case IO -> IOIO;
      case RDMSR, WRMSR -> MSR;
      case HYPERCALL -> VMMCALL;
      default -> NPF;
    };
  }
}
