package seamtape.sim.kvm.sev;

/** Types of pages that the launch of an SNP guest adds. */
enum SnpPageType {
  NORMAL(1),
  VMSA(2),
  ZERO(3),
  UNMEASURED(4),
  SECRETS(5),
  CPUID(6);

  private final int number;

  SnpPageType(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  boolean contentMeasured() {
    return this == NORMAL || this == VMSA;
  }

  /** The type that user space asks for; null for one that it may not, and for no type. */
  static SnpPageType ofUser(int number) {
    for (SnpPageType type : values()) {
      if (type.number == number && type != VMSA) {
        return type;
      }
    }
    return null;
  }
}
