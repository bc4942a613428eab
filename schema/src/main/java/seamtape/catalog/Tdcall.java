package seamtape.catalog;

import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.GPA;
import static seamtape.catalog.Format.HEX;
import static seamtape.catalog.Format.SYS_FIELD;
import static seamtape.catalog.Format.TDVMCALL_STATUS;
import static seamtape.catalog.Format.TD_FIELD;
import static seamtape.catalog.Format.VP_FIELD;
import static seamtape.catalog.LeafRow.leaf;
import static seamtape.catalog.TdOpState.FAILED_IMPORT;
import static seamtape.catalog.TdOpState.INITIALIZED;
import static seamtape.catalog.TdOpState.LIVE_EXPORT;
import static seamtape.catalog.TdOpState.LIVE_IMPORT;
import static seamtape.catalog.TdOpState.MEMORY_IMPORT;
import static seamtape.catalog.TdOpState.PAUSED_EXPORT;
import static seamtape.catalog.TdOpState.POST_EXPORT;
import static seamtape.catalog.TdOpState.POST_IMPORT;
import static seamtape.catalog.TdOpState.RUNNABLE;
import static seamtape.catalog.TdOpState.STATE_IMPORT;
import static seamtape.catalog.TdOpState.UNINITIALIZED;

import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The leaves of TDCALL: what a TD asks of the TDX module. In: RAX is leaf | version << 16, then the
 * registers of the leaf. Out: {@code ret} is RAX.
 */
public enum Tdcall implements Call {
  TDG_VP_VMCALL(
      leaf(0, "1.0")
          .in("rcx", HEX, "exposed registers: GPRs by index 15:0, XMM 31:16")
          .in("rdx", HEX, "")
          .in("rbx", HEX, "")
          .in("rsi", HEX, "")
          .in("rdi", HEX, "")
          .in("r8", HEX, "")
          .in("r9", HEX, "")
          .in("r10", HEX, "0 = GHCI standard, else vendor")
          .in("r11", HEX, "sub-function")
          .in("r12", HEX, "")
          .in("r13", HEX, "")
          .in("r14", HEX, "")
          .in("r15", HEX, "")
          .out("rdx", HEX, "")
          .out("rbx", HEX, "")
          .out("rsi", HEX, "")
          .out("rdi", HEX, "")
          .out("r8", HEX, "")
          .out("r9", HEX, "")
          .out("r10", TDVMCALL_STATUS, "answer of the VMM")
          .out("r11", HEX, "")
          .out("r12", HEX, "")
          .out("r13", HEX, "")
          .out("r14", HEX, "")
          .out("r15", HEX, "")
          .seldomIn("rax", "rdx", "rsi", "rdi", "r9", "r10")
          .seldomOut("ret", "rdx", "rsi", "rdi", "r9", "r10"),
      "Call the VMM, which sees the exposed registers"),
  TDG_VP_INFO(
      leaf(1, "1.0")
          .out("rcx", DEC, "guest physical address width (5:0)")
          .out("rdx", HEX, "attributes")
          .out("r8", HEX, "vCPUs (31:0), most vCPUs (63:32)")
          .out("r9", DEC, "vCPU index")
          .out("r10", HEX, "bit 0: TDG.SYS.RD is there")
          .out("r11", HEX, "0")
          .seldomOut("ret", "rdx", "r9", "r11"),
      "Read how this TD and vCPU are configured"),
  TDG_MR_RTMR_EXTEND(
      leaf(2, "1.0")
          .in("rcx", GPA, "48 bytes, 64-aligned")
          .in("rdx", DEC, "RTMR index, 0 to 3")
          .extendsBy(),
      "Extend a runtime measurement register with 48 bytes"),
  TDG_VP_VEINFO_GET(
      leaf(3, "1.0")
          .out("rcx", DEC, "exit reason (31:0)")
          .out("rdx", HEX, "exit qualification")
          .out("r8", HEX, "guest linear address")
          .out("r9", GPA, "guest physical address")
          .out("r10", HEX, "instruction length (31:0) and information (63:32)"),
      "Read the information of the last #VE"),
  TDG_MR_REPORT(
      leaf(4, "1.0")
          .in("rcx", GPA, "report, 1024-aligned")
          .in("rdx", GPA, "report data, 64-aligned")
          .in("r8", HEX, "sub-type, 0"),
      "Write a TDREPORT bound to 64 bytes of report data"),
  TDG_VP_CPUIDVE_SET(
      leaf(5, "1.0").in("rcx", HEX, "control bits 1:0 (supervisor,user)"),
      "Choose whether CPUID raises #VE"),
  TDG_MEM_PAGE_ACCEPT(
      leaf(6, "1.0").in("rcx", GPA, "GPA | level, 0 = 4 KiB, 1 = 2 MiB"),
      "Accept a pending private page"),
  TDG_VM_RD(
      leaf(7, "1.0")
          .version(1)
          .in("rcx", DEC, "version 1: VM index")
          .in("rdx", TD_FIELD, "field id")
          .out("rdx", TD_FIELD, "next field id")
          .out("r8", HEX, "value"),
      "Read a metadata field of this TD"),
  TDG_VM_WR(
      leaf(8, "1.0")
          .in("rcx", DEC, "VM index")
          .in("rdx", TD_FIELD, "field id")
          .in("r8", HEX, "data")
          .in("r9", HEX, "mask")
          .out("r8", HEX, "previous value"),
      "Write a metadata field of this TD"),
  TDG_VP_RD(
      leaf(9, "1.5")
          .in("rdx", VP_FIELD, "field id")
          .out("rdx", VP_FIELD, "next field id")
          .out("r8", HEX, "value"),
      "Read a metadata field of this vCPU"),
  TDG_VP_WR(
      leaf(10, "1.5")
          .in("rdx", VP_FIELD, "field id")
          .in("r8", HEX, "data")
          .in("r9", HEX, "mask")
          .out("r8", HEX, "previous value"),
      "Write a metadata field of this vCPU"),
  TDG_SYS_RD(
      leaf(11, "1.5")
          .in("rdx", SYS_FIELD, "field id")
          .out("rdx", SYS_FIELD, "next field id")
          .out("r8", HEX, "value"),
      "Read a metadata field of the module"),
  TDG_SYS_RDALL(
      leaf(12, "1.5")
          .in("rdx", GPA, "output list GPA")
          .in("r8", SYS_FIELD, "initial field id")
          .out("r8", SYS_FIELD, "next field id"),
      "Read all metadata fields of the module into a list"),
  TDG_SERVTD_RD(
      leaf(18, "1.5")
          .when(
              UNINITIALIZED,
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              MEMORY_IMPORT,
              STATE_IMPORT,
              POST_IMPORT,
              LIVE_IMPORT,
              FAILED_IMPORT)
          .in("rcx", HEX, "binding handle")
          .in("rdx", TD_FIELD, "field id")
          .in("r10", HEX, "UUID")
          .in("r11", HEX, "UUID")
          .in("r12", HEX, "UUID")
          .in("r13", HEX, "UUID")
          .out("rdx", TD_FIELD, "next id")
          .out("r8", HEX, "value")
          .out("r10", HEX, "UUID")
          .out("r11", HEX, "UUID")
          .out("r12", HEX, "UUID")
          .out("r13", HEX, "UUID"),
      "Read a metadata field of a TD that this service TD serves"),
  TDG_SERVTD_WR(
      leaf(20, "1.5")
          .when(
              UNINITIALIZED,
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              MEMORY_IMPORT,
              STATE_IMPORT,
              POST_IMPORT,
              LIVE_IMPORT,
              FAILED_IMPORT)
          .in("rcx", HEX, "binding handle")
          .in("rdx", TD_FIELD, "field id")
          .in("r8", HEX, "data")
          .in("r9", HEX, "mask")
          .in("r10", HEX, "UUID")
          .in("r11", HEX, "UUID")
          .in("r12", HEX, "UUID")
          .in("r13", HEX, "UUID")
          .out("r8", HEX, "previous value")
          .out("r10", HEX, "UUID")
          .out("r11", HEX, "UUID")
          .out("r12", HEX, "UUID")
          .out("r13", HEX, "UUID"),
      "Write a metadata field of a TD that this service TD serves"),
  TDG_MR_VERIFYREPORT(
      leaf(22, "1.5").in("rcx", GPA, "GPA of REPORTMACSTRUCT (256 bytes)"),
      "Check the MAC of a report made on this machine"),
  TDG_MEM_PAGE_ATTR_RD(
      leaf(23, "1.5")
          .in("rcx", GPA, "GPA")
          .out("rcx", HEX, "mapping of the GPA")
          .out("rdx", HEX, "attributes"),
      "Read the mapping and attributes of a page"),
  TDG_MEM_PAGE_ATTR_WR(
      leaf(24, "1.5")
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HEX, "attributes")
          .in("r8", HEX, "flags")
          .out("rcx", HEX, "mapping as read")
          .out("rdx", HEX, "attributes as read"),
      "Write the attributes of a page for the L2 VMs"),
  TDG_VP_ENTER(
      leaf(25, "1.5")
          .in("rcx", HEX, "L2 VM index and flags")
          .in("rdx", GPA, "guest state list")
          .out("rcx", HEX, "exit qualification")
          .out("rdx", HEX, "extended exit qualification")
          .out("rbx", HEX, "")
          .out("rsi", HEX, "")
          .out("rdi", HEX, "")
          .out("r8", HEX, "guest physical address of the exit")
          .out("r9", HEX, "interruption information")
          .out("r10", HEX, "IDT vectoring information")
          .out("r11", HEX, "instruction length (63:32) and information (31:0)")
          .out("r12", HEX, "")
          .out("r13", HEX, "")
          .out("r14", HEX, "")
          .out("r15", HEX, ""),
      "Enter an L2 VM"),
  TDG_VP_INVEPT(
      leaf(26, "1.5").in("rcx", HEX, "VM mask"), "Invalidate cached EPT translations of L2 VMs"),
  TDG_VP_INVVPID(
      leaf(27, "1.5")
          .in("rcx", HEX, "flags and VM index")
          .in("rdx", HEX, "GLA list info")
          .out("rdx", HEX, "updated list info"),
      "Invalidate cached linear translations of an L2 VM"),
  /** Leaves without a row: recorded raw, never lost. */
  TDCALL_UNKNOWN(
      leaf(UNKNOWN_NUMBER, "")
          .in("rcx", HEX, "")
          .in("rdx", HEX, "")
          .in("rbx", HEX, "")
          .in("rsi", HEX, "")
          .in("rdi", HEX, "")
          .in("r8", HEX, "")
          .in("r9", HEX, "")
          .in("r10", HEX, "")
          .in("r11", HEX, "")
          .in("r12", HEX, "")
          .in("r13", HEX, "")
          .in("r14", HEX, "")
          .in("r15", HEX, "")
          .out("rcx", HEX, "")
          .out("rdx", HEX, "")
          .out("rbx", HEX, "")
          .out("rsi", HEX, "")
          .out("rdi", HEX, "")
          .out("r8", HEX, "")
          .out("r9", HEX, "")
          .out("r10", HEX, "")
          .out("r11", HEX, "")
          .out("r12", HEX, "")
          .out("r13", HEX, "")
          .out("r14", HEX, "")
          .out("r15", HEX, ""),
      "A leaf that the catalog does not know, in bits 15:0 of RAX");

  private final LeafRow row;
  private final String doc;
  private final List<Field> in;
  private final List<Field> out;

  Tdcall(LeafRow row, String doc) {
    this.row = row;
    this.doc = doc;
    this.in = List.copyOf(row.in);
    this.out = List.copyOf(row.out);
  }

  /** The row of a value of RAX; {@link #TDCALL_UNKNOWN} where no row has it. */
  public static Tdcall of(long rax) {
    return Catalog.byNumber(Family.TDCALL, (int) (rax & 0xffff)) instanceof Tdcall leaf
        ? leaf
        : TDCALL_UNKNOWN;
  }

  @Override
  public Family family() {
    return Family.TDCALL;
  }

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
  public List<String> seldomIn() {
    return row.seldomIn;
  }

  @Override
  public List<String> seldomOut() {
    return row.seldomOut;
  }

  @Override
  public String label() {
    return this == TDCALL_UNKNOWN ? "TDCALL_?" : name().replace('_', '.');
  }

  /** The first version of the TDX module that has this leaf. */
  @Override
  public String since() {
    return row.since;
  }

  /** The highest leaf version, bits 23:16 of RAX. */
  public int version() {
    return row.version;
  }

  /** TD states in which the module lets this leaf pass; empty where it checks none. */
  public Set<TdOpState> opStates() {
    return Collections.unmodifiableSet(row.states);
  }
}
