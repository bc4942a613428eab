package seamtape.catalog;

import static seamtape.catalog.Format.HEX;
import static seamtape.catalog.HypercallServer.KERNEL;
import static seamtape.catalog.HypercallServer.KERNEL_OR_USER;
import static seamtape.catalog.HypercallServer.USER_SPACE;

import java.util.ArrayList;
import java.util.List;

/**
 * Hypercalls of the Xen interface. A row's number is the hypercall number in the high half and the
 * sub-command, which is the first argument, in the low half; {@link #ANY} is a row for all others.
 */
public enum XenHypercall implements Call {
  XEN_XEN_VERSION_VERSION(
      17, 0, "xen_version(XENVER_version)", KERNEL_OR_USER, "Version of the hypervisor"),
  XEN_EVENT_CHANNEL_OP_SEND(
      32, 4, "event_channel_op(EVTCHNOP_send)", KERNEL_OR_USER, "Signal an event channel"),
  XEN_SCHED_OP_YIELD(29, 0, "sched_op(SCHEDOP_yield)", KERNEL, "Yield the processor"),
  XEN_SCHED_OP_POLL(29, 3, "sched_op(SCHEDOP_poll)", KERNEL, "Wait for event channels"),
  XEN_SCHED_OP_OTHER(29, "sched_op", USER_SPACE, "Scheduling: block, shutdown and others"),
  XEN_VCPU_OP_SET_SINGLESHOT_TIMER(
      24,
      8,
      "vcpu_op(VCPUOP_set_singleshot_timer)",
      KERNEL_OR_USER,
      "Set the one-shot timer of a vCPU"),
  XEN_VCPU_OP_STOP_SINGLESHOT_TIMER(
      24,
      9,
      "vcpu_op(VCPUOP_stop_singleshot_timer)",
      KERNEL_OR_USER,
      "Stop the one-shot timer of a vCPU"),
  XEN_VCPU_OP_OTHER(24, "vcpu_op", USER_SPACE, "Other operations of a vCPU"),
  XEN_SET_TIMER_OP(15, "set_timer_op", KERNEL_OR_USER, "Set the timer of this vCPU"),
  XEN_SET_TRAP_TABLE(0, "set_trap_table", USER_SPACE, "Set the trap table"),
  XEN_MMU_UPDATE(1, "mmu_update", USER_SPACE, "Update page table entries"),
  XEN_SET_GDT(2, "set_gdt", USER_SPACE, "Set the GDT"),
  XEN_STACK_SWITCH(3, "stack_switch", USER_SPACE, "Switch the kernel stack"),
  XEN_SET_CALLBACKS(4, "set_callbacks", USER_SPACE, "Set the event and failsafe callbacks"),
  XEN_FPU_TASKSWITCH(5, "fpu_taskswitch", USER_SPACE, "Set or clear CR0.TS"),
  XEN_SCHED_OP_COMPAT(6, "sched_op_compat", USER_SPACE, "Scheduling, old interface"),
  XEN_PLATFORM_OP(7, "platform_op", USER_SPACE, "Platform operations of the control domain"),
  XEN_SET_DEBUGREG(8, "set_debugreg", USER_SPACE, "Write a debug register"),
  XEN_GET_DEBUGREG(9, "get_debugreg", USER_SPACE, "Read a debug register"),
  XEN_UPDATE_DESCRIPTOR(10, "update_descriptor", USER_SPACE, "Update a descriptor"),
  XEN_MEMORY_OP(12, "memory_op", USER_SPACE, "Reservation and mapping of memory"),
  XEN_MULTICALL(13, "multicall", USER_SPACE, "Several hypercalls in one"),
  XEN_UPDATE_VA_MAPPING(14, "update_va_mapping", USER_SPACE, "Update the mapping of an address"),
  XEN_EVENT_CHANNEL_OP_COMPAT(
      16, "event_channel_op_compat", USER_SPACE, "Event channels, old interface"),
  XEN_CONSOLE_IO(18, "console_io", USER_SPACE, "Read or write the console"),
  XEN_PHYSDEV_OP_COMPAT(19, "physdev_op_compat", USER_SPACE, "Physical devices, old interface"),
  XEN_GRANT_TABLE_OP(20, "grant_table_op", USER_SPACE, "Grant tables"),
  XEN_VM_ASSIST(21, "vm_assist", USER_SPACE, "Switch an assist on or off"),
  XEN_UPDATE_VA_MAPPING_OTHERDOMAIN(
      22,
      "update_va_mapping_otherdomain",
      USER_SPACE,
      "Update the mapping of an address of another domain"),
  XEN_IRET(23, "iret", USER_SPACE, "Return from an interrupt"),
  XEN_SET_SEGMENT_BASE(25, "set_segment_base", USER_SPACE, "Set the base of a segment"),
  XEN_MMUEXT_OP(26, "mmuext_op", USER_SPACE, "Extended MMU operations"),
  XEN_XSM_OP(27, "xsm_op", USER_SPACE, "Security module operations"),
  XEN_NMI_OP(28, "nmi_op", USER_SPACE, "Register an NMI handler"),
  XEN_CALLBACK_OP(30, "callback_op", USER_SPACE, "Register a callback"),
  XEN_XENOPROF_OP(31, "xenoprof_op", USER_SPACE, "Profiling"),
  XEN_PHYSDEV_OP(33, "physdev_op", USER_SPACE, "Physical devices"),
  XEN_HVM_OP(34, "hvm_op", USER_SPACE, "Operations of hardware virtual machines"),
  XEN_SYSCTL(35, "sysctl", USER_SPACE, "System control"),
  XEN_DOMCTL(36, "domctl", USER_SPACE, "Domain control"),
  XEN_KEXEC_OP(37, "kexec_op", USER_SPACE, "Kexec"),
  XEN_TMEM_OP(38, "tmem_op", USER_SPACE, "Transcendent memory"),
  XEN_XC_RESERVED_OP(39, "xc_reserved_op", USER_SPACE, "Reserved; argo in newer Xen"),
  XEN_XENPMU_OP(40, "xenpmu_op", USER_SPACE, "Performance counters"),
  XEN_DM_OP(41, "dm_op", USER_SPACE, "Operations of device models"),
  XEN_HYPFS_OP(42, "hypfs_op", USER_SPACE, "Hypervisor file system"),
  /** Any other number: forwarded to user space, recorded raw. */
  XEN_UNKNOWN("xen_?", USER_SPACE, "A hypercall that the catalog does not know");

  /** Low half of the number of a row for every sub-command that has no row of its own. */
  public static final int ANY = 0xffff;

  private static final List<Field> OUT =
      List.of(Field.outcome("ret", Format.RESULT, "result, or a negative errno"));

  private final int number;
  private final String label;
  private final HypercallServer server;
  private final String doc;
  private final List<Field> in;

  XenHypercall(int nr, int command, String label, HypercallServer server, String doc) {
    this.number = nr << 16 | command;
    this.label = label;
    this.server = server;
    this.doc = doc;
    this.in = fields(false);
  }

  XenHypercall(int nr, String label, HypercallServer server, String doc) {
    this(nr, ANY, label, server, doc);
  }

  XenHypercall(String label, HypercallServer server, String doc) {
    this.number = UNKNOWN_NUMBER;
    this.label = label;
    this.server = server;
    this.doc = doc;
    this.in = fields(true);
  }

  private static List<Field> fields(boolean withNumber) {
    List<Field> fields = new ArrayList<>();
    if (withNumber) {
      fields.add(Field.stimulus("nr", HEX, "RAX"));
    }
    String[] registers = {
      "RDI (EBX)", "RSI (ECX)", "RDX (EDX)", "R10 (ESI)", "R8 (EDI)", "R9 (EBP)"
    };
    for (int i = 0; i < registers.length; i++) {
      fields.add(Field.stimulus("a" + i, HEX, registers[i]));
    }
    return List.copyOf(fields);
  }

  /** The row of a number and its first argument; {@link #XEN_UNKNOWN} where there is none. */
  public static XenHypercall of(long nr, long command) {
    XenHypercall exact = command >= 0 && command < ANY ? row(nr, (int) command) : null;
    XenHypercall row = exact != null ? exact : row(nr, ANY);
    return row != null ? row : XEN_UNKNOWN;
  }

  private static XenHypercall row(long nr, int command) {
    boolean inRange = nr >= 0 && nr < 0x7fff;
    return inRange
        ? (XenHypercall) Catalog.byNumber(Family.XEN_HYPERCALL, (int) nr << 16 | command)
        : null;
  }

  @Override
  public Family family() {
    return Family.XEN_HYPERCALL;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public String doc() {
    return doc;
  }

  @Override
  public List<Field> in() {
    return in;
  }

  @Override
  public List<Field> out() {
    return OUT;
  }

  @Override
  public String label() {
    return label;
  }

  /** Who answers it under KVM. */
  public HypercallServer server() {
    return server;
  }
}
