package seamtape.sim.kvm.sev;

/** Exit codes of a guest's VMGEXIT (behaviour.md section 8), with what each must bring along. */
enum GhcbExit {
  READ_DR7(0x27),
  WRITE_DR7(0x37, Ghcb.RAX),
  RDTSC(0x6e),
  RDPMC(0x6f, Ghcb.RCX),
  CPUID(0x72, Ghcb.RAX, Ghcb.RCX),
  INVD(0x76),
  IOIO(0x7b),
  MSR(0x7c, Ghcb.RCX),
  VMMCALL(0x81, Ghcb.RAX, Ghcb.CPL),
  RDTSCP(0x87),
  WBINVD(0x89),
  MONITOR(0x8a, Ghcb.RAX, Ghcb.RCX, Ghcb.RDX),
  MWAIT(0x8b, Ghcb.RAX, Ghcb.RCX),
  MMIO_READ(0x8000_0001, Ghcb.SW_SCRATCH),
  MMIO_WRITE(0x8000_0002, Ghcb.SW_SCRATCH),
  NMI_COMPLETE(0x8000_0003),
  AP_HLT_LOOP(0x8000_0004),
  AP_JUMP_TABLE(0x8000_0005),
  PSC(0x8000_0010, Ghcb.SW_SCRATCH),
  GUEST_REQUEST(0x8000_0011),
  EXT_GUEST_REQUEST(0x8000_0012),
  AP_CREATION(0x8000_0013),
  HV_FEATURES(0x8000_fffd),
  TERM_REQUEST(0x8000_fffe),
  UNSUPPORTED_EVENT(0x8000_ffff);

  private final long code;
  private final int[] needed;

  GhcbExit(int code, int... needed) {
    this.code = Integer.toUnsignedLong(code);
    this.needed = needed;
  }

  long code() {
    return code;
  }

  /** Null for a code that KVM has no use for. */
  static GhcbExit of(long code) {
    for (GhcbExit exit : values()) {
      if (exit.code == code) {
        return exit;
      }
    }
    return null;
  }

  /** Part of version 2 of the protocol, which KVM speaks from 6.11 on. */
  boolean version2() {
    return switch (this) {
      case PSC, GUEST_REQUEST, EXT_GUEST_REQUEST, AP_CREATION, HV_FEATURES, TERM_REQUEST -> true;
      default -> false;
    };
  }

  /** For SNP guests alone. */
  boolean snpOnly() {
    return switch (this) {
      case PSC, GUEST_REQUEST, EXT_GUEST_REQUEST, AP_CREATION -> true;
      default -> false;
    };
  }

  /** The guest gave all that the exit needs. */
  boolean complete(Ghcb ghcb) {
    for (int field : needed) {
      if (!ghcb.valid(field)) {
        return false;
      }
    }
    long info = ghcb.value(Ghcb.SW_EXITINFO1);
    return switch (this) {
      case CPUID -> ghcb.value(Ghcb.RAX) != 0xd || ghcb.valid(Ghcb.XCR0);
      case IOIO -> {
        boolean string = (info & GhcbIo.STRING) != 0;
        yield string
            ? ghcb.valid(Ghcb.SW_SCRATCH)
            : (info & GhcbIo.IN) != 0 || ghcb.valid(Ghcb.RAX);
      }
      case MSR -> info == 0 || ghcb.valid(Ghcb.RAX) && ghcb.valid(Ghcb.RDX);
      case AP_CREATION -> (int) info == ApCreation.DESTROY || ghcb.valid(Ghcb.RAX);
      default -> true;
    };
  }
}
