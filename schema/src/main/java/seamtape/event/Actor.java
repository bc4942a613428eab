package seamtape.event;

/**
 * Who makes a call, packed in a long: a thread of the VMM, a vCPU in guest mode, or a TD. Low two
 * bits are the kind; 0, 1, 2 in this order.
 */
public final class Actor {
  private static final int VMM = 0;
  private static final int VCPU = 1;
  private static final int TD = 2;

  private Actor() {}

  public static long vmm(int tid) {
    return ((long) tid << 2) | VMM;
  }

  public static long vcpu(int vm, int vcpu) {
    return (Subject.vcpu(vm, vcpu) << 2) | VCPU;
  }

  public static long td(int vm) {
    return (Subject.vm(vm) << 2) | TD;
  }

  public static boolean isVmm(long actor) {
    return (actor & 3) == VMM;
  }

  /** The thread id of a VMM thread. */
  public static int tid(long actor) {
    return (int) (actor >> 2);
  }

  /**
   * The VM and vCPU of an actor in guest mode, as a {@link Subject}; {@code Subject.SYSTEM} for a
   * thread.
   */
  public static long subject(long actor) {
    return isVmm(actor) ? Subject.SYSTEM : actor >> 2;
  }

  /** {@code vmm/TID}, {@code vm0/vcpu1} or {@code vm0/td}. */
  public static String text(long actor) {
    return switch ((int) (actor & 3)) {
      case VMM -> "vmm/" + tid(actor);
      case VCPU -> Subject.text(actor >> 2);
      case TD -> "vm" + Subject.vm(actor >> 2) + "/td";
      default -> "actor?(" + actor + ")";
    };
  }
}
