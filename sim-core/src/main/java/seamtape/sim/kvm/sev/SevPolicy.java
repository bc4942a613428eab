package seamtape.sim.kvm.sev;

/** Bits of the launch policy of an SEV guest. */
final class SevPolicy {
  static final int NODBG = 1;
  static final int NOKS = 1 << 1;
  static final int ES = 1 << 2;
  static final int NOSEND = 1 << 3;
  static final int DOMAIN = 1 << 4;
  static final int SEV = 1 << 5;
  private static final int RESERVED = 0xffc0;

  private SevPolicy() {}

  static boolean reserved(int policy) {
    return (policy & RESERVED) != 0;
  }

  /** The firmware is older than the policy asks for. */
  static boolean tooNew(int policy) {
    int major = policy >>> 16 & 0xff;
    int minor = policy >>> 24;
    return major > SevFirmware.API_MAJOR
        || major == SevFirmware.API_MAJOR && minor > SevFirmware.API_MINOR;
  }
}
