package seamtape.sim;

import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.TID;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.TdxCommand;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.sim.kvm.Host;
import seamtape.sim.kvm.MiscDevices;
import seamtape.sim.kvm.tdx.TdxHost;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;
import seamtape.sim.tdx.TdGuest;

/** A machine whose VM is a TD, step by step through the public ioctls. */
public final class TdMachine {
  public static final int TDX_VM = 5;
  public static final long SHARED = 1L << 47;

  /** Guest memory: 16 private pages at 0, and shared user memory behind the same slot. */
  public static final long PAGES = 16;

  private static final long GUEST = 0x10_0000_0000L;
  public static final long SOURCE = 0x40_0000_0000L;
  private static final long DATA = ARG + 0x1000;
  private static final int CPUID_MAX = 64;

  public final TestMachine m;
  public final Host host;
  public final CallLog log = new CallLog();
  public int memfd;

  public TdMachine(String profile, String module, TdGuest guest) {
    Host[] made = new Host[1];
    m =
        new TestMachine(
            memory -> {
              Profile p = Profile.of(profile);
              CpuModel cpu = CpuModel.of("intel");
              made[0] = host(p, cpu, memory, log);
              made[0].tdx = TdxHost.of(p, cpu, module, 1, log, guest);
              MiscDevices devices = new MiscDevices();
              devices.registerKvm(made[0]);
              return new SimulatedMachine(made[0], devices);
            });
    host = made[0];
    open();
  }

  /** The whole simulator, its guests executing; nested calls are told to {@code nested}. */
  public TdMachine(String profile, NestedCalls nested) {
    this(new TestMachine(spec(profile), nested));
  }

  static MachineSpec spec(String profile) {
    return new MachineSpec(profile, "intel", "1.5", "bare", 1, false);
  }

  public TdMachine(TestMachine machine) {
    m = machine;
    host = null;
    open();
  }

  private void open() {
    m.memory.map(GUEST, PAGES << 12);
    m.memory.map(SOURCE, PAGES << 12);
    m.open();
  }

  private static Host host(
      Profile profile, CpuModel cpu, seamtape.machine.UserMemory memory, NestedCalls nested) {
    return new Host(profile, cpu, memory, nested, false, 1, null);
  }

  public TdMachine() {
    this("linux-7.3", "1.5", TdGuest.INTERRUPTED);
  }

  public TdMachine createVm() {
    m.vm = (int) m.ioctl(m.kvm, KvmIoctl.KVM_CREATE_VM, TDX_VM);
    return this;
  }

  /** A command with its data stored behind it. */
  public long command(int fd, TdxCommand command, int flags, long data) {
    return command(fd, command.id(), flags, data, 0);
  }

  public long command(int fd, int id, int flags, long data, long hwError) {
    ByteBuffer cmd = little(24);
    cmd.putInt(0, id).putInt(4, flags).putLong(8, data).putLong(16, hwError);
    m.store(ARG, cmd.array());
    return m.ioctl(fd, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, ARG);
  }

  public long hwError() {
    return m.number(ARG + 16, 8);
  }

  public static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  public long enableCap(KvmCapability cap, long arg) {
    ByteBuffer in = little(104);
    in.putInt(0, cap.number()).putLong(8, arg);
    m.store(ARG, in.array());
    return m.ioctl(m.vm, KvmIoctl.KVM_ENABLE_CAP, ARG);
  }

  /** A struct kvm_tdx_init_vm with the one leaf that must be there. */
  public static ByteBuffer initVm(int guestPhysBits) {
    ByteBuffer in = little(264 + 40);
    in.putLong(8, 3).putInt(256, 1);
    in.putInt(264, 0x8000_0008).putInt(264 + 12, guestPhysBits << 16);
    return in;
  }

  public long initVm(ByteBuffer in) {
    m.store(DATA, in.array());
    return command(m.vm, TdxCommand.KVM_TDX_INIT_VM, 0, DATA);
  }

  public TdMachine initialized() {
    createVm();
    check(enableCap(KvmCapability.KVM_CAP_SPLIT_IRQCHIP, 24));
    check(initVm(initVm(48)));
    return this;
  }

  /** CPUID with x2APIC, as KVM offers it to guests. */
  public void setCpuid() {
    ByteBuffer cpuid = little(8 + CPUID_MAX * 40);
    cpuid.putInt(0, CPUID_MAX);
    m.store(ARG, cpuid.array());
    check(m.ioctl(m.kvm, KvmIoctl.KVM_GET_SUPPORTED_CPUID, ARG));
    check(m.ioctl(m.vcpu, KvmIoctl.KVM_SET_CPUID2, ARG));
  }

  public TdMachine withVcpu() {
    initialized();
    addVcpu(0);
    return this;
  }

  public void addVcpu(int id) {
    m.vcpu = (int) m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, id);
    check(m.vcpu);
    m.machine.mmap(TID, TestMachine.RUN, 12288, 3, 1, m.vcpu, 0);
    setCpuid();
    check(command(m.vcpu, TdxCommand.KVM_TDX_INIT_VCPU, 0, 0x1234));
  }

  /** A slot of private memory at 0, all of it private. */
  public TdMachine withMemory() {
    withVcpu();
    addMemory();
    return this;
  }

  public void addMemory() {
    addMemory(0);
  }

  /** As {@link #addMemory}, at a guest physical address. */
  public void addMemory(long gpa) {
    ByteBuffer gmem = little(64);
    gmem.putLong(0, PAGES << 12);
    m.store(ARG, gmem.array());
    memfd = (int) m.ioctl(m.vm, KvmIoctl.KVM_CREATE_GUEST_MEMFD, ARG);
    check(memfd);
    ByteBuffer region = little(160);
    region
        .putInt(4, 4)
        .putLong(8, gpa)
        .putLong(16, PAGES << 12)
        .putLong(24, GUEST)
        .putInt(40, memfd);
    m.store(ARG, region.array());
    check(m.ioctl(m.vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION2, ARG));
    check(attributes(gpa, PAGES << 12, 8));
  }

  public long attributes(long gpa, long size, long attributes) {
    ByteBuffer in = little(32);
    in.putLong(0, gpa).putLong(8, size).putLong(16, attributes);
    m.store(ARG, in.array());
    return m.ioctl(m.vm, KvmIoctl.KVM_SET_MEMORY_ATTRIBUTES, ARG);
  }

  public long initMemRegion(long source, long gpa, long pages, int flags) {
    ByteBuffer in = little(24);
    in.putLong(0, source).putLong(8, gpa).putLong(16, pages);
    m.store(DATA, in.array());
    return command(m.vcpu, TdxCommand.KVM_TDX_INIT_MEM_REGION, flags, DATA);
  }

  public long addPages(long gpa, long pages, int flags) {
    return initMemRegion(SOURCE, gpa, pages, flags);
  }

  /** What INIT_MEM_REGION left of the region: pages still to do. */
  public long pagesLeft() {
    return m.number(DATA + 16, 8);
  }

  public long finalizeVm() {
    return command(m.vm, TdxCommand.KVM_TDX_FINALIZE_VM, 0, 0);
  }

  public TdMachine runnable() {
    withMemory();
    check(addPages(0, 1, 1));
    check(finalizeVm());
    return this;
  }

  public static long check(long result) {
    if (result < 0) {
      throw new AssertionError("failed with " + seamtape.catalog.Errno.text(result));
    }
    return result;
  }
}
