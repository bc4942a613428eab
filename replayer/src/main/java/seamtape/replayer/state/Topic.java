package seamtape.replayer.state;

import static seamtape.catalog.KvmIoctl.KVM_ENABLE_CAP;
import static seamtape.catalog.KvmIoctl.KVM_GET_CPUID2;
import static seamtape.catalog.KvmIoctl.KVM_GET_DEBUGREGS;
import static seamtape.catalog.KvmIoctl.KVM_GET_FPU;
import static seamtape.catalog.KvmIoctl.KVM_GET_MP_STATE;
import static seamtape.catalog.KvmIoctl.KVM_GET_REGS;
import static seamtape.catalog.KvmIoctl.KVM_GET_SREGS;
import static seamtape.catalog.KvmIoctl.KVM_GET_VCPU_EVENTS;
import static seamtape.catalog.KvmIoctl.KVM_GET_XCRS;
import static seamtape.catalog.KvmIoctl.KVM_INTERRUPT;
import static seamtape.catalog.KvmIoctl.KVM_IRQFD;
import static seamtape.catalog.KvmIoctl.KVM_IRQ_LINE;
import static seamtape.catalog.KvmIoctl.KVM_IRQ_LINE_STATUS;
import static seamtape.catalog.KvmIoctl.KVM_NMI;
import static seamtape.catalog.KvmIoctl.KVM_RUN;
import static seamtape.catalog.KvmIoctl.KVM_SET_CPUID;
import static seamtape.catalog.KvmIoctl.KVM_SET_CPUID2;
import static seamtape.catalog.KvmIoctl.KVM_SET_DEBUGREGS;
import static seamtape.catalog.KvmIoctl.KVM_SET_FPU;
import static seamtape.catalog.KvmIoctl.KVM_SET_GSI_ROUTING;
import static seamtape.catalog.KvmIoctl.KVM_SET_GUEST_DEBUG;
import static seamtape.catalog.KvmIoctl.KVM_SET_IRQCHIP;
import static seamtape.catalog.KvmIoctl.KVM_SET_LAPIC;
import static seamtape.catalog.KvmIoctl.KVM_SET_MP_STATE;
import static seamtape.catalog.KvmIoctl.KVM_SET_MSRS;
import static seamtape.catalog.KvmIoctl.KVM_SET_NESTED_STATE;
import static seamtape.catalog.KvmIoctl.KVM_SET_ONE_REG;
import static seamtape.catalog.KvmIoctl.KVM_SET_PIT;
import static seamtape.catalog.KvmIoctl.KVM_SET_PIT2;
import static seamtape.catalog.KvmIoctl.KVM_SET_REGS;
import static seamtape.catalog.KvmIoctl.KVM_SET_SREGS;
import static seamtape.catalog.KvmIoctl.KVM_SET_SREGS2;
import static seamtape.catalog.KvmIoctl.KVM_SET_VCPU_EVENTS;
import static seamtape.catalog.KvmIoctl.KVM_SET_XCRS;
import static seamtape.catalog.KvmIoctl.KVM_SET_XSAVE;
import static seamtape.catalog.KvmIoctl.KVM_SIGNAL_MSI;
import static seamtape.catalog.KvmIoctl.KVM_SMI;
import static seamtape.catalog.KvmIoctl.KVM_X86_SET_MCE;
import static seamtape.catalog.KvmIoctl.KVM_XEN_HVM_EVTCHN_SEND;
import static seamtape.catalog.KvmIoctl.KVM_XEN_HVM_SET_ATTR;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import seamtape.catalog.KvmIoctl;

/**
 * A part of a vCPU's state that one ioctl reads and another sets, and the other calls after which
 * it may have changed. KVM_RUN changes all of them.
 */
public enum Topic {
  REGS(KVM_GET_REGS, KVM_SET_REGS, "rflags", Set.of(KVM_SET_GUEST_DEBUG, KVM_SET_ONE_REG)),
  SREGS(
      KVM_GET_SREGS,
      KVM_SET_SREGS,
      "cr8|interrupt_bitmap.*|apic_base|efer|(?:[c-g]s|ss|tr|ldt)\\..*",
      Set.of(
          KVM_SET_SREGS2,
          KVM_SET_MSRS,
          KVM_SET_LAPIC,
          KVM_INTERRUPT,
          KVM_SET_VCPU_EVENTS,
          KVM_SET_NESTED_STATE,
          KVM_SET_ONE_REG)),
  CPUID(
      KVM_GET_CPUID2,
      KVM_SET_CPUID2,
      "nent|padding.*|entries\\[\\d+\\]\\.(?:eax|ebx|ecx|edx|padding.*)",
      Set.of(
          KVM_SET_CPUID,
          KVM_SET_SREGS,
          KVM_SET_SREGS2,
          KVM_SET_MSRS,
          KVM_SET_XCRS,
          KVM_SET_LAPIC,
          KVM_ENABLE_CAP,
          KVM_SET_ONE_REG)),
  XCRS(KVM_GET_XCRS, KVM_SET_XCRS, "nr_xcrs|flags|xcrs\\[[1-9].*", Set.of(KVM_SET_ONE_REG)),
  DEBUGREGS(KVM_GET_DEBUGREGS, KVM_SET_DEBUGREGS, "flags", Set.of(KVM_SET_ONE_REG)),
  MP_STATE(
      KVM_GET_MP_STATE,
      KVM_SET_MP_STATE,
      "",
      Set.of(KVM_SET_SREGS, KVM_SET_SREGS2, KVM_SET_LAPIC, KVM_SET_MSRS, KVM_SET_VCPU_EVENTS)),
  EVENTS(
      KVM_GET_VCPU_EVENTS,
      KVM_SET_VCPU_EVENTS,
      "(?!nmi\\.(?:injected|masked)).*",
      Set.of(
          KVM_SET_REGS,
          KVM_SET_SREGS,
          KVM_SET_SREGS2,
          KVM_SET_LAPIC,
          KVM_SET_MSRS,
          KVM_INTERRUPT,
          KVM_NMI,
          KVM_SMI,
          KVM_X86_SET_MCE,
          KVM_SET_GUEST_DEBUG,
          KVM_SET_NESTED_STATE,
          KVM_SET_MP_STATE,
          KVM_SET_ONE_REG)),
  FPU(KVM_GET_FPU, KVM_SET_FPU, "mxcsr|pad.*|reserved.*", Set.of(KVM_SET_XSAVE));

  /** Filler that user space may fill and the kernel does not keep. */
  private static final Pattern FILLER = Pattern.compile("(?:.*\\.)?(?:pad|reserved)[^.]*");

  /** Calls on a VM that can reach the interrupt state of its vCPUs. */
  private static final Set<KvmIoctl> VM_WIDE =
      EnumSet.of(
          KVM_IRQ_LINE,
          KVM_IRQ_LINE_STATUS,
          KVM_SIGNAL_MSI,
          KVM_SET_IRQCHIP,
          KVM_SET_GSI_ROUTING,
          KVM_IRQFD,
          KVM_ENABLE_CAP,
          KVM_SET_PIT,
          KVM_SET_PIT2,
          KVM_XEN_HVM_SET_ATTR,
          KVM_XEN_HVM_EVTCHN_SEND);

  /** Calls on one vCPU that can interrupt another: a guest's IPI, a write of the ICR. */
  private static final Set<KvmIoctl> TO_SIBLINGS = EnumSet.of(KVM_RUN, KVM_SET_LAPIC, KVM_SET_MSRS);

  private static final Map<KvmIoctl, Topic> READ_BY = new EnumMap<>(KvmIoctl.class);
  private static final Map<KvmIoctl, Topic> SET_BY = new EnumMap<>(KvmIoctl.class);
  private static final Map<KvmIoctl, Set<Topic>> TOUCHED = new EnumMap<>(KvmIoctl.class);

  static {
    TOUCHED.put(KVM_RUN, EnumSet.allOf(Topic.class));
    for (Topic topic : values()) {
      READ_BY.put(topic.get, topic);
      SET_BY.put(topic.set, topic);
      for (KvmIoctl call : topic.touchedBy) {
        TOUCHED.computeIfAbsent(call, key -> EnumSet.noneOf(Topic.class)).add(topic);
      }
    }
  }

  private final KvmIoctl get;
  private final KvmIoctl set;
  private final Pattern untold;
  private final Set<KvmIoctl> touchedBy;

  /**
   * @param untold fields that the kernel does not keep as they were set: only a read tells them
   */
  Topic(KvmIoctl get, KvmIoctl set, String untold, Set<KvmIoctl> touchedBy) {
    this.get = get;
    this.set = set;
    this.untold = Pattern.compile(untold);
    this.touchedBy = touchedBy;
  }

  /** The ioctl that reads it. */
  public KvmIoctl get() {
    return get;
  }

  /** The name in documents: {@code mp_state}. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** True for a field that is no state: what a read tells of it is what user space put there. */
  static boolean filler(String field) {
    return FILLER.matcher(field).matches();
  }

  /** True for a field whose value follows from having been set. */
  boolean told(String field) {
    return !untold.matcher(field).matches();
  }

  /** The topic that a call reads; null for none. */
  static Topic readBy(KvmIoctl call) {
    return READ_BY.get(call);
  }

  /** The topic that a call sets; null for none. */
  static Topic setBy(KvmIoctl call) {
    return SET_BY.get(call);
  }

  /** What a call may change of the vCPU it is made on, beside what it sets. */
  static Set<Topic> touchedBy(KvmIoctl call) {
    return TOUCHED.getOrDefault(call, Set.of());
  }

  /** What a call on a VM, or on another vCPU, may change of a vCPU. */
  static Set<Topic> touchedFromOutside(KvmIoctl call) {
    boolean reaches = VM_WIDE.contains(call) || TO_SIBLINGS.contains(call);
    return reaches ? EnumSet.of(EVENTS, MP_STATE) : Set.of();
  }

  /** False for a set whose effect its argument alone does not tell. */
  boolean tells(StructBytes argument) {
    return switch (this) {
      // XCR0 is the only one, and only the first entry for it counts.
      case XCRS -> argument.number(0, 4).orElse(0) == 1 && argument.number(8, 4).orElse(1) == 0;
      // INIT_RECEIVED and SIPI_RECEIVED are pending events, not states.
      case MP_STATE -> argument.number(0, 4).orElse(2) != 2 && argument.number(0, 4).orElse(4) != 4;
      // nmi.injected and nmi.masked are kept as booleans.
      case EVENTS -> argument.number(12, 1).orElse(2) <= 1 && argument.number(14, 1).orElse(2) <= 1;
      case REGS, SREGS, CPUID, DEBUGREGS, FPU -> !argument.empty();
    };
  }
}
