package seamtape.sim.coverage;

import seamtape.catalog.FdKind;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.TdxCommand;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.sim.Simulator;

/**
 * Asks a machine with the newest TDX module for each command of KVM_MEMORY_ENCRYPT_OP, in the life
 * of a TD. A command has behaviour when its answer differs from that to a number nobody knows.
 */
final class TdxProbe {
  private static final int TID = 1;
  private static final long MEMORY = 0x1000_0000L;
  private static final int MEMORY_BYTES = 0x4000;
  private static final long UNREADABLE = 8;
  private static final long STRUCT = MEMORY + 0x1000;
  private static final int SLICE = 100;
  private static final int TDX_VM = 5;
  private static final int UNKNOWN = 99;

  /** KVM_TDX_INIT_VM: XFAM, and the one CPUID leaf that a TD must have. */
  private static final int XFAM = 8;

  private static final int CPUID = 256;
  private static final long GUEST_WIDTH = 48L << 16;

  /** CPUID.1:ECX. */
  private static final long X2APIC = 1 << 21;

  private final PagedMemory memory = new PagedMemory();
  private final Machine machine;
  private final int vm;
  private int vcpu;

  private TdxProbe(String profile) {
    MachineSpec spec = new MachineSpec(profile, "intel", "1.5", "bare", 1, false);
    machine = new Simulator().create(spec, memory, NestedCalls.NONE);
    memory.map(MEMORY, MEMORY_BYTES);
    int kvm = (int) machine.open(TID, "/dev/kvm", 0);
    vm = (int) ioctl(kvm, KvmIoctl.KVM_CREATE_VM, TDX_VM);
  }

  /** True where a machine of the profile serves a command. */
  static boolean answers(TdxCommand row, String profile) {
    TdxProbe probe = new TdxProbe(profile);
    boolean answers = probe.vm >= 0 && probe.answers(row);
    probe.machine.close();
    return answers;
  }

  private boolean answers(TdxCommand row) {
    if (row != TdxCommand.KVM_TDX_INIT_VM && row != TdxCommand.KVM_TDX_CAPABILITIES) {
      initialize();
    }
    if (row == TdxCommand.KVM_TDX_INIT_MEM_REGION) {
      command(vcpu, TdxCommand.KVM_TDX_INIT_VCPU.id(), 0);
    }
    int fd = row.on() == FdKind.VCPU ? vcpu : vm;
    long unknown = command(fd, UNKNOWN, UNREADABLE);
    return command(fd, row.id(), UNREADABLE) != unknown || command(fd, row.id(), STRUCT) != unknown;
  }

  /** A TD with a vCPU, as far as the commands that come later need it. */
  private void initialize() {
    store(STRUCT + XFAM, 3);
    store(STRUCT + CPUID, 1);
    store(STRUCT + CPUID + 8, 0x8000_0008L);
    store(STRUCT + CPUID + 20, GUEST_WIDTH);
    command(vm, TdxCommand.KVM_TDX_INIT_VM.id(), STRUCT);
    store(MEMORY, KvmCapability.KVM_CAP_SPLIT_IRQCHIP.number());
    store(MEMORY + 8, 24);
    ioctl(vm, KvmIoctl.KVM_ENABLE_CAP, MEMORY);
    vcpu = (int) ioctl(vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    // A TD's LAPIC is in x2APIC mode, which its CPUID has to offer.
    memory.map(MEMORY, MEMORY_BYTES);
    store(MEMORY, 1);
    store(MEMORY + 8, 1);
    store(MEMORY + 28, X2APIC);
    ioctl(vcpu, KvmIoctl.KVM_SET_CPUID2, MEMORY);
    memory.map(MEMORY, MEMORY_BYTES);
  }

  private long command(int fd, int id, long data) {
    store(MEMORY, id);
    store(MEMORY + 8, data);
    store(MEMORY + 16, 0);
    return ioctl(fd, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, MEMORY);
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
      result = machine.resume(TID, SLICE);
    }
    return result;
  }
}
