package seamtape.sim.tdxguest;

import static seamtape.catalog.Errno.EACCES;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.sim.marshal.Gpr.RCX;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.Tdcall;
import seamtape.machine.UserMemory;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.kvm.Vm;
import seamtape.sim.marshal.ModuleArgs;

/**
 * KVM_TDX_SHM: a VM of this kernel, which is a TD's, shares memory with the VMM beneath and with
 * other VMs. Sharing the same memory twice is not prevented; unsharing it the second time accepts
 * pages that were accepted, which the kernel does not survive.
 */
public final class TdxShm {
  /** Bytes of struct kvm_tdx_shm: op, id, uaddr, size, gpa, offset, data. */
  static final int SIZE = 48;

  private static final int ID = 4;
  private static final int UADDR = 8;
  private static final int LENGTH = 16;
  private static final int GPA = 24;
  private static final int OFFSET = 32;
  private static final int DATA = 40;
  private static final long MAX_BYTES = 1 << 24;
  private static final int PAGE = TdMemory.PAGE_SIZE;

  private final TdGuestKernel kernel;
  private final MapGpa mapGpa;
  private final Map<Integer, SharedRegion> regions = new TreeMap<>();
  private int lastId;

  TdxShm(TdGuestKernel kernel) {
    this.kernel = kernel;
    this.mapGpa = new MapGpa(kernel.calls);
  }

  /** The vendor op: copies in, does what {@code op} says, copies out. */
  public long ioctl(Vm vm, long arg) {
    UserCopy user = vm.host.user;
    ByteBuffer shm = user.struct(arg, SIZE);
    if (shm == null) {
      return EFAULT.result();
    }
    long result =
        switch (shm.getInt(0)) {
          case 0 -> share(vm, shm);
          case 1 -> find(vm, shm);
          case 2 -> read(vm, shm);
          case 3 -> write(vm, shm);
          case 4 -> unshare(vm, shm);
          default -> EINVAL.result();
        };
    if (result == 0 && !user.out(arg, shm.array())) {
      return EFAULT.result();
    }
    return result;
  }

  private long share(Vm vm, ByteBuffer shm) {
    long address = shm.getLong(UADDR);
    long size = shm.getLong(LENGTH);
    if (((address | size) & PAGE - 1) != 0 || size <= 0 || size > MAX_BYTES) {
      return EINVAL.result();
    }
    UserMemory memory = vm.host.user.memory();
    if (!mapped(memory, address, size)) {
      return EFAULT.result();
    }
    SharedRegion region = new SharedRegion(vm.number, address, pin(memory, address, size));
    long bit = sharedBit();
    if (kernel.dead() || !mapGpa.all(region.gpas(), bit)) {
      return EIO.result();
    }
    map(memory, region, address);
    regions.put(++lastId, region);
    shm.putInt(ID, lastId).putLong(GPA, region.gpas()[0] | bit);
    return 0;
  }

  private static boolean mapped(UserMemory memory, long address, long size) {
    for (long done = 0; done < size; done += PAGE) {
      if (memory.page(address + done) == null) {
        return false;
      }
    }
    return true;
  }

  private long[] pin(UserMemory memory, long address, long size) {
    long[] gpas = new long[(int) (size / PAGE)];
    for (int i = 0; i < gpas.length; i++) {
      gpas[i] = kernel.memory.gpa(memory.page(address + (long) i * PAGE));
    }
    return gpas;
  }

  private long sharedBit() {
    ModuleArgs information = kernel.calls.tdxModuleCall(Tdcall.TDG_VP_INFO, 0, 0, 0, 0);
    return information == null ? 0 : 1L << (information.get(RCX) & 0x3f) - 1;
  }

  /** Puts what is now at the region's addresses into the page tables of the process. */
  private void map(UserMemory memory, SharedRegion region, long address) {
    for (int i = 0; i < region.gpas().length; i++) {
      memory.mapPage(address + (long) i * PAGE, kernel.memory.bytes(region.gpas()[i]));
    }
  }

  private long find(Vm vm, ByteBuffer shm) {
    SharedRegion region = regions.get(shm.getInt(ID));
    if (region == null) {
      return ENOENT.result();
    }
    long address = shm.getLong(UADDR);
    if ((address & PAGE - 1) != 0 || region.admits(vm.number)) {
      return EINVAL.result();
    }
    UserMemory memory = vm.host.user.memory();
    if (!mapped(memory, address, region.size())) {
      return EFAULT.result();
    }
    map(memory, region, address);
    region.found().put(vm.number, address);
    shm.putLong(LENGTH, region.size()).putLong(GPA, region.gpas()[0]);
    return 0;
  }

  private long read(Vm vm, ByteBuffer shm) {
    long error = checkAccess(vm, shm);
    if (error == 0) {
      shm.putLong(DATA, words(shm).getLong(inPage(shm)));
    }
    return error;
  }

  /** Stores, then kicks the vCPU on the other side. */
  private long write(Vm vm, ByteBuffer shm) {
    long error = checkAccess(vm, shm);
    if (error == 0) {
      words(shm).putLong(inPage(shm), shm.getLong(DATA));
      kernel.para.kvmHypercall2(KvmHypercall.KVM_HC_KICK_CPU.number(), 0, 0);
    }
    return error;
  }

  private long checkAccess(Vm vm, ByteBuffer shm) {
    SharedRegion region = regions.get(shm.getInt(ID));
    if (region == null) {
      return ENOENT.result();
    }
    if (!region.admits(vm.number)) {
      return EACCES.result();
    }
    long offset = shm.getLong(OFFSET);
    boolean inside = offset >= 0 && offset < region.size() && offset % Long.BYTES == 0;
    return inside ? 0 : EINVAL.result();
  }

  private ByteBuffer words(ByteBuffer shm) {
    SharedRegion region = regions.get(shm.getInt(ID));
    long gpa = region.gpas()[(int) (shm.getLong(OFFSET) / PAGE)];
    return ByteBuffer.wrap(kernel.memory.bytes(gpa)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int inPage(ByteBuffer shm) {
    return (int) shm.getLong(OFFSET) & PAGE - 1;
  }

  private long unshare(Vm vm, ByteBuffer shm) {
    SharedRegion region = regions.get(shm.getInt(ID));
    if (region == null) {
      return ENOENT.result();
    }
    if (region.owner() != vm.number) {
      return EACCES.result();
    }
    if (!mapGpa.all(region.gpas(), 0)) {
      return EIO.result();
    }
    for (long gpa : region.gpas()) {
      if (kernel.calls.tdxModuleCall(Tdcall.TDG_MEM_PAGE_ACCEPT, gpa, 0, 0, 0) == null) {
        return EIO.result();
      }
    }
    UserMemory memory = vm.host.user.memory();
    for (long address : region.found().values()) {
      memory.unmap(address, region.size());
    }
    map(memory, region, region.address());
    regions.remove(shm.getInt(ID));
    return 0;
  }
}
