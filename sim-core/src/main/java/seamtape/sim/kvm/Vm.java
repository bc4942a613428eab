package seamtape.sim.kvm;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import seamtape.catalog.KvmCapability;
import seamtape.event.Subject;
import seamtape.sim.kvm.io.CoalescedMmio;
import seamtape.sim.kvm.io.IoEventFds;
import seamtape.sim.kvm.irq.InterruptController;
import seamtape.sim.kvm.irq.Irqfds;
import seamtape.sim.kvm.irq.LocalApics;
import seamtape.sim.kvm.irq.Pit;
import seamtape.sim.kvm.mem.DirtyLog;
import seamtape.sim.kvm.mem.MemoryAttributes;
import seamtape.sim.kvm.mem.MemoryRules;
import seamtape.sim.kvm.mem.MemorySlot;
import seamtape.sim.kvm.mem.MemorySlots;
import seamtape.sim.kvm.sev.SevVm;
import seamtape.sim.kvm.tdx.KvmTdx;
import seamtape.sim.kvm.vcpu.HypervVm;
import seamtape.sim.kvm.vcpu.TscSync;
import seamtape.sim.kvm.vcpu.Vcpu;
import seamtape.sim.kvm.vcpu.VmFacts;
import seamtape.sim.kvm.vcpu.XenFacts;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;

/**
 * A virtual machine: struct kvm with its architecture's part. It lives as long as anything holds
 * it: its own fd, its vCPUs' fds, its devices'.
 */
public final class Vm implements VmFacts {
  public final Host host;
  public final int number;
  public final long type;
  public final MemorySlots slots;
  public final DirtyLog dirtyLog;
  public final InterruptController interrupts;
  public final Irqfds irqfds;
  public final IoEventFds ioEventFds;
  public final CoalescedMmio coalesced = new CoalescedMmio();
  public final VmSettings settings;
  public final MsrFilter msrFilter = new MsrFilter();
  public final VmClock clock;
  public final LocalApics lapics = new LocalApics();

  final XenVm xen;
  final HypervEventFds hypervEventFds;
  private final HypervVm hyperv = new HypervVm();
  public final MemoryAttributes attributes = new MemoryAttributes();

  /** What SEV keeps of the VM; null on a host of another vendor. */
  public final SevVm sev;

  /** What KVM keeps of a TD; null for another VM. */
  public final KvmTdx tdx;

  /** Its encryption context has moved to another VM, or KVM found a bug: nothing answers. */
  private boolean dead;

  private final TreeMap<Integer, VcpuRunner> vcpus = new TreeMap<>();
  private final List<VcpuRunner> inOrder = new ArrayList<>();
  private final TscSync tscSync = new TscSync();
  private Pit pit;
  private boolean hasVfio;
  private int references = 1;

  Vm(Host host, long type) {
    this.host = host;
    this.type = type;
    this.number = host.nextVmNumber();
    slots = new MemorySlots(host.files);
    dirtyLog = new DirtyLog(slots, host.user);
    interrupts = new InterruptController(lapics::deliver, this::raiseEvent);
    irqfds = new Irqfds(host.files, interrupts);
    ioEventFds = new IoEventFds(host.files);
    settings = new VmSettings(host.time.tscKhz());
    clock = new VmClock(host.time);
    xen = new XenVm(this);
    hypervEventFds = new HypervEventFds(host.files);
    sev = host.sev == null ? null : new SevVm(host.sev, this);
    tdx = type == VmType.TDX ? new KvmTdx(this, host.tdx) : null;
  }

  /** kvm_vm_dead: from now on every ioctl on the VM and its vCPUs is EIO. */
  public void die() {
    dead = true;
  }

  /** The vendor lets a vCPU run: 0, or the error of kvm_x86_vcpu_pre_run. */
  long readyToRun(Vcpu vcpu) {
    return sev == null ? 0 : sev.readyToRun(vcpu);
  }

  @Override
  public boolean encrypts() {
    return sev != null && sev.encrypts();
  }

  boolean dead() {
    return dead;
  }

  /** The state of the vCPU that was created as the {@code index}th, from 0. */
  public Vcpu vcpuState(int index) {
    return inOrder.get(index).state();
  }

  /** KVM_CHECK_EXTENSION on this VM's fd. */
  long capability(long cap) {
    long value = tdx == null ? host.capability(cap, true) : tdx.capability(cap);
    return cap == KvmCapability.KVM_CAP_MEMORY_ATTRIBUTES.number() && hasPrivateMemory()
        ? MemoryAttributes.KVM_MEMORY_ATTRIBUTE_PRIVATE
        : value;
  }

  @Override
  public boolean hasProtectedApic() {
    return tdx != null;
  }

  @Override
  public long preFault(long gpa, long size) {
    return tdx == null ? slotBytes(gpa, size) : tdx.preFault(gpa, size);
  }

  /** vCPUs that can be created; of a TD at most as many as the host has CPUs. */
  public int maxVcpus() {
    return (int) capability(KvmCapability.KVM_CAP_MAX_VCPUS.number());
  }

  public boolean hasPrivateMemory() {
    return VmType.hasPrivateMemory(type);
  }

  @Override
  public boolean hasProtectedState() {
    return VmType.protectsState(type);
  }

  public boolean has(KvmCapability cap) {
    return host.has(cap);
  }

  /** The vCPU of an id; null when there is none. */
  public VcpuRunner vcpu(int id) {
    return vcpus.get(id);
  }

  private int raiseEvent(int port, int vcpuId) {
    return (int) xen.raise(port, vcpuId);
  }

  /** All vCPUs in the order of their creation. */
  public List<VcpuRunner> vcpus() {
    return inOrder;
  }

  public int createdVcpus() {
    return inOrder.size();
  }

  void add(VcpuRunner vcpu) {
    vcpus.put(vcpu.id(), vcpu);
    inOrder.add(vcpu);
  }

  /** The i8254; null without one. */
  public Pit pit() {
    return pit;
  }

  void createPit(boolean speakerPort) {
    pit = new Pit(speakerPort, host.time.nanos());
  }

  boolean hasVfio() {
    return hasVfio;
  }

  void vfio(boolean exists) {
    hasVfio = exists;
  }

  /** The limit of shadow MMU pages: what was set, or a share of the slots' pages; an int. */
  int mmuPages() {
    if (settings.mmuPages != 0 || !slots.used()) {
      return (int) settings.mmuPages;
    }
    long share = slots.pages() / Limits.KVM_MEMSLOT_PAGES_TO_MMU_PAGES_RATIO;
    return (int) Math.max(share, Limits.KVM_MIN_ALLOC_MMU_PAGES);
  }

  /** 2 where SMM has memory of its own. */
  int addressSpaces() {
    return tdx == null && has(KvmCapability.KVM_CAP_X86_SMM) ? Limits.KVM_MAX_NR_ADDRESS_SPACES : 1;
  }

  MemoryRules memoryRules(boolean version2) {
    int readOnly = tdx == null ? MemorySlot.KVM_MEM_READONLY : 0;
    int flags = MemorySlot.KVM_MEM_LOG_DIRTY_PAGES | readOnly;
    if (version2 && (hasPrivateMemory() || has(KvmCapability.KVM_CAP_GUEST_MEMFD))) {
      flags |= MemorySlot.KVM_MEM_GUEST_MEMFD;
    }
    long maxGfn = (1L << host.cpuModel.physicalBits() - Limits.PAGE_SHIFT) - 1;
    return new MemoryRules(addressSpaces(), flags, maxGfn);
  }

  /** Raises what the clock has brought due: ticks of the PIT. */
  void advanceTimers() {
    if (pit != null && pit.tick(host.time.nanos())) {
      interrupts.setIrq(0, InterruptController.PIT_SOURCE, true);
      interrupts.setIrq(0, InterruptController.PIT_SOURCE, false);
    }
  }

  public void hold() {
    references++;
  }

  public void drop() {
    if (--references == 0) {
      if (tdx != null) {
        tdx.destroy();
      }
      if (sev != null) {
        sev.release();
      }
      irqfds.release();
      xen.ports().release();
      ioEventFds.release();
      slots.release();
    }
  }

  long subject() {
    return Subject.vm(number);
  }

  @Override
  public Profile profile() {
    return host.profile;
  }

  @Override
  public CpuModel cpuModel() {
    return host.cpuModel;
  }

  @Override
  public boolean irqchipInKernel() {
    return interrupts.inKernel();
  }

  @Override
  public boolean splitIrqchip() {
    return interrupts.mode() == InterruptController.Mode.SPLIT;
  }

  @Override
  public int bootCpuId() {
    return settings.bootCpuId;
  }

  @Override
  public long tsc() {
    return host.time.tsc();
  }

  @Override
  public long nanos() {
    return host.time.nanos();
  }

  @Override
  public long apicBusCycleNanos() {
    return settings.apicBusCycleNanos;
  }

  /** kvm_read_guest: false where a byte has no memory behind it. */
  boolean readGuest(long gpa, byte[] target, int length) {
    for (int done = 0; done < length; ) {
      byte[] page = guestPage(gpa + done);
      if (page == null) {
        return false;
      }
      int inPage = (int) (gpa + done) & Limits.PAGE_SIZE - 1;
      int part = Math.min(length - done, Limits.PAGE_SIZE - inPage);
      System.arraycopy(page, inPage, target, done, part);
      done += part;
    }
    return true;
  }

  @Override
  public byte[] userPage(long hva) {
    return host.user.memory().page(hva);
  }

  @Override
  public boolean writeGuest(long gpa, byte[] bytes) {
    for (int done = 0; done < bytes.length; ) {
      long at = gpa + done;
      byte[] page = guestPage(at);
      if (page == null) {
        return false;
      }
      int inPage = (int) at & Limits.PAGE_SIZE - 1;
      int part = Math.min(bytes.length - done, Limits.PAGE_SIZE - inPage);
      System.arraycopy(bytes, done, page, inPage, part);
      long gfn = at >>> Limits.PAGE_SHIFT;
      dirtyLog.written(slots.backing(gfn), gfn);
      done += part;
    }
    return true;
  }

  @Override
  public long guestNanos() {
    return clock.nanos();
  }

  @Override
  public HypervVm hyperv() {
    return hyperv;
  }

  @Override
  public XenFacts xen() {
    return xen;
  }

  @Override
  public TscSync tscSync() {
    return tscSync;
  }

  @Override
  public long slotBytes(long gpa, long length) {
    long done = 0;
    while (done < length) {
      long at = gpa + done;
      MemorySlot slot = slots.backing(at >>> Limits.PAGE_SHIFT);
      if (slot == null) {
        return done;
      }
      long end = slot.baseGfn + slot.pages << Limits.PAGE_SHIFT;
      done = Math.min(length, end - gpa);
    }
    return done;
  }

  @Override
  public byte[] guestPage(long gpa) {
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    MemorySlot slot = slots.backing(gfn);
    return slot == null ? null : host.user.memory().page(slot.hva(gfn));
  }

  @Override
  public int defaultTscKhz() {
    return (int) settings.tscKhz;
  }

  @Override
  public boolean exceptionPayload() {
    return settings.exceptionPayload;
  }

  @Override
  public boolean tripleFaultEvent() {
    return settings.tripleFaultEvent;
  }

  @Override
  public boolean x2apicFormat() {
    return interrupts.x2apicFormat();
  }

  @Override
  public long disabledQuirks() {
    return settings.disabledQuirks;
  }

  @Override
  public boolean guestReadsPlatformInfo() {
    return settings.platformInfoReadable;
  }

  @Override
  public boolean pmuEnabled() {
    return settings.pmuEnabled;
  }
}
