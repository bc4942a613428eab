package seamtape.sim.coverage;

import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.TdxCommand;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.sim.Simulator;

/** A TD on a machine with the newest TDX module, built by KVM's ioctls as far as a probe needs. */
final class ProbedTd implements AutoCloseable {
  static final long MEMORY = 0x1000_0000L;
  static final long STRUCT = MEMORY + 0x1000;
  private static final int TID = 1;
  private static final int MEMORY_BYTES = 0x4000;
  private static final long IMAGE = 0x2000_0000L;
  private static final int IMAGE_BYTES = 16 << 12;
  private static final int SLICE = 1000;
  private static final int TDX_VM = 5;
  private static final int GUEST_MEMFD = 4;
  private static final int PRIVATE = 8;

  /** KVM_TDX_INIT_VM: XFAM, and the one CPUID leaf that a TD must have. */
  private static final int XFAM = 8;

  private static final int CPUID = 256;
  private static final long GUEST_WIDTH = 48L << 16;

  /** CPUID.1:ECX. */
  private static final long X2APIC = 1 << 21;

  private final PagedMemory memory = new PagedMemory();
  private final Machine machine;
  final int vm;
  int vcpu;

  ProbedTd(String profile, NestedCalls nested) {
    MachineSpec spec = new MachineSpec(profile, "intel", "1.5", "bare", 1, false);
    machine = new Simulator().create(spec, memory, nested);
    memory.map(MEMORY, MEMORY_BYTES);
    int kvm = (int) machine.open(TID, "/dev/kvm", 0);
    vm = (int) ioctl(kvm, KvmIoctl.KVM_CREATE_VM, TDX_VM);
  }

  /** A TD with a vCPU, as far as the commands that come later need it. */
  void initialize() {
    store(STRUCT + XFAM, 3);
    store(STRUCT + CPUID, 1);
    store(STRUCT + CPUID + 8, 0x8000_0008L);
    store(STRUCT + CPUID + 20, GUEST_WIDTH);
    command(vm, TdxCommand.KVM_TDX_INIT_VM.id(), STRUCT);
    enable(KvmCapability.KVM_CAP_SPLIT_IRQCHIP, 24);
    enable(KvmCapability.KVM_CAP_EXIT_HYPERCALL, 1 << 12);
    vcpu = (int) ioctl(vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    // A TD's LAPIC is in x2APIC mode, which its CPUID has to offer.
    clear();
    store(MEMORY, 1);
    store(MEMORY + 8, 1);
    store(MEMORY + 28, X2APIC);
    ioctl(vcpu, KvmIoctl.KVM_SET_CPUID2, MEMORY);
    clear();
  }

  private void enable(KvmCapability cap, long arg) {
    store(MEMORY, cap.number());
    store(MEMORY + 8, arg);
    ioctl(vm, KvmIoctl.KVM_ENABLE_CAP, MEMORY);
  }

  /**
   * Makes the TD ready to run an image.
   *
   * @param program the last bytes of the 64 KiB below 4 GiB; before them are zeros
   */
  void load(byte[] program) {
    initialize();
    command(vcpu, TdxCommand.KVM_TDX_INIT_VCPU.id(), 0);
    memory.map(IMAGE, IMAGE_BYTES);
    memory.write(IMAGE + IMAGE_BYTES - program.length, program, 0, program.length);
    clear();
    store(MEMORY, IMAGE_BYTES);
    int memfd = (int) ioctl(vm, KvmIoctl.KVM_CREATE_GUEST_MEMFD, MEMORY);
    clear();
    store(MEMORY, (long) GUEST_MEMFD << 32);
    store(MEMORY + 8, TdProgram.IMAGE);
    store(MEMORY + 16, IMAGE_BYTES);
    store(MEMORY + 24, IMAGE);
    store(MEMORY + 40, memfd);
    ioctl(vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION2, MEMORY);
    clear();
    store(MEMORY, TdProgram.IMAGE);
    store(MEMORY + 8, IMAGE_BYTES);
    store(MEMORY + 16, PRIVATE);
    ioctl(vm, KvmIoctl.KVM_SET_MEMORY_ATTRIBUTES, MEMORY);
    store(STRUCT, IMAGE);
    store(STRUCT + 8, TdProgram.IMAGE);
    store(STRUCT + 16, IMAGE_BYTES >> 12);
    command(vcpu, TdxCommand.KVM_TDX_INIT_MEM_REGION.id(), STRUCT);
    command(vm, TdxCommand.KVM_TDX_FINALIZE_VM.id(), 0);
  }

  /** Runs until an exit; a guest that goes on and on gets a signal. */
  long run() {
    return ioctl(vcpu, KvmIoctl.KVM_RUN, 0);
  }

  long command(int fd, int id, long data) {
    store(MEMORY, id);
    store(MEMORY + 8, data);
    store(MEMORY + 16, 0);
    return ioctl(fd, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, MEMORY);
  }

  private void clear() {
    memory.map(MEMORY, MEMORY_BYTES);
  }

  private void store(long address, long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    memory.write(address, bytes, 0, bytes.length);
  }

  private long ioctl(int fd, KvmIoctl row, long arg) {
    long result = machine.ioctl(TID, fd, row.number(), arg, SLICE);
    while (result == Machine.IN_PROGRESS) {
      if (row == KvmIoctl.KVM_RUN) {
        machine.signal(TID);
      }
      result = machine.resume(TID, SLICE);
    }
    return result;
  }

  @Override
  public void close() {
    machine.close();
  }
}
