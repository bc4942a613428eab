package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOTTY;

import java.util.List;
import java.util.stream.Stream;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.RmpRange;
import seamtape.sim.kvm.mem.GuestMemfd;
import seamtape.sim.kvm.sev.ReverseMap;

/** The fd of a VM: kvm_vm_ioctl, which hands on to the architecture and the vendor module. */
public final class VmFile extends KernelFile {
  private final Vm vm;
  private final VmIoctls ioctls;

  VmFile(Vm vm) {
    this.vm = vm;
    this.ioctls = new VmIoctls(vm);
  }

  @Override
  public long ioctl(int request, long arg) {
    if (vm.dead()) {
      return EIO.result();
    }
    KvmIoctl row = KvmIoctl.byNumber(request).orElse(null);
    return row == null || !row.on().contains(FdKind.VM) ? ENOTTY.result() : ioctls.handle(row, arg);
  }

  /** What the RMP says of the VM's pages; null for a VM without SNP. */
  public List<RmpRange> reverseMap() {
    Stream<GuestMemfd> own =
        vm.host
            .files
            .opened()
            .filter(GuestMemfd.class::isInstance)
            .map(GuestMemfd.class::cast)
            .filter(memfd -> memfd.subject() == vm.subject());
    return ReverseMap.of(vm.sev, own.toList());
  }

  public Vm vm() {
    return vm;
  }

  @Override
  protected void release() {
    vm.drop();
  }

  @Override
  public FdKind kind() {
    return FdKind.VM;
  }

  @Override
  public String link() {
    return "anon_inode:kvm-vm";
  }

  @Override
  public long subject() {
    return vm.subject();
  }
}
