package seamtape.sim.coverage;

import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.sim.Simulator;

/** A machine with a VM, and its ioctls in one line each, for the probes. */
final class ProbedVm implements AutoCloseable {
  static final int TID = 1;
  static final long ARG = 0x1000_0000L;
  private static final int ARG_BYTES = 0x4000;
  static final long GUEST = 0x2000_0000L;
  private static final int GUEST_BYTES = 0x10000;
  private static final long RUN = 0x3000_0000L;
  private static final int RUN_BYTES = 12288;
  private static final int EXIT_REASON = 8;
  private static final int SLICE = 1000;
  private static final int RUN_FAILED = -1;

  final Machine machine;
  final PagedMemory memory = new PagedMemory();
  final int kvm;
  int vm;
  int vcpu;

  ProbedVm(String profile, String vendor, NestedCalls nested) {
    MachineSpec spec = new MachineSpec(profile, vendor, "none", "bare", 1, false);
    machine = new Simulator().create(spec, memory, nested);
    memory.map(ARG, ARG_BYTES);
    memory.map(GUEST, GUEST_BYTES);
    kvm = (int) machine.open(TID, "/dev/kvm", 0);
  }

  /** Makes a VM of a type the one that is asked. */
  ProbedVm vm(long type) {
    vm = (int) ioctl(kvm, KvmIoctl.KVM_CREATE_VM, type);
    return this;
  }

  /** Memory at 0, and a vCPU in flat protected mode. */
  void guest(byte[] code, long at) {
    clear();
    store(ARG + 16, 8, GUEST_BYTES);
    store(ARG + 24, 8, GUEST);
    ioctl(vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION, ARG);
    memory.write(GUEST + at, code, 0, code.length);
    vcpu = (int) ioctl(vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    machine.mmap(TID, RUN, RUN_BYTES, 3, 1, vcpu, 0);
    ioctl(vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    for (int segment = 0; segment < 6; segment++) {
      long of = ARG + 24L * segment;
      store(of, 8, 0);
      store(of + 8, 4, 0xffff_ffffL);
      // type, present, dpl, db, s, l, g
      store(of + 14, 4, (segment == 0 ? 11 : 3) | 1 << 8 | 1 << 24);
      store(of + 18, 4, 1 | 1 << 16);
    }
    store(ARG + 224, 8, 0x11);
    ioctl(vcpu, KvmIoctl.KVM_SET_SREGS, ARG);
  }

  /** Runs with RAX to RDI and RIP; the exit reason. */
  int run(long rip, long... registers) {
    clear();
    for (int i = 0; i < registers.length; i++) {
      store(ARG + 8L * i, 8, registers[i]);
    }
    store(ARG + 128, 8, rip);
    store(ARG + 136, 8, 2);
    ioctl(vcpu, KvmIoctl.KVM_SET_REGS, ARG);
    long result = ioctl(vcpu, KvmIoctl.KVM_RUN, 0);
    return result == 0 ? (int) number(RUN + EXIT_REASON, 4) : RUN_FAILED;
  }

  long ioctl(int fd, KvmIoctl row, long arg) {
    long result = machine.ioctl(TID, fd, row.number(), arg, SLICE);
    while (result == Machine.IN_PROGRESS) {
      machine.signal(TID);
      result = machine.resume(TID, SLICE);
    }
    return result;
  }

  void clear() {
    memory.map(ARG, ARG_BYTES);
  }

  void store(long address, int size, long value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    memory.write(address, bytes, 0, size);
  }

  long number(long address, int size) {
    byte[] bytes = new byte[size];
    memory.read(address, bytes, 0, size);
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (bytes[i] & 0xffL) << 8 * i;
    }
    return value;
  }

  @Override
  public void close() {
    machine.close();
  }
}
