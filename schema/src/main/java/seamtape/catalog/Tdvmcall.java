package seamtape.catalog;

import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.GPA;
import static seamtape.catalog.Format.HEX;
import static seamtape.catalog.Format.MSR;
import static seamtape.catalog.TdvmcallRow.subFunction;
import static seamtape.catalog.TdvmcallRow.unknown;
import static seamtape.catalog.TdvmcallRow.vendor;

import java.util.List;

/**
 * Sub-functions of TDG.VP.VMCALL: what a TD asks of the VMM (GHCI). R11 is the sub-function where
 * R10 is 0; another R10 is a hypercall of the VMM's own. Out: {@code ret} is R10.
 */
public enum Tdvmcall implements Call {
  TDVMCALL_GET_TD_VM_CALL_INFO(
      subFunction(0x10000, "GetTdVmCallInfo")
          .in("r12", DEC, "leaf: 0 base, 1 extended")
          .out("r11", HEX, "leaf 1: sub-functions served by the kernel")
          .out("r12", HEX, "leaf 1: sub-functions served by user space")
          .out("r13", HEX, "")
          .out("r14", HEX, ""),
      "Ask which sub-functions the VMM serves"),
  TDVMCALL_MAP_GPA(
      subFunction(0x10001, "MapGPA")
          .in("r12", GPA, "the SHARED bit says which")
          .in("r13", DEC, "bytes")
          .out("r11", GPA, "on RETRY: first address that is not converted"),
      "Ask the VMM to make pages shared or private"),
  TDVMCALL_GET_QUOTE(
      subFunction(0x10002, "GetQuote")
          .in("r12", GPA, "shared request buffer")
          .in("r13", DEC, "bytes, a multiple of 4096"),
      "Ask for a quote of a report in a shared buffer"),
  TDVMCALL_REPORT_FATAL_ERROR(
      subFunction(0x10003, "ReportFatalError")
          .in("r12", HEX, "error code")
          .in("r13", GPA, "text, if bit 63 of the code is set")
          .in("r14", HEX, "message, in this order")
          .in("r15", HEX, "message, in this order")
          .in("rbx", HEX, "message, in this order")
          .in("rdi", HEX, "message, in this order")
          .in("rsi", HEX, "message, in this order")
          .in("r8", HEX, "message, in this order")
          .in("r9", HEX, "message, in this order")
          .in("rdx", HEX, "message, in this order"),
      "Report a fatal error; the guest does not go on"),
  TDVMCALL_SETUP_EVENT_NOTIFY_INTERRUPT(
      subFunction(0x10004, "SetupEventNotifyInterrupt").in("r12", DEC, "vector, 32 to 255"),
      "Choose the vector of event notifications"),
  TDVMCALL_SERVICE(
      subFunction(0x10005, "Service")
          .in("r12", GPA, "command")
          .in("r13", GPA, "response")
          .in("r14", DEC, "notification vector")
          .in("r15", DEC, "timeout"),
      "Call a service of the VMM through buffers"),
  TDVMCALL_MIG_TD(
      subFunction(0x10006, "MigTD")
          .in("r12", HEX, "")
          .in("r13", HEX, "")
          .in("r14", HEX, "")
          .in("r15", HEX, ""),
      "Commands of a migration TD"),
  TDVMCALL_CPUID(
      subFunction(0xa, "Instruction.CPUID")
          .in("r12", HEX, "leaf (EAX)")
          .in("r13", HEX, "subleaf (ECX)")
          .out("r12", HEX, "EAX")
          .out("r13", HEX, "EBX")
          .out("r14", HEX, "ECX")
          .out("r15", HEX, "EDX"),
      "CPUID, emulated by the VMM"),
  TDVMCALL_HLT(
      subFunction(0xc, "Instruction.HLT").in("r12", DEC, "1 where interrupts are blocked"),
      "HLT, emulated by the VMM"),
  TDVMCALL_IO(
      subFunction(0x1e, "Instruction.IO")
          .in("r12", DEC, "size: 1, 2 or 4")
          .in("r13", DEC, "0 read, 1 write")
          .in("r14", HEX, "port")
          .in("r15", HEX, "data to write")
          .out("r11", HEX, "data read"),
      "Port I/O, emulated by the VMM"),
  TDVMCALL_RDMSR(
      subFunction(0x1f, "Instruction.RDMSR").in("r12", MSR, "").out("r11", HEX, "value"),
      "RDMSR, emulated by the VMM"),
  TDVMCALL_WRMSR(
      subFunction(0x20, "Instruction.WRMSR").in("r12", MSR, "").in("r13", HEX, "value"),
      "WRMSR, emulated by the VMM"),
  TDVMCALL_REQUEST_MMIO(
      subFunction(0x30, "RequestMMIO")
          .in("r12", DEC, "size: 1, 2, 4 or 8")
          .in("r13", DEC, "0 read, 1 write")
          .in("r14", GPA, "shared address")
          .in("r15", HEX, "data to write")
          .out("r11", HEX, "data read"),
      "An access to shared memory that the VMM emulates"),
  TDVMCALL_WBINVD(
      subFunction(0x36, "Instruction.WBINVD").in("r12", HEX, "0"), "WBINVD, emulated by the VMM"),
  TDVMCALL_PCONFIG(subFunction(0x41, "Instruction.PCONFIG"), "PCONFIG, emulated by the VMM"),
  TDVMCALL_VENDOR(
      vendor("VendorHypercall")
          .in("r10", HEX, "KVM hypercall number")
          .in("r11", HEX, "argument")
          .in("r12", HEX, "argument")
          .in("r13", HEX, "argument")
          .in("r14", HEX, "argument"),
      "A hypercall of the VMM: R10 is its number"),
  /** Sub-functions without a row: recorded raw, never lost. */
  TDVMCALL_UNKNOWN(
      unknown()
          .in("r11", HEX, "")
          .in("r12", HEX, "")
          .in("r13", HEX, "")
          .in("r14", HEX, "")
          .in("r15", HEX, "")
          .in("rbx", HEX, "")
          .in("rdx", HEX, "")
          .in("rsi", HEX, "")
          .in("rdi", HEX, "")
          .in("r8", HEX, "")
          .in("r9", HEX, "")
          .out("r11", HEX, "")
          .out("r12", HEX, "")
          .out("r13", HEX, "")
          .out("r14", HEX, "")
          .out("r15", HEX, "")
          .out("rbx", HEX, "")
          .out("rdx", HEX, "")
          .out("rsi", HEX, "")
          .out("rdi", HEX, "")
          .out("r8", HEX, "")
          .out("r9", HEX, ""),
      "A sub-function that the catalog does not know");

  private final TdvmcallRow row;
  private final String doc;
  private final List<Field> in;
  private final List<Field> out;

  Tdvmcall(TdvmcallRow row, String doc) {
    this.row = row;
    this.doc = doc;
    this.in = List.copyOf(row.in);
    this.out = List.copyOf(row.out);
  }

  /** The row of R10 and R11; {@link #TDVMCALL_UNKNOWN} where there is none. */
  public static Tdvmcall of(long r10, long r11) {
    if (r10 != 0) {
      return TDVMCALL_VENDOR;
    }
    boolean inRange = r11 >= 0 && r11 <= Integer.MAX_VALUE;
    return inRange && Catalog.byNumber(Family.TDVMCALL, (int) r11) instanceof Tdvmcall known
        ? known
        : TDVMCALL_UNKNOWN;
  }

  @Override
  public Family family() {
    return Family.TDVMCALL;
  }

  /** The sub-function; {@link TdvmcallRow#VENDOR} for the VMM's own hypercalls. */
  @Override
  public int number() {
    return row.number;
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
    return out;
  }

  @Override
  public String label() {
    return row.label;
  }
}
