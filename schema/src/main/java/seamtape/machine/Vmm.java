package seamtape.machine;

/**
 * A machine together with the VMM process that uses it: what a workload or a replay drives. A
 * recording wraps one of these, so that stores of the VMM to its own memory are events too.
 */
public interface Vmm extends Machine {
  /** The process's memory. Stores must go through {@link #store}, not through this. */
  UserMemory memory();

  /**
   * The VMM stores bytes in its own memory: guest memory, struct kvm_run, an argument.
   *
   * @throws IllegalArgumentException when the bytes are not all mapped
   */
  void store(int tid, long address, byte[] bytes);
}
