package seamtape.replayer.random;

import java.util.List;
import java.util.Random;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Msr;
import seamtape.catalog.Structs;
import seamtape.machine.Vmm;

/**
 * Arguments of ioctls. Each thread keeps one buffer a struct: what a GET wrote there is what the
 * next SET takes, as it is or with a field changed.
 */
final class RandomArguments {
  /** Guest memory: what slots point to. */
  static final long GUEST = 0x10_0000_0000L;

  static final int GUEST_BYTES = 0x4_0000;
  private static final int PAGE = 0x1000;

  private static final long BUFFERS = 0x30_0000_0000L;
  private static final long BUFFER_BYTES = 0x4_0000;
  private static final long THREAD_BYTES = 0x1000_0000;
  private static final int[] LEAVES_OF_CPUID = {0, 1, 2, 4, 6, 7, 0xa, 0xb, 0xd, 0x80000001};
  private static final List<String> STRUCTS =
      java.util.stream.Stream.of(KvmIoctl.values()).map(KvmIoctl::struct).distinct().toList();

  private final Vmm vmm;
  private final Random random;
  private final OpenFds fds;

  RandomArguments(Vmm vmm, Random random, OpenFds fds, int threads) {
    this.vmm = vmm;
    this.random = random;
    this.fds = fds;
    map(0, GUEST, GUEST_BYTES);
    for (int tid = 0; tid < threads; tid++) {
      map(tid, BUFFERS + tid * THREAD_BYTES, STRUCTS.size() * BUFFER_BYTES);
    }
  }

  private void map(int tid, long address, long bytes) {
    vmm.mmap(tid, address, bytes, 3, 0x32, -1, 0);
  }

  /** The buffer of a thread for a struct. */
  static long buffer(int tid, String struct) {
    return BUFFERS + tid * THREAD_BYTES + STRUCTS.indexOf(struct) * BUFFER_BYTES;
  }

  /** The argument of an ioctl, its memory filled. */
  long argument(int tid, KvmIoctl row) {
    if (!row.pointer()) {
      return value(row);
    }
    if (random.nextInt(40) == 0) {
      return badPointer();
    }
    long at = buffer(tid, row.struct());
    if (row.readsMemory()) {
      fill(tid, row, at);
    }
    return at;
  }

  private long value(KvmIoctl row) {
    if (random.nextInt(30) == 0) {
      return number();
    }
    return switch (row) {
      case KVM_CREATE_VM -> random.nextInt(8) == 0 ? random.nextInt(6) : 0;
      case KVM_CREATE_VCPU, KVM_SET_BOOT_CPU_ID -> random.nextInt(3);
      case KVM_CHECK_EXTENSION -> random.nextInt(260);
      case KVM_SET_TSS_ADDR -> random.nextInt(0x100) * (long) PAGE;
      case KVM_SET_TSC_KHZ -> random.nextInt(4_000_000);
      case KVM_SET_NR_MMU_PAGES -> random.nextInt(200);
      default -> 0;
    };
  }

  private void fill(int tid, KvmIoctl row, long at) {
    boolean small = Structs.of(row.struct()).size() <= 64;
    if (small && random.nextInt(3) > 0) {
      byte[] bytes = new byte[Structs.of(row.struct()).size()];
      vmm.store(tid, at, bytes);
    }
    List<Leaf> leaves = Leaf.of(row.struct());
    int changes = small ? leaves.size() : Math.max(0, random.nextInt(6) - 3);
    for (int i = 0; i < changes; i++) {
      Leaf leaf = leaves.get(small ? i : random.nextInt(leaves.size()));
      if (!small || random.nextInt(5) > 0) {
        store(tid, at + leaf.offset(), leaf.size(), field(leaf.name()));
      }
    }
  }

  /** A value that a field of that name may well have. */
  private long field(String name) {
    if (random.nextInt(20) == 0) {
      return number();
    }
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "userspace_addr" -> GUEST + random.nextInt(GUEST_BYTES / PAGE) * (long) PAGE;
      case "guest_phys_addr", "gpa", "first_page" -> random.nextInt(32) * (long) PAGE;
      case "memory_size", "size" -> random.nextInt(17) * (long) PAGE;
      case "slot", "num_pages", "vcpu_id", "id" -> random.nextInt(4);
      case "guest_memfd", "fd", "resamplefd" -> fds.any(random);
      case "cap" -> KvmCapability.values()[random.nextInt(KvmCapability.values().length)].number();
      case "index" -> Msr.values()[random.nextInt(Msr.values().length)].index();
      case "function" -> LEAVES_OF_CPUID[random.nextInt(LEAVES_OF_CPUID.length)];
      case "nent", "nmsrs", "nr", "nevents", "nr_xcrs" -> random.nextInt(Leaf.ELEMENTS + 1);
      case "flags", "pad", "padding", "reserved" -> random.nextInt(6) == 0 ? 1 : 0;
      case "gsi", "irq", "pin" -> random.nextInt(30);
      case "len" -> random.nextInt(9);
      case "addr" -> buffer(0, "kvm_xsave") + random.nextInt(64);
      default -> random.nextInt(3) == 0 ? number() : random.nextInt(4);
    };
  }

  /** A number of any size; ends of ranges are as likely as all the rest. */
  long number() {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(16);
      case 1 -> 1L << random.nextInt(64);
      case 2 -> (1L << random.nextInt(64)) - 1;
      case 3 -> -1;
      case 4 -> random.nextLong() & -PAGE;
      default -> random.nextLong() >>> random.nextInt(64);
    };
  }

  long badPointer() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> 0xffff_8000_0000_0000L + random.nextInt();
      case 2 -> GUEST + GUEST_BYTES - random.nextInt(64);
      default -> random.nextLong();
    };
  }

  void store(int tid, long at, int size, long value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    vmm.store(tid, at, bytes);
  }
}
