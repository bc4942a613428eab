package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EINVAL;

import seamtape.sim.kvm.Vm;
import seamtape.sim.kvm.VmFile;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * Encryption contexts between VMs: mirrors of one, and moving one within the host. A mirror moves
 * too, as the kernel's own sev_migrate_tests do it. Unlike sev_migrate_from, this takes along the
 * fd of /dev/sev and leaves a VM of type 2 or 3 ready to run: without them the target answers
 * EBADF.
 */
public final class SevContexts {
  private SevContexts() {}

  /** The VM behind an fd number, of which the kernel takes the low 32 bits; null for no VM. */
  private static Vm source(Vm vm, long fd) {
    return vm.host.files.find((int) fd) instanceof VmFile file ? file.vm() : null;
  }

  /** KVM_CAP_VM_COPY_ENC_CONTEXT_FROM: the VM becomes a mirror of the source. */
  public static long copy(Vm vm, long sourceFd) {
    if (!vm.sev.module.enabled()) {
      return EINVAL.result();
    }
    Vm other = source(vm, sourceFd);
    if (other == null) {
      return EBADF.result();
    }
    SevVm mirror = vm.sev;
    SevVm owner = other.sev;
    boolean usable = owner.guest() && !owner.snpGuest() && !owner.mirror();
    if (other == vm || mirror.guest() || !usable || vm.createdVcpus() > 0) {
      return EINVAL.result();
    }
    other.hold();
    owner.mirrors.add(mirror);
    mirror.owner = owner;
    mirror.active = true;
    mirror.esActive = owner.esActive;
    mirror.needInit = false;
    mirror.asid = owner.asid;
    mirror.handle = owner.handle;
    mirror.policy = owner.policy;
    mirror.fd = owner.fd;
    return 0;
  }

  /** KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM: the source gives its context away and is dead. */
  public static long move(Vm vm, long sourceFd) {
    if (!vm.sev.module.enabled()) {
      return EINVAL.result();
    }
    Vm other = source(vm, sourceFd);
    if (other == null) {
      return EBADF.result();
    }
    boolean usable = other.sev.guest() && !other.sev.snpGuest();
    if (other == vm || vm.type != other.type || vm.sev.guest() || !usable) {
      return EINVAL.result();
    }
    if (vm.sev.vcpusBusy() || other.sev.vcpusBusy()) {
      return EBUSY.result();
    }
    if (other.sev.esGuest() && !vcpusMatch(vm, other)) {
      return EINVAL.result();
    }
    transfer(vm.sev, other.sev);
    other.die();
    return 0;
  }

  private static boolean vcpusMatch(Vm vm, Vm source) {
    if (vm.createdVcpus() != source.createdVcpus()) {
      return false;
    }
    for (int i = 0; i < source.createdVcpus(); i++) {
      if (!source.vcpuState(i).guestStateProtected) {
        return false;
      }
    }
    return true;
  }

  private static void transfer(SevVm to, SevVm from) {
    to.active = true;
    to.esActive = from.esActive;
    to.needInit = false;
    to.asid = from.asid;
    to.handle = from.handle;
    to.policy = from.policy;
    to.fd = from.fd;
    to.vmsaFeatures = from.vmsaFeatures;
    to.ghcbVersion = from.ghcbVersion;
    to.regions.takeFrom(from.regions);
    for (int i = 0; from.esActive && i < to.vm.createdVcpus(); i++) {
      encryptedState(to.vm.vcpuState(i), from.vm.vcpuState(i));
    }
    moveMirrors(to, from);
    if (from.mirror()) {
      takeMirrorsPlace(to, from);
    }
    from.active = false;
    from.esActive = false;
    from.asid = 0;
    from.handle = 0;
  }

  private static void encryptedState(Vcpu to, Vcpu from) {
    to.takeRegisters(from);
    to.guestStateProtected = true;
    from.guestStateProtected = false;
  }

  /** The reference to the owner is the new mirror's. */
  private static void takeMirrorsPlace(SevVm to, SevVm from) {
    to.owner = from.owner;
    from.owner = null;
    to.owner.mirrors.remove(from);
    to.owner.mirrors.add(to);
  }

  /** Mirrors hold a reference to whom they mirror. */
  private static void moveMirrors(SevVm to, SevVm from) {
    for (SevVm mirror : from.mirrors) {
      mirror.owner = to;
      to.mirrors.add(mirror);
      to.vm.hold();
    }
    int moved = from.mirrors.size();
    from.mirrors.clear();
    for (int i = 0; i < moved; i++) {
      from.vm.drop();
    }
  }
}
