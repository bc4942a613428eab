package seamtape.sim.kvm;

/**
 * The op table of a vendor module, as struct kvm_x86_ops: an op that is null is absent, and the
 * layer above answers ENOTTY for it.
 *
 * @param module name of the kernel module
 * @param vmTypes bitmap of the encrypted VM types that it runs
 * @param memEncIoctl KVM_MEMORY_ENCRYPT_OP on a VM
 * @param memEncRegisterRegion KVM_MEMORY_ENCRYPT_REG_REGION, after the copy
 * @param memEncUnregisterRegion KVM_MEMORY_ENCRYPT_UNREG_REGION, after the copy
 * @param vcpuMemEncIoctl KVM_MEMORY_ENCRYPT_OP on a vCPU, under its mutex
 * @param vmCopyEncContextFrom KVM_CAP_VM_COPY_ENC_CONTEXT_FROM, with the fd of the source
 * @param vmMoveEncContextFrom KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM, with the fd of the source
 * @param tdxShmIoctl KVM_TDX_SHM
 * @param guestMemoryReclaimed pages of guest memory are about to go back to the host
 */
public record VendorOps(
    String module,
    long vmTypes,
    VmOp memEncIoctl,
    RegionOp memEncRegisterRegion,
    RegionOp memEncUnregisterRegion,
    VcpuOp vcpuMemEncIoctl,
    VmOp vmCopyEncContextFrom,
    VmOp vmMoveEncContextFrom,
    VmOp tdxShmIoctl,
    Reclaimed guestMemoryReclaimed) {

  /** An ioctl that gets its user pointer as it came. */
  public interface VmOp {
    long ioctl(Vm vm, long arg);
  }

  /** An ioctl of a vCPU that gets its user pointer as it came. */
  public interface VcpuOp {
    long ioctl(VcpuRunner vcpu, long arg);
  }

  /** An ioctl on a region of user memory. */
  public interface RegionOp {
    long ioctl(Vm vm, long address, long size);
  }

  /** Told when guest memory is reclaimed. */
  public interface Reclaimed {
    void reclaimed(Vm vm);
  }

  /** The table of a vendor, {@code intel} or {@code amd}. */
  public static VendorOps of(String vendor) {
    return switch (vendor) {
      case "intel" -> KvmIntel.OPS;
      case "amd" -> KvmAmd.OPS;
      default ->
          throw new IllegalArgumentException("no vendor named " + vendor + ": choose intel or amd");
    };
  }
}
