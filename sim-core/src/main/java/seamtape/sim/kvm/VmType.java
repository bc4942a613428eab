package seamtape.sim.kvm;

/** Values of KVM_CREATE_VM's argument: KVM_X86_*_VM. */
public final class VmType {
  public static final int DEFAULT = 0;
  public static final int SW_PROTECTED = 1;
  public static final int SEV = 2;
  public static final int SEV_ES = 3;
  public static final int SNP = 4;
  public static final int TDX = 5;

  private VmType() {}

  /** Registers of vCPUs are out of user space's reach once they are protected. */
  static boolean protectsState(long type) {
    return type == SEV_ES || type == SNP || type == TDX;
  }

  /** Guest memory can be private: in a guest_memfd, out of the VMM's reach. */
  static boolean hasPrivateMemory(long type) {
    return type == SW_PROTECTED || type == SNP || type == TDX;
  }
}
