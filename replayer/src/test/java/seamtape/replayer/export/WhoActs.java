package seamtape.replayer.export;

/** Actors and subjects as the schema's own words tell a stranger to read them. */
final class WhoActs {
  private WhoActs() {}

  static String text(long who) {
    long rest = who >> 2;
    return switch ((int) (who & 3)) {
      case 0 -> "vmm/" + rest;
      case 1 -> subject(rest);
      case 2 -> "vm" + vm(rest) + "/td";
      default -> "?";
    };
  }

  static String subject(long on) {
    if (on == 0) {
      return "system";
    }
    return vcpu(on) < 0 ? "vm" + vm(on) : "vm" + vm(on) + "/vcpu" + vcpu(on);
  }

  /** Bits 1:0 and 14:4, less 1. */
  private static long vcpu(long on) {
    return (on & 3) + (on / 16 % 2048) * 4 - 1;
  }

  /** Bits 3:2 and 63:15, less 1. */
  private static long vm(long on) {
    return on / 4 % 4 + (on >> 15) * 4 - 1;
  }
}
