package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTCONN;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.sim.guest.CpuState;
import seamtape.sim.kvm.irq.Msi;
import seamtape.sim.kvm.vcpu.Vcpu;
import seamtape.sim.kvm.vcpu.XenFacts;
import seamtape.sim.kvm.vcpu.XenVcpu;

/** The Xen side of a VM: configuration, attributes, and how events reach its vCPUs. */
final class XenVm implements XenFacts {
  /** The port was made pending, but its mask keeps it from the guest. */
  static final long MASKED = ENOTCONN.result();

  private static final int CONFIG_SIZE = 56;
  private static final int ATTRIBUTE_SIZE = 72;
  private static final int EVTCHN_SIZE = 12;
  private static final int INTERCEPT_HCALL = 2;
  private static final int EVTCHN_SEND = 1 << 5;

  /** INTERCEPT_HCALL, EVTCHN_SEND and PVCLOCK_TSC_UNSTABLE; the other bits only report. */
  private static final long SETTABLE = INTERCEPT_HCALL | 1 << 5 | 1 << 7;

  private static final int ATTR_LONG_MODE = 0;
  private static final int ATTR_SHARED_INFO = 1;
  private static final int ATTR_UPCALL_VECTOR = 2;
  private static final int ATTR_EVTCHN = 3;
  private static final int ATTR_XEN_VERSION = 4;
  private static final int ATTR_RUNSTATE_UPDATE_FLAG = 5;
  private static final int ATTR_SHARED_INFO_HVA = 6;
  private static final int VALUE = 8;

  /** MSRs that no processor has. */
  private static final int FIRST_SYNTHETIC = 0x4000_0000;

  private static final int LAST_SYNTHETIC = 0x4fff_ffff;

  /** Vectors below are exceptions. */
  private static final int FIRST_VECTOR = 0x10;

  private final Vm vm;
  private final UserCopy user;
  private final XenSharedInfo shared;
  private final XenPorts ports;
  private int flags;

  /** Writing this MSR fills a page with hypercalls; 0 for none. */
  private int hypercallMsr;

  private Blob blob = new Blob(0, 0, 0, 0);
  private boolean longMode;
  private int upcallVector;
  private int xenVersion;
  private int runstateUpdateFlag;

  XenVm(Vm vm) {
    this.vm = vm;
    this.user = vm.host.user;
    this.shared = new XenSharedInfo(vm);
    this.ports = new XenPorts(this, vm.host.files);
  }

  long handle(KvmIoctl row, long arg) {
    return switch (row) {
      case KVM_XEN_HVM_CONFIG -> configure(user.struct(arg, CONFIG_SIZE));
      case KVM_XEN_HVM_SET_ATTR -> setAttribute(user.struct(arg, ATTRIBUTE_SIZE));
      case KVM_XEN_HVM_GET_ATTR -> getAttribute(arg);
      case KVM_XEN_HVM_EVTCHN_SEND -> send(user.struct(arg, EVTCHN_SIZE));
      default -> ENOTTY.result();
    };
  }

  /** KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL is set. */
  @Override
  public boolean interceptsHypercalls() {
    return (flags & INTERCEPT_HCALL) != 0;
  }

  boolean sendsEvents() {
    return (flags & EVTCHN_SEND) != 0;
  }

  @Override
  public boolean longMode() {
    return longMode;
  }

  int version() {
    return xenVersion;
  }

  XenPorts ports() {
    return ports;
  }

  /** Ports of the shared info page: a bit each in as many words as a word has bits. */
  int maxPort() {
    return longMode ? 4096 : 1024;
  }

  boolean isPort(int port) {
    return Integer.compareUnsigned(port, maxPort()) < 0;
  }

  /**
   * kvm_xen_set_evtchn: 1 told to the vCPU, 0 pending already, {@link #MASKED}, or EINVAL where
   * there is no such vCPU, port or shared info.
   */
  long raise(int port, int vcpuId) {
    VcpuRunner target = vm.vcpu(vcpuId);
    if (target == null || !isPort(port) || !shared.set()) {
      return EINVAL.result();
    }
    if (!shared.backed()) {
      return EFAULT.result();
    }
    if (!shared.raise(port)) {
      return 0;
    }
    if (shared.masked(port, longMode)) {
      return MASKED;
    }
    if (target.state().xen.mark(port / (longMode ? Long.SIZE : Integer.SIZE))) {
      interrupt(target.state());
    }
    return 1;
  }

  /** The vCPU's own vector, where it has one; else the upcall is seen in its vcpu_info. */
  void interrupt(Vcpu vcpu) {
    int vector = vcpu.xen.upcallVector;
    if (vector != 0) {
      vm.lapics.deliver(new Msi(vector, vcpu.id(), false, Msi.FIXED, false));
    }
  }

  /** kvm_xen_has_interrupt: the vector that the guest is to be interrupted with, or NO_VECTOR. */
  int upcall(Vcpu vcpu) {
    boolean due = upcallVector != 0 && vcpu.xen.upcallPending();
    return due ? upcallVector : Vcpu.NO_VECTOR;
  }

  /** SCHEDOP_poll of a vCPU need not wait any longer: a port is pending, or it took too long. */
  boolean pollEnds(Vcpu vcpu) {
    int[] ports = vcpu.xen.polled();
    if (ports == null || !shared.backed() || vcpu.xen.pollOver(vm.clock.nanos())) {
      return ports != null;
    }
    for (int port : ports) {
      if (shared.pending(port)) {
        return true;
      }
    }
    return false;
  }

  /** The timer of a vCPU makes its port pending when it is due. */
  void expireTimer(Vcpu vcpu) {
    XenVcpu xen = vcpu.xen;
    if (xen.timerExpires != 0 && xen.timerExpires <= vm.clock.nanos()) {
      xen.timerExpires = 0;
      raise(xen.timerPort, vcpu.id());
    }
  }

  /** What is due before a vCPU enters: its timer, and events that waited for a vcpu_info. */
  void beforeEntry(Vcpu vcpu) {
    expireTimer(vcpu);
    XenVcpu xen = vcpu.xen;
    if (xen.tellPending()) {
      interrupt(vcpu);
    }
    if (hypercallMsr != 0) {
      xen.running(vm.clock.nanos());
    }
  }

  /** A guest writes this MSR to get its hypercalls. */
  boolean isHypercallMsr(int index) {
    return hypercallMsr != 0 && index == hypercallMsr;
  }

  /** Since 6.15 only the guest's own write makes the page. */
  @Override
  public boolean hostWritesPage(int index) {
    return isHypercallMsr(index) && !vm.host.profile.xenPageByGuestAlone();
  }

  /** The page is the kernel's, or one of the pages that user space gave. */
  @Override
  public boolean writePage(long value, Vcpu vcpu) {
    setLongMode((vcpu.cpu.efer & CpuState.EFER_LMA) != 0);
    long number = value & Limits.PAGE_SIZE - 1;
    long at = value & -Limits.PAGE_SIZE;
    if (interceptsHypercalls()) {
      byte[] page = XenHypercallPage.of(vm.host.cpuModel.intel());
      return number == 0 && vm.writeGuest(at, page);
    }
    byte[] page = number < blob.pages(longMode) ? blob.page(user, longMode, number) : null;
    return page != null && vm.writeGuest(at, page);
  }

  /** Pages of hypercalls in user memory, where KVM intercepts none. */
  private record Blob(long narrow, long wide, int narrowPages, int widePages) {
    int pages(boolean longMode) {
      return longMode ? widePages : narrowPages;
    }

    byte[] page(UserCopy user, boolean longMode, long number) {
      return user.in((longMode ? wide : narrow) + number * Limits.PAGE_SIZE, Limits.PAGE_SIZE);
    }
  }

  private void setLongMode(boolean wide) {
    longMode = wide;
    shared.storeWallClock(longMode);
  }

  private long send(ByteBuffer event) {
    if (event == null) {
      return EFAULT.result();
    }
    int port = event.getInt(0);
    if (port == 0 || !isPort(port) || event.getInt(8) != XenPorts.PRIORITY_2LEVEL) {
      return EINVAL.result();
    }
    long result = raise(port, event.getInt(4));
    return result >= 0 || result == MASKED ? 0 : result;
  }

  private long configure(ByteBuffer config) {
    if (config == null) {
      return EFAULT.result();
    }
    long known = vm.host.capability(KvmCapability.KVM_CAP_XEN_HVM.number(), true) & SETTABLE;
    int wanted = config.getInt(0);
    boolean blobs = config.getLong(8) != 0 || config.getLong(16) != 0 || config.getShort(24) != 0;
    boolean blobAndIntercept = (wanted & INTERCEPT_HCALL) != 0 && blobs;
    if ((wanted & ~known) != 0 || blobAndIntercept) {
      return EINVAL.result();
    }
    int msr = config.getInt(4);
    boolean synthetic = msr >= FIRST_SYNTHETIC && msr <= LAST_SYNTHETIC;
    if (msr != 0 && !synthetic && vm.host.profile.xenPageByGuestAlone()) {
      return EINVAL.result();
    }
    flags = wanted;
    hypercallMsr = msr;
    int narrow = config.get(24) & 0xff;
    int wide = config.get(25) & 0xff;
    blob = new Blob(config.getLong(8), config.getLong(16), narrow, wide);
    return 0;
  }

  private long setAttribute(ByteBuffer attribute) {
    if (attribute == null) {
      return EFAULT.result();
    }
    int value = attribute.getInt(VALUE);
    switch (type(attribute)) {
      case ATTR_LONG_MODE -> setLongMode((value & 0xff) != 0);
      case ATTR_SHARED_INFO -> {
        shared.setGfn(attribute.getLong(VALUE));
        return sharedInfoSet();
      }
      case ATTR_SHARED_INFO_HVA -> {
        return setSharedInfoHva(attribute.getLong(VALUE));
      }
      case ATTR_UPCALL_VECTOR -> {
        int vector = value & 0xff;
        if (vector != 0 && vector < FIRST_VECTOR) {
          return EINVAL.result();
        }
        upcallVector = vector;
      }
      case ATTR_EVTCHN -> {
        return ports.set(attribute);
      }
      case ATTR_XEN_VERSION -> xenVersion = value;
      case ATTR_RUNSTATE_UPDATE_FLAG -> runstateUpdateFlag = (value & 0xff) != 0 ? 1 : 0;
      default -> {
        return ENOENT.result();
      }
    }
    return 0;
  }

  private int type(ByteBuffer attribute) {
    int type = attribute.getShort(0);
    boolean newer = type == ATTR_SHARED_INFO_HVA && !vm.host.profile.xenInfoByUserAddress();
    return newer ? -1 : type;
  }

  private long setSharedInfoHva(long hva) {
    if ((hva & Limits.PAGE_SIZE - 1) != 0) {
      return EINVAL.result();
    }
    shared.setHva(hva);
    return sharedInfoSet();
  }

  private long sharedInfoSet() {
    if (shared.set() && !shared.backed()) {
      return EFAULT.result();
    }
    shared.storeWallClock(longMode);
    return 0;
  }

  private long getAttribute(long arg) {
    ByteBuffer attribute = user.struct(arg, ATTRIBUTE_SIZE);
    if (attribute == null) {
      return EFAULT.result();
    }
    switch (type(attribute)) {
      case ATTR_LONG_MODE -> attribute.put(VALUE, (byte) (longMode ? 1 : 0));
      case ATTR_SHARED_INFO -> attribute.putLong(VALUE, shared.gfn());
      case ATTR_SHARED_INFO_HVA -> attribute.putLong(VALUE, shared.hva());
      case ATTR_UPCALL_VECTOR -> attribute.put(VALUE, (byte) upcallVector);
      case ATTR_XEN_VERSION -> attribute.putInt(VALUE, xenVersion);
      case ATTR_RUNSTATE_UPDATE_FLAG -> attribute.put(VALUE, (byte) runstateUpdateFlag);
      default -> {
        return ENOENT.result();
      }
    }
    return user.out(arg, attribute.array()) ? 0 : EFAULT.result();
  }
}
