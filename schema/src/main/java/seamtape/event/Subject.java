package seamtape.event;

/**
 * What a call is made on, packed in a long: the system, a VM, or a vCPU of a VM. VMs are numbered
 * from 0 in the order of their creation in the recording; vCPUs by their vCPU id.
 */
public final class Subject {
  /** /dev/kvm, or nothing that is known. */
  public static final long SYSTEM = 0;

  /** vCPU ids reach 4095 (KVM_MAX_VCPU_IDS); 0 is no vCPU. */
  private static final int VCPU_BITS = 13;

  private Subject() {}

  public static long vm(int vm) {
    return (vm + 1L) << VCPU_BITS;
  }

  public static long vcpu(int vm, int vcpu) {
    return vm(vm) | (vcpu + 1L);
  }

  /** The VM's number; -1 for the system. */
  public static int vm(long subject) {
    return (int) (subject >> VCPU_BITS) - 1;
  }

  /** The vCPU id; -1 without one. */
  public static int vcpu(long subject) {
    return (int) (subject & ((1 << VCPU_BITS) - 1)) - 1;
  }

  /** {@code system}, {@code vm0} or {@code vm0/vcpu1}. */
  public static String text(long subject) {
    if (subject == SYSTEM) {
      return "system";
    }
    return vcpu(subject) < 0 ? "vm" + vm(subject) : "vm" + vm(subject) + "/vcpu" + vcpu(subject);
  }
}
