package seamtape.catalog;

import static seamtape.catalog.Field.stimulus;
import static seamtape.catalog.Format.HEX;
import static seamtape.catalog.HypercallServer.KERNEL;
import static seamtape.catalog.HypercallServer.KERNEL_OR_USER;
import static seamtape.catalog.HypercallServer.NONE;
import static seamtape.catalog.HypercallServer.USER_SPACE;

import java.util.List;

/**
 * Hypercalls of the Hyper-V interface. The control word in RCX carries the code (15:0), fast (16),
 * the size of the variable header (26:17), the repetitions (43:32) and the first of them (59:48).
 */
public enum HypervHypercall implements Call {
  HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE(
      0x0002, KERNEL, "simple", "", "Flush the TLB of a set of vCPUs"),
  HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST(
      0x0003, KERNEL, "rep", "", "Flush addresses from the TLB of a set of vCPUs"),
  HVCALL_NOTIFY_LONG_SPIN_WAIT(
      0x0008, KERNEL, "simple", "", "Tell the host that a vCPU spins for long"),
  HVCALL_SEND_IPI(0x000b, KERNEL, "simple", "", "Send an IPI to up to 64 vCPUs"),
  HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX(
      0x0013, KERNEL, "simple+var header", "", "Flush the TLB of a sparse set of vCPUs"),
  HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX(
      0x0014,
      KERNEL,
      "rep+var header",
      "",
      "Flush addresses from the TLB of a sparse set of vCPUs"),
  HVCALL_SEND_IPI_EX(
      0x0015, KERNEL, "simple+var header", "", "Send an IPI to a sparse set of vCPUs"),
  HVCALL_POST_MESSAGE(0x005c, USER_SPACE, "simple", "", "Post a message to a connection"),
  HVCALL_SIGNAL_EVENT(0x005d, KERNEL_OR_USER, "simple", "", "Signal an event of a connection"),
  HVCALL_POST_DEBUG_DATA(0x0069, USER_SPACE, "simple", "", "Send data to the synthetic debugger"),
  HVCALL_RETRIEVE_DEBUG_DATA(
      0x006a, USER_SPACE, "simple", "", "Receive data of the synthetic debugger"),
  HVCALL_RESET_DEBUG_SESSION(
      0x006b, USER_SPACE, "simple", "", "Reset the session of the synthetic debugger"),
  HV_EXT_CALL_QUERY_CAPABILITIES(
      0x8001, USER_SPACE, "extended", "6.3", "Ask which extended hypercalls are there"),
  HV_EXT_CALL_RANGE(
      0x8003,
      USER_SPACE,
      "extended",
      "6.3",
      "Extended hypercalls 0x8002 to 0x8041; 0x8003 is the memory heat hint"),
  HVCALL_GET_LOGICAL_PROCESSOR_RUN_TIME(
      0x0004, NONE, "", "", "Get logical processor run time; not served by KVM"),
  HVCALL_ENABLE_VP_VTL(0x000f, NONE, "", "", "Enable VP VTL; not served by KVM"),
  HVCALL_CREATE_PARTITION(0x0040, NONE, "", "", "Create partition; not served by KVM"),
  HVCALL_INITIALIZE_PARTITION(0x0041, NONE, "", "", "Initialize partition; not served by KVM"),
  HVCALL_FINALIZE_PARTITION(0x0042, NONE, "", "", "Finalize partition; not served by KVM"),
  HVCALL_DELETE_PARTITION(0x0043, NONE, "", "", "Delete partition; not served by KVM"),
  HVCALL_GET_PARTITION_PROPERTY(0x0044, NONE, "", "", "Get partition property; not served by KVM"),
  HVCALL_SET_PARTITION_PROPERTY(0x0045, NONE, "", "", "Set partition property; not served by KVM"),
  HVCALL_GET_PARTITION_ID(0x0046, NONE, "", "", "Get partition ID; not served by KVM"),
  HVCALL_DEPOSIT_MEMORY(0x0048, NONE, "", "", "Deposit memory; not served by KVM"),
  HVCALL_WITHDRAW_MEMORY(0x0049, NONE, "", "", "Withdraw memory; not served by KVM"),
  HVCALL_MAP_GPA_PAGES(0x004b, NONE, "", "", "Map GPA pages; not served by KVM"),
  HVCALL_UNMAP_GPA_PAGES(0x004c, NONE, "", "", "Unmap GPA pages; not served by KVM"),
  HVCALL_INSTALL_INTERCEPT(0x004d, NONE, "", "", "Install intercept; not served by KVM"),
  HVCALL_CREATE_VP(0x004e, NONE, "", "", "Create VP; not served by KVM"),
  HVCALL_DELETE_VP(0x004f, NONE, "", "", "Delete VP; not served by KVM"),
  HVCALL_GET_VP_REGISTERS(0x0050, NONE, "", "", "Get VP registers; not served by KVM"),
  HVCALL_SET_VP_REGISTERS(0x0051, NONE, "", "", "Set VP registers; not served by KVM"),
  HVCALL_TRANSLATE_VIRTUAL_ADDRESS(
      0x0052, NONE, "", "", "Translate virtual address; not served by KVM"),
  HVCALL_CLEAR_VIRTUAL_INTERRUPT(
      0x0056, NONE, "", "", "Clear virtual interrupt; not served by KVM"),
  HVCALL_DELETE_PORT(0x0058, NONE, "", "", "Delete port; not served by KVM"),
  HVCALL_DISCONNECT_PORT(0x005b, NONE, "", "", "Disconnect port; not served by KVM"),
  HVCALL_MAP_STATS_PAGE(0x006c, NONE, "", "", "Map stats page; not served by KVM"),
  HVCALL_UNMAP_STATS_PAGE(0x006d, NONE, "", "", "Unmap stats page; not served by KVM"),
  HVCALL_SET_SYSTEM_PROPERTY(0x006f, NONE, "", "", "Set system property; not served by KVM"),
  HVCALL_ADD_LOGICAL_PROCESSOR(0x0076, NONE, "", "", "Add logical processor; not served by KVM"),
  HVCALL_GET_SYSTEM_PROPERTY(0x007b, NONE, "", "", "Get system property; not served by KVM"),
  HVCALL_MAP_DEVICE_INTERRUPT(0x007c, NONE, "", "", "Map device interrupt; not served by KVM"),
  HVCALL_UNMAP_DEVICE_INTERRUPT(0x007d, NONE, "", "", "Unmap device interrupt; not served by KVM"),
  HVCALL_RETARGET_INTERRUPT(0x007e, NONE, "", "", "Retarget interrupt; not served by KVM"),
  HVCALL_NOTIFY_PARTITION_EVENT(0x0087, NONE, "", "", "Notify partition event; not served by KVM"),
  HVCALL_ENTER_SLEEP_STATE(0x0084, NONE, "", "", "Enter sleep state; not served by KVM"),
  HVCALL_NOTIFY_PORT_RING_EMPTY(0x008b, NONE, "", "", "Notify port ring empty; not served by KVM"),
  HVCALL_REGISTER_INTERCEPT_RESULT(
      0x0091, NONE, "", "", "Register intercept result; not served by KVM"),
  HVCALL_ASSERT_VIRTUAL_INTERRUPT(
      0x0094, NONE, "", "", "Assert virtual interrupt; not served by KVM"),
  HVCALL_CREATE_PORT(0x0095, NONE, "", "", "Create port; not served by KVM"),
  HVCALL_CONNECT_PORT(0x0096, NONE, "", "", "Connect port; not served by KVM"),
  HVCALL_START_VP(0x0099, NONE, "", "", "Start VP; not served by KVM"),
  HVCALL_GET_VP_INDEX_FROM_APIC_ID(
      0x009a, NONE, "", "", "Get VP index from APIC ID; not served by KVM"),
  HVCALL_FLUSH_GUEST_PHYSICAL_ADDRESS_SPACE(
      0x00af, NONE, "", "", "Flush guest physical address space; not served by KVM"),
  HVCALL_FLUSH_GUEST_PHYSICAL_ADDRESS_LIST(
      0x00b0, NONE, "", "", "Flush guest physical address list; not served by KVM"),
  HVCALL_SIGNAL_EVENT_DIRECT(0x00c0, NONE, "", "", "Signal event direct; not served by KVM"),
  HVCALL_POST_MESSAGE_DIRECT(0x00c1, NONE, "", "", "Post message direct; not served by KVM"),
  HVCALL_DISPATCH_VP(0x00c2, NONE, "", "", "Dispatch VP; not served by KVM"),
  HVCALL_GET_GPA_PAGES_ACCESS_STATES(
      0x00c9, NONE, "", "", "Get GPA pages access states; not served by KVM"),
  HVCALL_ACQUIRE_SPARSE_SPA_PAGE_HOST_ACCESS(
      0x00d7, NONE, "", "", "Acquire sparse SPA page host access; not served by KVM"),
  HVCALL_RELEASE_SPARSE_SPA_PAGE_HOST_ACCESS(
      0x00d8, NONE, "", "", "Release sparse SPA page host access; not served by KVM"),
  HVCALL_MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY(
      0x00db, NONE, "", "", "Modify sparse GPA page host visibility; not served by KVM"),
  HVCALL_MAP_VP_STATE_PAGE(0x00e1, NONE, "", "", "Map VP state page; not served by KVM"),
  HVCALL_UNMAP_VP_STATE_PAGE(0x00e2, NONE, "", "", "Unmap VP state page; not served by KVM"),
  HVCALL_GET_VP_STATE(0x00e3, NONE, "", "", "Get VP state; not served by KVM"),
  HVCALL_SET_VP_STATE(0x00e4, NONE, "", "", "Set VP state; not served by KVM"),
  HVCALL_GET_VP_CPUID_VALUES(0x00f4, NONE, "", "", "Get VP CPUID values; not served by KVM"),
  HVCALL_GET_PARTITION_PROPERTY_EX(
      0x0101, NONE, "", "", "Get partition property extended; not served by KVM"),
  HVCALL_MMIO_READ(0x0106, NONE, "", "", "MMIO read; not served by KVM"),
  HVCALL_MMIO_WRITE(0x0107, NONE, "", "", "MMIO write; not served by KVM"),
  HVCALL_DISABLE_HYP_EX(0x010f, NONE, "", "", "Disable HYP extended; not served by KVM"),
  HVCALL_MAP_STATS_PAGE2(0x0131, NONE, "", "", "Map stats page2; not served by KVM"),
  /** Codes without a row: recorded raw, never lost. */
  HVCALL_UNKNOWN(UNKNOWN_NUMBER, NONE, "", "", "A hypercall that the catalog does not know");

  private static final int EXTENDED_FIRST = 0x8002;
  private static final int EXTENDED_LAST = 0x8041;

  private static final List<Field> IN =
      List.of(
          stimulus("control", HEX, "control word, code in bits 15:0"),
          stimulus("input", HEX, "GPA of the input; first value of a fast call"),
          stimulus("output", HEX, "GPA of the output; second value of a fast call"));
  private static final List<Field> OUT =
      List.of(
          Field.outcome("ret", Format.HV_STATUS, "status (15:0), repetitions completed (43:32)"));

  private final int number;
  private final HypercallServer server;
  private final String kind;
  private final String since;
  private final String doc;

  HypervHypercall(int number, HypercallServer server, String kind, String since, String doc) {
    this.number = number;
    this.server = server;
    this.kind = kind;
    this.since = since;
    this.doc = doc;
  }

  /** The row of a control word; {@link #HVCALL_UNKNOWN} where there is none. */
  public static HypervHypercall of(long control) {
    int code = (int) (control & 0xffff);
    if (code >= EXTENDED_FIRST && code <= EXTENDED_LAST) {
      return HV_EXT_CALL_RANGE;
    }
    return Catalog.byNumber(Family.HYPERV_HYPERCALL, code) instanceof HypervHypercall row
        ? row
        : HVCALL_UNKNOWN;
  }

  @Override
  public Family family() {
    return Family.HYPERV_HYPERCALL;
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
    return IN;
  }

  @Override
  public List<Field> out() {
    return OUT;
  }

  @Override
  public String label() {
    return this == HVCALL_UNKNOWN ? "HVCALL_?" : name();
  }

  @Override
  public String since() {
    return since;
  }

  /** Who answers it under KVM. */
  public HypercallServer server() {
    return server;
  }

  /** Simple, rep or extended, with or without a variable header; empty where KVM serves none. */
  public String kind() {
    return kind;
  }
}
