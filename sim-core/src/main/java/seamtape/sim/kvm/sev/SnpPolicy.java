package seamtape.sim.kvm.sev;

/** Bits of the policy of an SNP guest. */
final class SnpPolicy {
  static final long SMT = 1 << 16;
  static final long RESERVED_ONE = 1 << 17;
  static final long SINGLE_SOCKET = 1 << 20;
  private static final long DEBUG = 1 << 19;

  /** The firmware of the model CPU lists no bit above. */
  static final long SUPPORTED = 0xffff | SMT | RESERVED_ONE | DEBUG | SINGLE_SOCKET;

  private SnpPolicy() {}

  /** The firmware's interface is older than the policy asks for. */
  static boolean tooNew(long policy) {
    long minor = policy & 0xff;
    long major = policy >>> 8 & 0xff;
    return major > SevFirmware.API_MAJOR
        || major == SevFirmware.API_MAJOR && minor > SevFirmware.API_MINOR;
  }
}
