package seamtape.sim.kvm.tdx;

import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.sim.kvm.Vm;
import seamtape.sim.tdx.PhysicalMemory;

/** struct kvm_tdx: what KVM keeps of a VM that is a TD. */
public final class KvmTdx {
  /** enum kvm_tdx_state. */
  public enum State {
    UNINITIALIZED,
    INITIALIZED,
    RUNNABLE
  }

  static final int NO_KEY = -1;
  private static final int NARROW = 48;

  final Vm vm;
  final TdxHost host;
  final PrivateMemory memory;

  /** Memory that the guest shares with the VMM. */
  public final SharedMemory shared;

  State state = State.UNINITIALIZED;
  int keyId = NO_KEY;
  long tdr = PhysicalMemory.NONE;
  long[] tdcs = {};
  long attributes;
  long xfam;

  /** Width of a guest physical address with the shared bit: 48 or 52. */
  int gpaWidth = NARROW;

  /** The root of the EPT of shared memory; its address is all that the module asks for. */
  long sharedEptRoot = PhysicalMemory.NONE;

  public KvmTdx(Vm vm, TdxHost host) {
    this.vm = vm;
    this.host = host;
    this.memory = new PrivateMemory(this);
    this.shared = new SharedMemory(vm);
  }

  public State state() {
    return state;
  }

  /** is_hkid_assigned: the TD exists for the module. */
  boolean keyAssigned() {
    return keyId != NO_KEY;
  }

  /** The TD was initialized and its measurement is open. */
  boolean beingBuilt() {
    return keyAssigned() && state == State.INITIALIZED;
  }

  /** The address bit that makes a guest physical address shared. */
  public long sharedBit() {
    return 1L << gpaWidth - 1;
  }

  public boolean isPrivate(long gpa) {
    return (gpa & sharedBit()) == 0;
  }

  /** KVM_CHECK_EXTENSION on the VM's fd, where a TD differs from another VM. */
  public long capability(long cap) {
    long value = vm.host.capability(cap, true);
    KvmCapability name = KvmCapability.byNumber((int) cap).orElse(null);
    if (name == KvmCapability.KVM_CAP_MAX_VCPUS) {
      return Math.min(value, host.cpu.onlineCpus());
    }
    boolean without =
        name == KvmCapability.KVM_CAP_READONLY_MEM || name == KvmCapability.KVM_CAP_X86_SMM;
    return without ? 0 : value;
  }

  /** KVM_CREATE_VCPU may go on: the TD must be initialized (EIO) and its LAPICs split (EINVAL). */
  public long checkCreateVcpu() {
    if (state != State.INITIALIZED) {
      return Errno.EIO.result();
    }
    return vm.splitIrqchip() ? 0 : Errno.EINVAL.result();
  }

  /** Pages of guest memory are private no more, or gone: their translations must go. */
  public void zap(long firstGfn, long endGfn) {
    memory.zap(firstGfn, endGfn);
  }

  /**
   * KVM_PRE_FAULT_MEMORY of private pages.
   *
   * @return bytes mapped from the start of the range, or a negative errno
   */
  public long preFault(long gpa, long size) {
    return memory.preFault(gpa, size);
  }

  /** The last user of the VM is gone. */
  public void destroy() {
    new TdTeardown(this).run();
  }

  /** KVM_BUG_ON: nothing on the VM answers any more. */
  long bug() {
    vm.die();
    return Errno.EIO.result();
  }
}
