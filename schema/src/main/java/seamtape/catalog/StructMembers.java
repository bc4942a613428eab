package seamtape.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which members of a struct hold data. Members of unions overlay each other: a selector elsewhere
 * in the struct says which one is meant. A raw member stands in where no other does.
 */
public final class StructMembers {
  /** Pseudo-selector: 1 in the bytes that the kernel wrote, 0 in those that it read. */
  public static final String RETURNED = "@returned";

  private record Condition(String selector, boolean in, long[] values) {
    Bound of(String struct) {
      return new Bound(StructSelector.of(struct, selector), in, values);
    }
  }

  /** A condition whose selector was found in its struct. */
  private record Bound(StructSelector selector, boolean in, long[] values) {
    boolean holds(StructSelector.Numbers numbers) {
      OptionalLong number = numbers.number(selector);
      return number.isPresent() ? has(number.getAsLong()) == in : !in;
    }

    private boolean has(long number) {
      for (long value : values) {
        if (value == number) {
          return true;
        }
      }
      return false;
    }
  }

  private static final Map<String, List<Condition>> CONDITIONS = new HashMap<>();
  private static final Map<String, List<String>> RAW = new HashMap<>();
  private static final Map<String, String> COUNTS = new HashMap<>();

  static {
    interrupts();
    processor();
    run();
    hypervisors();
    counts();
  }

  private StructMembers() {}

  /** When a member holds data: its own conditions hold, and no member that says more does. */
  public static final class Presence {
    private static final Presence ALWAYS = new Presence(List.of(), List.of());

    private final Bound[] conditions;
    private final Presence[] others;

    private Presence(List<Bound> conditions, List<Presence> others) {
      this.conditions = conditions.toArray(Bound[]::new);
      this.others = others.toArray(Presence[]::new);
    }

    /** True when nothing needs to be asked. */
    public boolean always() {
      return this == ALWAYS;
    }

    /**
     * Whether the member holds data.
     *
     * @param numbers of the same struct
     */
    public boolean holds(StructSelector.Numbers numbers) {
      for (Bound condition : conditions) {
        if (!condition.holds(numbers)) {
          return false;
        }
      }
      for (Presence other : others) {
        if (other.holds(numbers)) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * When a member holds data.
   *
   * @param member named as in its {@link StructLayout}
   */
  static Presence presence(String struct, String member) {
    String key = struct + "." + member;
    if (!CONDITIONS.containsKey(key) && !RAW.containsKey(key)) {
      return Presence.ALWAYS;
    }
    return new Presence(
        CONDITIONS.getOrDefault(key, List.of()).stream().map(one -> one.of(struct)).toList(),
        RAW.getOrDefault(key, List.of()).stream().map(other -> presence(struct, other)).toList());
  }

  /** The field that counts the elements of an array in the same struct; null where none does. */
  static StructSelector countOf(String struct, String array) {
    String counter = COUNTS.get(struct + "." + array);
    return counter == null ? null : StructSelector.of(struct, counter);
  }

  private static void when(String member, String selector, long... values) {
    condition(member, selector, true, values);
  }

  private static void unless(String member, String selector, long... values) {
    condition(member, selector, false, values);
  }

  private static void condition(String member, String selector, boolean in, long... values) {
    CONDITIONS
        .computeIfAbsent(member, key -> new ArrayList<>())
        .add(new Condition(selector, in, values));
  }

  /** Never shown: another member of the same bytes says more. */
  private static void never(String... members) {
    for (String member : members) {
      when(member, RETURNED);
    }
  }

  private static void raw(String member, String... others) {
    RAW.put(member, List.of(others));
  }

  private static void interrupts() {
    when("kvm_irq_level.irq", RETURNED, 0);
    when("kvm_irq_level.status", RETURNED, 1);
    never("kvm_coalesced_mmio.pad", "kvm_coalesced_mmio_zone.pad", "kvm_irq_routing_msi.pad");
    when("kvm_irqchip.chip.pic", "chip_id", 0, 1);
    when("kvm_irqchip.chip.ioapic", "chip_id", 2);
    raw("kvm_irqchip.chip.dummy", "chip.pic", "chip.ioapic");
    never("kvm_dirty_log.padding2", "kvm_clear_dirty_log.padding2");
    never("kvm_ioapic_state.redirtbl[].bits");
    when("kvm_irq_routing_entry.u.irqchip", "type", 1);
    when("kvm_irq_routing_entry.u.msi", "type", 2);
    never("kvm_irq_routing_entry.u.adapter");
    when("kvm_irq_routing_entry.u.hv_sint", "type", 4);
    when("kvm_irq_routing_entry.u.xen_evtchn", "type", 5);
    raw("kvm_irq_routing_entry.u.pad", "u.irqchip", "u.msi", "u.hv_sint", "u.xen_evtchn");
  }

  private static void processor() {
    when("kvm_nested_state.hdr.vmx", "format", 0);
    when("kvm_nested_state.hdr.svm", "format", 1);
    raw("kvm_nested_state.hdr.pad", "hdr.vmx", "hdr.svm");
    when("kvm_nested_state.data.vmx", "format", 0);
    when("kvm_nested_state.data.svm", "format", 1);
  }

  private static void run() {
    Map<String, List<Long>> reasons = new HashMap<>();
    for (KvmExit exit : KvmExit.values()) {
      reasons.computeIfAbsent(exit.member(), key -> new ArrayList<>()).add((long) exit.number());
    }
    List<Long> none = reasons.remove("");
    for (Map.Entry<String, List<Long>> entry : reasons.entrySet()) {
      when("kvm_run." + entry.getKey(), "exit_reason", numbers(entry.getValue()));
    }
    long emulation = 1;
    unless("kvm_run.internal", "internal.suberror", emulation);
    when("kvm_run.emulation_failure", "exit_reason", KvmExit.KVM_EXIT_INTERNAL_ERROR.number());
    when("kvm_run.emulation_failure", "internal.suberror", emulation);
    never("kvm_run.hypercall.longmode", "kvm_run.system_event.flags", "kvm_run.s.padding");
    when("kvm_run.tdx.get_tdvmcall_info", "tdx.nr", 0x10000);
    when("kvm_run.tdx.get_quote", "tdx.nr", 0x10002);
    when("kvm_run.tdx.setup_event_notify", "tdx.nr", 0x10004);
    raw("kvm_run.tdx.unknown", "tdx.get_tdvmcall_info", "tdx.get_quote", "tdx.setup_event_notify");
    unless("kvm_run.s.regs", "kvm_valid_regs", 0);
    unless("kvm_run.padding", "exit_reason", numbers(none));
    raw("kvm_run.padding", reasons.keySet().toArray(String[]::new));
  }

  private static long[] numbers(List<Long> list) {
    return list.stream().mapToLong(Long::longValue).toArray();
  }

  private static void hypervisors() {
    when("kvm_hyperv_exit.u.synic", "type", 1);
    when("kvm_hyperv_exit.u.hcall", "type", 2);
    when("kvm_hyperv_exit.u.syndbg", "type", 3);
    when("kvm_xen_exit.u.hcall", "type", 1);
    String hvm = "kvm_xen_hvm_attr.u.";
    when(hvm + "long_mode", "type", 0);
    when(hvm + "shared_info", "type", 1, 6);
    when(hvm + "shared_info.gfn", "type", 1);
    when(hvm + "shared_info.hva", "type", 6);
    when(hvm + "vector", "type", 2);
    when(hvm + "evtchn", "type", 3);
    unless(hvm + "evtchn.deliver.port", "u.evtchn.deliver.port.port", 0);
    when(hvm + "evtchn.deliver.eventfd", "u.evtchn.deliver.port.port", 0);
    never(hvm + "evtchn.deliver.padding");
    when(hvm + "xen_version", "type", 4);
    when(hvm + "runstate_update_flag", "type", 5);
    raw(
        hvm + "pad",
        "u.long_mode",
        "u.shared_info",
        "u.vector",
        "u.evtchn",
        "u.xen_version",
        "u.runstate_update_flag");
    String vcpu = "kvm_xen_vcpu_attr.u.";
    when(vcpu + "gpa", "type", 0, 1, 2);
    when(vcpu + "runstate", "type", 3, 4, 5);
    when(vcpu + "vcpu_id", "type", 6);
    when(vcpu + "timer", "type", 7);
    when(vcpu + "vector", "type", 8);
    when(vcpu + "hva", "type", 9);
    raw(vcpu + "pad", "u.gpa", "u.runstate", "u.vcpu_id", "u.timer", "u.vector", "u.hva");
  }

  private static void counts() {
    COUNTS.put("kvm_cpuid.entries", "nent");
    COUNTS.put("kvm_cpuid2.entries", "nent");
    COUNTS.put("kvm_msrs.entries", "nmsrs");
    COUNTS.put("kvm_msr_list.indices", "nmsrs");
    COUNTS.put("kvm_irq_routing.entries", "nr");
    COUNTS.put("kvm_reg_list.reg", "n");
    COUNTS.put("kvm_pmu_event_filter.events", "nevents");
    COUNTS.put("kvm_signal_mask.sigset", "len");
    COUNTS.put("kvm_xcrs.xcrs", "nr_xcrs");
    COUNTS.put("kvm_run.internal.data", "internal.ndata");
    COUNTS.put("kvm_run.system_event.data", "system_event.ndata");
  }
}
