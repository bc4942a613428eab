package seamtape.sim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.function.Function;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.machine.UserMemory;
import seamtape.machine.Vmm;

/** A machine with memory at hand, for tests: short forms of the calls they make most. */
public final class TestMachine {
  public static final int TID = 1;

  /** Guest memory of {@link #guest}, and the mapped struct kvm_run. */
  public static final long GUEST = 0x10_0000_0000L;

  public static final long RUN = 0x20_0000_0000L;

  /** A scratch page for arguments. */
  public static final long ARG = 0x30_0000_0000L;

  private static final long GUEST_BYTES = 0x1_0000;
  private static final long SLICE = 10_000;

  public final UserMemory memory;
  public final Machine machine;
  public int kvm;
  public int vm;
  public int vcpu;

  public TestMachine(String profile, String vendor, boolean scripted) {
    this(profile, vendor, scripted, NestedCalls.NONE);
  }

  public TestMachine(String profile, NestedCalls nested) {
    this(profile, "intel", false, nested);
  }

  public TestMachine(String profile, String vendor, boolean scripted, NestedCalls nested) {
    this(new MachineSpec(profile, vendor, "none", "bare", 1, scripted), nested);
  }

  public TestMachine(MachineSpec spec, NestedCalls nested) {
    this(memory -> new Simulator().create(spec, memory, nested));
  }

  public TestMachine(Function<UserMemory, Machine> builder) {
    memory = new PagedMemory();
    machine = builder.apply(memory);
    memory.map(ARG, 0x4000);
  }

  /** A process that is recorded: its stores are told as its calls are. */
  public TestMachine(Vmm vmm) {
    memory = new ToldMemory(vmm);
    machine = vmm;
    memory.map(ARG, 0x4000);
  }

  public TestMachine(String profile) {
    this(profile, "intel", false);
  }

  public TestMachine() {
    this("linux-7.3");
  }

  public TestMachine open() {
    kvm = (int) machine.open(TID, "/dev/kvm", 0);
    return this;
  }

  public TestMachine createVm() {
    open();
    vm = (int) ioctl(kvm, KvmIoctl.KVM_CREATE_VM, 0);
    return this;
  }

  /** A VM with one vCPU and 64 KiB of memory at 0, its code at 0x1000 in real mode. */
  public TestMachine guest(String code) {
    createVm();
    addSlot(0, 0, 0, GUEST_BYTES, GUEST);
    memory.map(GUEST, GUEST_BYTES);
    addVcpu(code);
    return this;
  }

  /** Creates vCPU 0, maps its struct kvm_run, and points it at the code. */
  public void addVcpu(String code) {
    store(GUEST + 0x1000, HexFormat.of().parseHex(code));
    vcpu = (int) ioctl(vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    machine.mmap(TID, RUN, 12288, 3, 1, vcpu, 0);
    ioctl(vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    memory.write(ARG, new byte[12], 0, 8);
    memory.write(ARG + 12, new byte[2], 0, 2);
    ioctl(vcpu, KvmIoctl.KVM_SET_SREGS, ARG);
    byte[] regs = new byte[144];
    ByteBuffer fields = ByteBuffer.wrap(regs).order(ByteOrder.LITTLE_ENDIAN);
    fields.putLong(48, 0x8000).putLong(128, 0x1000).putLong(136, 2);
    store(ARG, regs);
    ioctl(vcpu, KvmIoctl.KVM_SET_REGS, ARG);
  }

  public long addSlot(int slot, int flags, long gpa, long size, long hva) {
    ByteBuffer region = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    region.putInt(0, slot).putInt(4, flags).putLong(8, gpa).putLong(16, size).putLong(24, hva);
    store(ARG, region.array());
    return ioctl(vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION, ARG);
  }

  /** An ioctl of thread 1; KVM_RUN goes on until it ends. */
  public long ioctl(int fd, KvmIoctl row, long arg) {
    long result = machine.ioctl(TID, fd, row.number(), arg, SLICE);
    while (result == Machine.IN_PROGRESS) {
      result = machine.resume(TID, SLICE);
    }
    return result;
  }

  public long run() {
    return ioctl(vcpu, KvmIoctl.KVM_RUN, 0);
  }

  public int exitReason() {
    return (int) number(RUN + 8, 4);
  }

  public void store(long address, byte... bytes) {
    if (!memory.write(address, bytes, 0, bytes.length)) {
      throw new IllegalArgumentException("not mapped: 0x" + Long.toHexString(address));
    }
  }

  public void storeNumber(long address, int size, long value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    store(address, bytes);
  }

  public long number(long address, int size) {
    byte[] bytes = new byte[size];
    if (!memory.read(address, bytes, 0, size)) {
      throw new IllegalArgumentException("not mapped: 0x" + Long.toHexString(address));
    }
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }
}
