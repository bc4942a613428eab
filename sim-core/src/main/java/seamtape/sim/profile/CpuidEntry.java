package seamtape.sim.profile;

/** One entry of struct kvm_cpuid2: a CPUID leaf, and what its four registers answer. */
public record CpuidEntry(int function, int index, int flags, int eax, int ebx, int ecx, int edx) {
  /**
   * The subleaf in {@code index} counts: KVM_CPUID_FLAG_SIGNIFCANT_INDEX (the kernel's spelling).
   */
  public static final int SIGNIFCANT_INDEX = 1;

  /** True where this entry answers a leaf and subleaf. */
  public boolean answers(int leaf, int subleaf) {
    return function == leaf && ((flags & SIGNIFCANT_INDEX) == 0 || index == subleaf);
  }

  public CpuidEntry withEbx(int value) {
    return new CpuidEntry(function, index, flags, eax, value, ecx, edx);
  }

  public CpuidEntry withEcx(int value) {
    return new CpuidEntry(function, index, flags, eax, ebx, value, edx);
  }

  public CpuidEntry withEdx(int value) {
    return new CpuidEntry(function, index, flags, eax, ebx, ecx, value);
  }

  /** Register 0 to 3: eax, ebx, ecx, edx. */
  public int register(int number) {
    return switch (number) {
      case 0 -> eax;
      case 1 -> ebx;
      case 2 -> ecx;
      default -> edx;
    };
  }
}
