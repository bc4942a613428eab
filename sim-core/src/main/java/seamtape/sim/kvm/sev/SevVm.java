package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EINVAL;

import java.util.ArrayList;
import java.util.List;
import seamtape.sim.kvm.Vm;
import seamtape.sim.kvm.VmType;
import seamtape.sim.kvm.vcpu.Vcpu;

/** struct kvm_sev_info: what KVM keeps of an encrypted VM. */
public final class SevVm {
  /** The bit of a guest physical address that asks for encryption. */
  public static final long C_BIT = 1L << 51;

  static final long VMSA_SNP_ACTIVE = 1;
  static final long VMSA_DEBUG_SWAP = 1 << 5;
  static final long VMSA_SECURE_TSC = 1 << 9;

  final SevModule module;
  final Vm vm;
  final EncRegions regions = new EncRegions();
  boolean active;
  boolean esActive;
  boolean needInit;
  int asid;
  int handle;
  int policy;
  long vmsaFeatures;
  int ghcbVersion;

  /** Where the guest keeps the table by which its other vCPUs start; the host only keeps it. */
  long apJumpTable;

  /** The fd of /dev/sev by which commands go; 0 until a launch or a migration gave one. */
  int fd;

  SnpContext snpContext;
  boolean certsEnabled;

  /** Whose context this VM mirrors; null for a VM with one of its own. */
  SevVm owner;

  private GuestView view;
  private SevGuest viewed;
  private long writebacks;
  final List<SevVm> mirrors = new ArrayList<>();

  public SevVm(SevModule module, Vm vm) {
    this.module = module;
    this.vm = vm;
    needInit = vm.type == VmType.SEV || vm.type == VmType.SEV_ES || vm.type == VmType.SNP;
  }

  /** The VM has an encryption context: its memory may be encrypted. */
  public boolean encrypts() {
    return active;
  }

  /** kvm_lock_all_vcpus fails: one runs, and Linux does not wait for it any more. */
  boolean vcpusBusy() {
    boolean busy = false;
    for (int i = 0; i < vm.createdVcpus(); i++) {
      busy |= vm.vcpus().get(i).running();
    }
    return busy && module.profile().sevVcpusNotAwaited();
  }

  boolean guest() {
    return active;
  }

  boolean esGuest() {
    return active && esActive;
  }

  boolean snpGuest() {
    return esGuest() && (vmsaFeatures & VMSA_SNP_ACTIVE) != 0;
  }

  boolean mirror() {
    return owner != null;
  }

  /** KVM_RUN finds the VM as it must be: 0, or the error of kvm_x86_vcpu_pre_run. */
  public long readyToRun(Vcpu vcpu) {
    return needInit || esGuest() && !vcpu.guestStateProtected ? EINVAL.result() : 0;
  }

  /** VMRUN fails: the ASID has no key yet. */
  public boolean entryFails() {
    return guest() && !snpGuest() && firmwareGuest() == null;
  }

  /** The vCPU's instructions that need the host raise #VC, for the guest to ask by itself. */
  public boolean raisesVc() {
    return esGuest();
  }

  /** Memory with the C-bit is private: in a guest_memfd, not in the VMM's memory. */
  public boolean memoryInMemfd() {
    return snpGuest();
  }

  /** What the guest sees of its memory with the C-bit; null for a guest without a key. */
  public GuestView view() {
    if (mirror()) {
      return owner.view();
    }
    SevGuest guest = active ? firmwareGuest() : null;
    if (guest == null) {
      return null;
    }
    if (view == null || viewed != guest) {
      view = new GuestView(guest.memory);
      viewed = guest;
    }
    return view;
  }

  /** The guest in the firmware; null before a launch, and for SNP. */
  SevGuest firmwareGuest() {
    return module.firmware.guest(handle);
  }

  /** KVM_MEMORY_ENCRYPT_REG_REGION. */
  public static long registerRegion(Vm vm, long address, long size) {
    return EncRegions.register(vm.sev, address, size);
  }

  /** KVM_MEMORY_ENCRYPT_UNREG_REGION. */
  public static long unregisterRegion(Vm vm, long address, long size) {
    return EncRegions.unregister(vm.sev, address, size);
  }

  /**
   * sev_guest_memory_reclaimed: caches that may hold lines with C=1 of pages that go are written
   * back, but for SNP guests, whose pages the RMP guards.
   */
  public void memoryReclaimed() {
    if (guest() && !snpGuest()) {
      writebacks++;
    }
  }

  /** WBINVDs on all CPUs for this VM. */
  public long writebacks() {
    return writebacks;
  }

  /** sev_vm_destroy: the VM's last reference is gone. */
  public void release() {
    if (!active) {
      return;
    }
    active = false;
    if (mirror()) {
      owner.mirrors.remove(this);
      owner.vm.drop();
      return;
    }
    regions.clear();
    if (snpContext != null) {
      module.firmware.disown(asid);
    } else {
      module.firmware.decommission(handle);
    }
    module.asids.free(asid);
  }
}
