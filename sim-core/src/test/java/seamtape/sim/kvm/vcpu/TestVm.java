package seamtape.sim.kvm.vcpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Structs;
import seamtape.machine.PagedMemory;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;

/** A VM as far as a vCPU sees it, with 64 KiB of guest memory at 0, and a page for arguments. */
final class TestVm implements VmFacts {
  static final long ARGUMENT = 0x10_0000;
  static final long UNMAPPED = 0x8;
  private static final int ROOM = 0x4000;
  private static final int GUEST_MEMORY = 0x1_0000;

  final PagedMemory memory = new PagedMemory();
  final UserCopy user = new UserCopy(memory);
  private final Profile profile;
  private final CpuModel model;
  private final TscSync tscSync = new TscSync();
  private final HypervVm hyperv = new HypervVm();
  private final byte[][] guest = new byte[GUEST_MEMORY / 4096][4096];
  boolean irqchip;
  boolean split;
  boolean exceptionPayload;
  boolean tripleFaultEvent;
  boolean x2apicFormat;
  long tsc = 1_000_000;

  TestVm(String profile, String vendor) {
    this.profile = Profile.of(profile);
    this.model = CpuModel.of(vendor);
    memory.map(ARGUMENT, ROOM);
  }

  static TestVm newest() {
    return new TestVm("linux-7.3", "intel");
  }

  TestVm withIrqchip() {
    irqchip = true;
    return this;
  }

  TestVm withSplitIrqchip() {
    split = true;
    return withIrqchip();
  }

  Vcpu vcpu() {
    return new Vcpu(this, 0);
  }

  /** Zeroed memory at the argument, to be filled. */
  TestVm clear() {
    memory.write(ARGUMENT, new byte[ROOM], 0, ROOM);
    return this;
  }

  TestVm bytes(byte[] bytes) {
    clear();
    memory.write(ARGUMENT, bytes, 0, bytes.length);
    return this;
  }

  /** Stores a field of a struct at the argument. */
  TestVm with(String struct, String path, long value) {
    var place = Structs.of(struct).locate(path).orElseThrow();
    byte[] word = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    memory.write(ARGUMENT + place.offset(), word, 0, place.size());
    return this;
  }

  long get(String struct, String path) {
    var place = Structs.of(struct).locate(path).orElseThrow();
    byte[] word = new byte[8];
    memory.read(ARGUMENT + place.offset(), word, 0, place.size());
    return ByteBuffer.wrap(word).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  byte[] argument(int size) {
    byte[] bytes = new byte[size];
    memory.read(ARGUMENT, bytes, 0, size);
    return bytes;
  }

  long call(KvmIoctl row, Vcpu vcpu) {
    return VcpuIoctls.handle(row, vcpu, ARGUMENT, user);
  }

  long call(KvmIoctl row, Vcpu vcpu, long arg) {
    return VcpuIoctls.handle(row, vcpu, arg, user);
  }

  long system(KvmIoctl row) {
    return SystemIoctls.handle(row, ARGUMENT, user, profile, model);
  }

  /** One entry for KVM_GET_MSRS or KVM_SET_MSRS at the argument. */
  TestVm msr(int index, long data) {
    return clear()
        .with("kvm_msrs", "nmsrs", 1)
        .with("kvm_msrs", "entries[0].index", index)
        .with("kvm_msrs", "entries[0].data", data);
  }

  @Override
  public Profile profile() {
    return profile;
  }

  @Override
  public CpuModel cpuModel() {
    return model;
  }

  @Override
  public boolean irqchipInKernel() {
    return irqchip;
  }

  @Override
  public boolean splitIrqchip() {
    return split;
  }

  @Override
  public int bootCpuId() {
    return 0;
  }

  @Override
  public long tsc() {
    return tsc;
  }

  @Override
  public HypervVm hyperv() {
    return hyperv;
  }

  @Override
  public TscSync tscSync() {
    return tscSync;
  }

  @Override
  public long slotBytes(long gpa, long length) {
    if (gpa < 0 || gpa >= GUEST_MEMORY) {
      return 0;
    }
    long left = GUEST_MEMORY - gpa;
    return Long.compareUnsigned(length, left) < 0 ? length : left;
  }

  @Override
  public byte[] guestPage(long gpa) {
    return gpa < 0 || gpa >= GUEST_MEMORY ? null : guest[(int) (gpa >>> 12)];
  }

  @Override
  public boolean exceptionPayload() {
    return exceptionPayload;
  }

  @Override
  public boolean tripleFaultEvent() {
    return tripleFaultEvent;
  }

  @Override
  public boolean x2apicFormat() {
    return x2apicFormat;
  }
}
