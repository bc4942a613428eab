package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Subject;

/** What the events tell of one VM. */
public final class VmState {
  private static final int SPACE_SHIFT = 16;
  private static final int SLOT_MASK = 0xffff;
  private static final long MEMORY_GUEST_MEMFD = 4;

  /** KVM_ENABLE_CAPs kept; a VM has fewer capabilities than that to enable. */
  private static final int MAX_CAPS = 256;

  /** A capability that was enabled, and with what. */
  record Enabled(long event, long cap, long flags, long first) {
    void write(StateWriter to) {
      to.put(event);
      to.put(cap);
      to.put(flags);
      to.put(first);
    }

    static Enabled read(StateReader from) {
      return new Enabled(from.number(), from.number(), from.number(), from.number());
    }
  }

  /** The argument of a setting's last call. */
  record Setting(long event, long value, StructBytes struct) {
    void write(StateWriter to) {
      to.put(event);
      to.put(value);
      struct.write(to);
    }

    static Setting read(StateReader from) {
      return new Setting(from.number(), from.number(), StructBytes.read(from));
    }
  }

  private final int number;
  private final long created;
  private final long type;
  private final Map<Integer, VcpuState> vcpus = new TreeMap<>();
  private final Map<Integer, MemorySlot> slots = new TreeMap<>(Integer::compareUnsigned);
  private final List<Enabled> enabled = new ArrayList<>();
  private final Map<KvmIoctl, Setting> settings = new LinkedHashMap<>();
  private String irqchip = "none";
  private long irqchipEvent;
  private long pitEvent;
  private Known routing = Known.NOTHING;
  private final SevFold sev;
  private final TdxFold tdx;
  private final Touched touched;

  /**
   * @param touched told what changes
   */
  VmState(int number, long created, long type, Touched touched) {
    this(number, created, type, touched, new SevFold(type), new TdxFold(type));
  }

  private VmState(int number, long created, long type, Touched touched, SevFold sev, TdxFold tdx) {
    this.number = number;
    this.created = created;
    this.type = type;
    this.touched = touched;
    this.sev = sev;
    this.tdx = tdx;
  }

  VmState copy(Touched newTouched) {
    VmState copy = new VmState(number, created, type, newTouched, sev.copy(), tdx.copy());
    vcpus.forEach((id, vcpu) -> copy.vcpus.put(id, vcpu.copy(newTouched)));
    copy.slots.putAll(slots);
    copy.enabled.addAll(enabled);
    copy.settings.putAll(settings);
    copy.irqchip = irqchip;
    copy.irqchipEvent = irqchipEvent;
    copy.pitEvent = pitEvent;
    copy.routing = routing;
    return copy;
  }

  void write(StateWriter to) {
    to.put(number);
    to.put(created);
    to.put(type);
    sev.write(to);
    tdx.write(to);
    to.all(vcpus.values(), vcpu -> vcpu.write(to));
    to.all(slots, (key, slot) -> slot.write(key, to));
    to.all(enabled, one -> one.write(to));
    to.all(
        settings,
        (call, setting) -> {
          to.call(call);
          setting.write(to);
        });
    to.put(irqchip);
    to.put(irqchipEvent);
    to.put(pitEvent);
    routing.write(to);
  }

  static VmState read(StateReader from, Touched touched) {
    int number = from.integer();
    long created = from.number();
    long type = from.number();
    SevFold sev = SevFold.read(type, from);
    TdxFold tdx = TdxFold.read(type, from);
    VmState read = new VmState(number, created, type, touched, sev, tdx);
    from.all(() -> VcpuState.read(number, from, touched), vcpu -> read.vcpus.put(vcpu.id(), vcpu));
    from.all(() -> read.slots.put(from.integer(), MemorySlot.read(from)));
    from.all(() -> Enabled.read(from), read.enabled::add);
    from.all(() -> read.settings.put(from.call(KvmIoctl.class), Setting.read(from)));
    read.irqchip = from.text();
    read.irqchipEvent = from.number();
    read.pitEvent = from.number();
    read.routing = Known.read(from);
    return read;
  }

  /** What is known of its encryption by SEV. */
  SevFold sev() {
    return sev;
  }

  /** What KVM knows of it as a TD. */
  TdxFold tdx() {
    return tdx;
  }

  /** KVM_MEMORY_ENCRYPT_OP on a vCPU, whatever it answered. */
  void encryptOp(int vcpu, Event enter, Event returned) {
    tdx.apply(vcpu, enter, returned);
    touched.add(StatePart.Kind.VM, number);
  }

  /** Its place in the order of creation, from 0. */
  public int number() {
    return number;
  }

  long created() {
    return created;
  }

  /** The type that KVM_CREATE_VM was given. */
  long type() {
    return type;
  }

  /** By id. */
  public Map<Integer, VcpuState> vcpus() {
    return vcpus;
  }

  /** By address space in the upper and slot in the lower half, as KVM numbers them. */
  public Map<Integer, MemorySlot> slots() {
    return slots;
  }

  List<Enabled> enabled() {
    return enabled;
  }

  Map<KvmIoctl, Setting> settings() {
    return settings;
  }

  /** {@code none}, {@code kernel} or {@code split}. */
  public String irqchip() {
    return irqchip;
  }

  long irqchipEvent() {
    return irqchipEvent;
  }

  /** The enter event that made the PIT; 0 without one. */
  long pitEvent() {
    return pitEvent;
  }

  /** The argument of the last KVM_SET_GSI_ROUTING. */
  Known routing() {
    return routing;
  }

  VcpuState vcpu(int id, long event) {
    VcpuState known = vcpus.get(id);
    if (known != null) {
      return known;
    }
    VcpuState made = new VcpuState(number, id, event, touched);
    vcpus.put(id, made);
    touched.add(StatePart.Kind.VCPU, Subject.vcpu(number, id));
    return made;
  }

  /**
   * A call on this VM that succeeded.
   *
   * @param memory what the VMM stored
   */
  void apply(Event enter, Event returned, TdSources memory) {
    KvmIoctl call = (KvmIoctl) enter.call;
    for (VcpuState vcpu : vcpus.values()) {
      vcpu.touch(Topic.touchedFromOutside(call), enter);
    }
    switch (call) {
      case KVM_SET_USER_MEMORY_REGION, KVM_SET_USER_MEMORY_REGION2 -> region(enter);
      case KVM_CREATE_IRQCHIP -> irqchip("kernel", enter);
      case KVM_CREATE_PIT, KVM_CREATE_PIT2 -> pitEvent = enter.number;
      case KVM_SET_GSI_ROUTING -> routing = new Known(enter.number, call, StructBytes.of(enter));
      case KVM_ENABLE_CAP -> {
        enable(enter);
        sev.apply(enter, returned, memory);
      }
      case KVM_MEMORY_ENCRYPT_OP -> {
        sev.apply(enter, returned, memory);
        tdx.apply(-1, enter, returned);
      }
      case KVM_SET_TSS_ADDR,
          KVM_SET_IDENTITY_MAP_ADDR,
          KVM_SET_BOOT_CPU_ID,
          KVM_SET_NR_MMU_PAGES,
          KVM_SET_TSC_KHZ,
          KVM_REINJECT_CONTROL,
          KVM_XEN_HVM_CONFIG,
          KVM_SET_PMU_EVENT_FILTER,
          KVM_X86_SET_MSR_FILTER ->
          settings.put(call, new Setting(enter.number, enter.fields[1], StructBytes.of(enter)));
      // What is left reads, acts on an instant, or makes what the fds show.
      default -> {
        return;
      }
    }
    touched.add(StatePart.Kind.VM, number);
  }

  private void irqchip(String mode, Event enter) {
    irqchip = mode;
    irqchipEvent = enter.number;
  }

  private void region(Event enter) {
    StructBytes region = StructBytes.of(enter);
    if (region.number(0, 4).isEmpty() || region.number(16, 8).isEmpty()) {
      return;
    }
    int id = (int) region.number(0, 4).getAsLong();
    long flags = region.number(4, 4).orElse(0);
    long size = region.number(16, 8).getAsLong();
    if (size == 0) {
      slots.remove(id);
      return;
    }
    boolean memfd = (flags & MEMORY_GUEST_MEMFD) != 0;
    slots.put(
        id,
        new MemorySlot(
            enter.number,
            id >>> SPACE_SHIFT,
            id & SLOT_MASK,
            flags,
            region.number(8, 8).orElse(Event.UNKNOWN),
            size,
            region.number(24, 8).orElse(Event.UNKNOWN),
            memfd ? region.number(40, 4).orElse(Event.UNKNOWN) : -1,
            memfd ? region.number(32, 8).orElse(0) : 0));
  }

  private void enable(Event enter) {
    StructBytes argument = StructBytes.of(enter);
    if (argument.number(0, 4).isEmpty()) {
      return;
    }
    long cap = argument.number(0, 4).getAsLong();
    if (cap == KvmCapability.KVM_CAP_SPLIT_IRQCHIP.number()) {
      irqchip("split", enter);
    }
    enabled.removeIf(earlier -> earlier.cap() == cap);
    if (enabled.size() < MAX_CAPS) {
      long flags = argument.number(4, 4).orElse(0);
      enabled.add(new Enabled(enter.number, cap, flags, argument.number(8, 8).orElse(0)));
    }
  }
}
