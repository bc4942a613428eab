package seamtape.catalog;

import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.GPA;
import static seamtape.catalog.Format.HEX;
import static seamtape.catalog.Format.HPA;
import static seamtape.catalog.Format.SYS_FIELD;
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
 * The leaves of SEAMCALL: what the host asks of the TDX module. In: RAX is leaf | version << 16,
 * then the registers of the leaf. Out: {@code ret} is RAX.
 */
public enum Seamcall implements Call {
  TDH_VP_ENTER(
      leaf(0, "1.0")
          .when(RUNNABLE, LIVE_EXPORT, LIVE_IMPORT)
          .in("rcx", HPA, "TDVPR; 1.5: bit 0 resume L1, bit 1 recoverability")
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
          .out("rcx", HEX, "exit qualification, or the mask of a TDVMCALL")
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
          .out("r15", HEX, "")
          .seldomIn("rax", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10")
          .seldomOut("rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10")
          .copiesRegisters(),
      "Enter a vCPU of a TD and run it until it exits"),
  TDH_MNG_ADDCX(
      leaf(1, "1.0").when(UNINITIALIZED).in("rcx", HPA, "TDCS page").in("rdx", HPA, "TDR"),
      "Add a control structure page to a TD"),
  TDH_MEM_PAGE_ADD(
      leaf(2, "1.0")
          .when(INITIALIZED)
          .in("rcx", GPA, "GPA | level 0")
          .in("rdx", HPA, "TDR")
          .in("r8", HPA, "target page")
          .in("r9", HPA, "source page")
          .septEntry(),
      "Add a private page with its initial content to a TD that is being built"),
  TDH_MEM_SEPT_ADD(
      leaf(3, "1.0")
          .version(1)
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              MEMORY_IMPORT,
              STATE_IMPORT,
              POST_IMPORT,
              LIVE_IMPORT)
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR; version 1: flags")
          .in("r8", HPA, "secure EPT page")
          .in("r9", HPA, "version 1: page for L2 VM 1")
          .in("r10", HPA, "version 1: page for L2 VM 2")
          .in("r11", HPA, "version 1: page for L2 VM 3")
          .septEntry()
          .out("r8", HPA, "page left over, version 1")
          .out("r9", HPA, "page left over, version 1")
          .out("r10", HPA, "page left over, version 1")
          .out("r11", HPA, "page left over, version 1")
          .seldomIn("r9", "r10", "r11")
          .seldomOut("r8", "r9", "r10", "r11"),
      "Add a page of the secure EPT"),
  TDH_VP_ADDCX(
      leaf(4, "1.0")
          .when(INITIALIZED, STATE_IMPORT)
          .in("rcx", HPA, "TDCX page")
          .in("rdx", HPA, "TDVPR"),
      "Add a control structure page to a vCPU"),
  TDH_MEM_PAGE_RELOCATE(
      leaf(5, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              POST_IMPORT,
              LIVE_IMPORT)
          .in("rcx", GPA, "GPA | level 0")
          .in("rdx", HPA, "TDR")
          .in("r8", HPA, "new page")
          .out("rcx", HEX, "old page; secure EPT entry on a walk error")
          .out("rdx", HEX, "level (2:0) and state (15:8) of that entry"),
      "Move a blocked private page to another host page"),
  TDH_MEM_PAGE_AUG(
      leaf(6, "1.0")
          .when(INITIALIZED, RUNNABLE, LIVE_EXPORT, LIVE_IMPORT)
          .in("rcx", GPA, "GPA | level (0,1)")
          .in("rdx", HPA, "TDR")
          .in("r8", HPA, "page")
          .septEntry(),
      "Add a private page, pending until the guest accepts it"),
  TDH_MEM_RANGE_BLOCK(
      leaf(7, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              POST_IMPORT,
              LIVE_IMPORT)
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR")
          .septEntry(),
      "Block new translations of a private page or range"),
  TDH_MNG_KEY_CONFIG(
      leaf(8, "1.0").in("rcx", HPA, "TDR (once per package)"),
      "Configure the TD's memory key on this package"),
  TDH_MNG_CREATE(
      leaf(9, "1.0").in("rcx", HPA, "TDR page").in("rdx", DEC, "key id (15:0)"),
      "Create a TD with a private key id"),
  TDH_VP_CREATE(
      leaf(10, "1.0")
          .when(INITIALIZED, STATE_IMPORT)
          .in("rcx", HPA, "TDVPR page")
          .in("rdx", HPA, "TDR"),
      "Create a vCPU of a TD"),
  TDH_MNG_RD(
      leaf(11, "1.0")
          .version(1)
          .when(
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
          .in("rcx", HPA, "TDR")
          .in("rdx", TD_FIELD, "field id")
          .out("rdx", TD_FIELD, "next field id (v1) or -1")
          .out("r8", HEX, "value"),
      "Read a metadata field of a TD"),
  TDH_MEM_RD(
      leaf(12, "1.0")
          .when(
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
          .in("rcx", GPA, "GPA (8-aligned)")
          .in("rdx", HPA, "TDR")
          .septEntry()
          .out("r8", HEX, "data"),
      "Read 8 bytes of private memory of a debuggable TD"),
  TDH_MNG_WR(
      leaf(13, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              MEMORY_IMPORT,
              STATE_IMPORT,
              POST_IMPORT,
              LIVE_IMPORT,
              FAILED_IMPORT)
          .in("rcx", HPA, "TDR")
          .in("rdx", TD_FIELD, "field id")
          .in("r8", HEX, "data")
          .in("r9", HEX, "mask")
          .out("r8", HEX, "old value"),
      "Write a metadata field of a TD"),
  TDH_MEM_WR(
      leaf(14, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              MEMORY_IMPORT,
              STATE_IMPORT,
              POST_IMPORT,
              LIVE_IMPORT,
              FAILED_IMPORT)
          .in("rcx", GPA, "GPA")
          .in("rdx", HPA, "TDR")
          .in("r8", HEX, "data")
          .septEntry()
          .out("r8", HEX, "old data"),
      "Write 8 bytes of private memory of a debuggable TD"),
  TDH_MEM_PAGE_DEMOTE(
      leaf(15, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              POST_IMPORT,
              LIVE_IMPORT)
          .in("rcx", GPA, "GPA | level 1 or 2")
          .in("rdx", HPA, "TDR; flags")
          .in("r8", HPA, "new secure EPT page")
          .in("r9", HPA, "page for L2 VM 1")
          .in("r10", HPA, "page for L2 VM 2")
          .in("r11", HPA, "page for L2 VM 3")
          .septEntry()
          .out("r9", HPA, "page left over")
          .out("r10", HPA, "page left over")
          .out("r11", HPA, "page left over"),
      "Split a large private page into pages of the next smaller size"),
  TDH_MR_EXTEND(
      leaf(16, "1.0")
          .when(INITIALIZED)
          .in("rcx", GPA, "GPA of 256-byte chunk")
          .in("rdx", HPA, "TDR")
          .septEntry(),
      "Extend MRTD with 256 bytes of an added page"),
  TDH_MR_FINALIZE(
      leaf(17, "1.0").when(INITIALIZED).in("rcx", HPA, "TDR"),
      "Finish the measurement of a TD and make it runnable"),
  TDH_VP_FLUSH(
      leaf(18, "1.0")
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
          .in("rcx", HPA, "TDVPR"),
      "Take a vCPU off the logical processor it was last run on"),
  TDH_MNG_VPFLUSHDONE(
      leaf(19, "1.0").in("rcx", HPA, "TDR"),
      "Check that no vCPU of a TD is associated and block the TD"),
  TDH_MNG_KEY_FREEID(
      leaf(20, "1.0").in("rcx", HPA, "TDR"),
      "Free the key id of a TD whose caches are written back"),
  TDH_MNG_INIT(
      leaf(21, "1.0")
          .when(UNINITIALIZED)
          .in("rcx", HPA, "TDR")
          .in("rdx", HPA, "TD_PARAMS, 1024 bytes, 1024-aligned")
          .out("rcx", HEX, "CPUID leaf and subleaf that is refused"),
      "Initialize a TD from TD_PARAMS"),
  TDH_VP_INIT(
      leaf(22, "1.0")
          .version(1)
          .when(INITIALIZED)
          .in("rcx", HPA, "TDVPR")
          .in("rdx", HEX, "initial RCX of the guest")
          .in("r8", DEC, "version 1: x2APIC id (31:0)"),
      "Initialize the state of a vCPU"),
  TDH_MEM_PAGE_PROMOTE(
      leaf(23, "1.0")
          .version(1)
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              POST_IMPORT,
              LIVE_IMPORT)
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR")
          .out("rcx", HEX, "freed secure EPT page; secure EPT entry on a walk error")
          .out("rdx", HEX, "level (2:0) and state (15:8) of that entry")
          .out("r9", HPA, "0")
          .out("r10", HPA, "0")
          .out("r11", HPA, "0"),
      "Join small private pages into one large page"),
  TDH_PHYMEM_PAGE_RDMD(
      leaf(24, "1.0")
          .in("rcx", HPA, "page")
          .out("rcx", DEC, "page type")
          .out("rdx", HPA, "TDR of the owner")
          .out("r8", DEC, "page size level")
          .out("r9", HEX, "BEPOCH")
          .out("r10", HEX, "0")
          .out("r11", HEX, "0"),
      "Read the PAMT metadata of a physical page"),
  TDH_MEM_SEPT_RD(
      leaf(25, "1.0")
          .when(
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
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR")
          .out("rcx", HEX, "secure EPT entry")
          .out("rdx", HEX, "its level (2:0) and state (15:8)")
          .out("r8", HEX, "attributes, 1.5"),
      "Read an entry of the secure EPT"),
  TDH_VP_RD(
      leaf(26, "1.0")
          .version(1)
          .when(
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
          .in("rcx", HPA, "TDVPR")
          .in("rdx", VP_FIELD, "field id")
          .out("rdx", VP_FIELD, "next field id or -1")
          .out("r8", HEX, "value"),
      "Read a metadata field of a vCPU"),
  TDH_MNG_KEY_RECLAIMID(
      leaf(27, "1.0").in("rcx", HPA, "TDR"), "Does nothing any more; kept for old hosts"),
  TDH_PHYMEM_PAGE_RECLAIM(
      leaf(28, "1.0")
          .in("rcx", HPA, "page")
          .out("rcx", DEC, "page type")
          .out("rdx", HPA, "owner")
          .out("r8", DEC, "page size level")
          .out("r9", HEX, "0")
          .out("r10", HEX, "0")
          .out("r11", HEX, "0"),
      "Take a page back from a TD in teardown"),
  TDH_MEM_PAGE_REMOVE(
      leaf(29, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              POST_IMPORT,
              LIVE_IMPORT,
              FAILED_IMPORT)
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR")
          .out("rcx", HEX, "removed page; secure EPT entry on a walk error")
          .out("rdx", HEX, "level (2:0) and state (15:8) of that entry"),
      "Remove a blocked private page from a TD"),
  TDH_MEM_SEPT_REMOVE(
      leaf(30, "1.0")
          .version(1)
          .when(
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
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR")
          .out("rcx", HEX, "removed page; secure EPT entry on a walk error")
          .out("rdx", HEX, "level (2:0) and state (15:8) of that entry"),
      "Remove an empty page of the secure EPT"),
  TDH_SYS_KEY_CONFIG(leaf(31, "1.0"), "Configure the module's own key on this package"),
  TDH_SYS_INFO(
      leaf(32, "1.0")
          .in("rcx", HPA, "buffer")
          .in("rdx", DEC, "bytes of the buffer")
          .in("r8", HPA, "CMR array")
          .in("r9", DEC, "entries of the CMR array")
          .out("rdx", DEC, "bytes written")
          .out("r9", DEC, "CMR entries"),
      "Read what the module supports, and the convertible memory ranges"),
  TDH_SYS_INIT(
      leaf(33, "1.0")
          .in("rcx", HEX, "attributes (0)")
          .out("rcx", HEX, "CPUID leaf and subleaf that is not as required")
          .out("rdx", HEX, "mask, low half")
          .out("r8", HEX, "mask, high half")
          .out("r9", HEX, "expected, low half")
          .out("r10", HEX, "expected, high half"),
      "Initialize the module, once"),
  TDH_SYS_RD(
      leaf(34, "1.5")
          .in("rdx", SYS_FIELD, "field id")
          .out("rdx", SYS_FIELD, "next field id or -1")
          .out("r8", HEX, "value"),
      "Read a metadata field of the module"),
  TDH_SYS_LP_INIT(
      leaf(35, "1.0")
          .out("rcx", HEX, "CPUID leaf that differs")
          .out("rdx", HEX, "mismatch mask, low half")
          .out("r8", HEX, "mismatch mask, high half"),
      "Initialize the module on this logical processor"),
  TDH_SYS_TDMR_INIT(
      leaf(36, "1.0").in("rcx", HPA, "TDMR base").out("rdx", HPA, "next address to initialize"),
      "Initialize a part of the PAMT of a TDMR"),
  TDH_SYS_RDALL(
      leaf(37, "1.5")
          .in("rdx", HPA, "output list")
          .in("r8", SYS_FIELD, "initial field id")
          .out("r8", SYS_FIELD, "next field id"),
      "Read all metadata fields of the module into a list"),
  TDH_MEM_TRACK(
      leaf(38, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              MEMORY_IMPORT,
              STATE_IMPORT,
              POST_IMPORT,
              LIVE_IMPORT)
          .in("rcx", HPA, "TDR"),
      "Advance the TLB epoch of a TD"),
  TDH_MEM_RANGE_UNBLOCK(
      leaf(39, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              PAUSED_EXPORT,
              POST_EXPORT,
              POST_IMPORT,
              LIVE_IMPORT)
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR")
          .septEntry(),
      "Allow translations of a blocked page or range again"),
  TDH_PHYMEM_CACHE_WB(
      leaf(40, "1.0").in("rcx", DEC, "0 start, 1 resume"),
      "Write the caches of this package back; can be interrupted"),
  TDH_PHYMEM_PAGE_WBINVD(
      leaf(41, "1.0").in("rcx", HPA, "page with HKID bits"),
      "Write back and invalidate the cache lines of a control page"),
  TDH_MEM_SEPT_WR(
      leaf(42, "1.5 (reserved)").in("rcx", GPA, "GPA | level").in("rdx", HPA, "TDR"),
      "Write the attributes of a secure EPT entry"),
  TDH_VP_WR(
      leaf(43, "1.0")
          .when(
              INITIALIZED,
              RUNNABLE,
              LIVE_EXPORT,
              MEMORY_IMPORT,
              STATE_IMPORT,
              POST_IMPORT,
              LIVE_IMPORT,
              FAILED_IMPORT)
          .in("rcx", HPA, "TDVPR")
          .in("rdx", VP_FIELD, "field id")
          .in("r8", HEX, "data")
          .in("r9", HEX, "mask")
          .out("r8", HEX, "old value"),
      "Write a metadata field of a vCPU"),
  TDH_SYS_LP_SHUTDOWN(leaf(44, "1.0"), "Shut the module down on this logical processor"),
  TDH_SYS_CONFIG(
      leaf(45, "1.0")
          .in("rcx", HPA, "array of TDMR_INFO addresses, 512-aligned")
          .in("rdx", DEC, "entries")
          .in("r8", DEC, "key id (15:0)"),
      "Give the module its TDMRs and its key id"),
  TDH_SERVTD_BIND(
      leaf(48, "1.5")
          .when(UNINITIALIZED, INITIALIZED, RUNNABLE, LIVE_EXPORT, POST_IMPORT, LIVE_IMPORT)
          .in("rcx", HPA, "target TDR")
          .in("rdx", HPA, "service TDR")
          .in("r8", DEC, "slot")
          .in("r9", DEC, "type")
          .in("r10", HEX, "attributes")
          .out("rcx", HEX, "binding handle")
          .out("r10", HEX, "UUID of the target TD")
          .out("r11", HEX, "UUID of the target TD")
          .out("r12", HEX, "UUID of the target TD")
          .out("r13", HEX, "UUID of the target TD"),
      "Bind a service TD to a TD"),
  TDH_SERVTD_PREBIND(
      leaf(49, "1.5")
          .when(UNINITIALIZED, INITIALIZED)
          .in("rcx", HPA, "target TDR")
          .in("rdx", HPA, "info-hash page")
          .in("r8", DEC, "slot")
          .in("r9", DEC, "type")
          .in("r10", HEX, "attributes"),
      "Bind a service TD by the hash of its measurements, before it exists"),
  TDH_SYS_SHUTDOWN(
      leaf(52, "1.5").in("rcx", HEX, "handoff version"),
      "Shut the module down and leave handoff data"),
  TDH_SYS_UPDATE(leaf(53, "1.5"), "Take over the handoff data of the module before"),
  TDH_PHYMEM_PAMT_ADD(
      leaf(58, "1.5.06+ (recalled)")
          .in("rcx", HPA, "2 MiB region | level")
          .in("rdx", HPA, "first PAMT page")
          .in("r8", HPA, "next PAMT page")
          .in("r9", HPA, "next PAMT page")
          .in("r10", HPA, "next PAMT page")
          .in("r11", HPA, "next PAMT page")
          .in("r12", HPA, "next PAMT page")
          .in("r13", HPA, "next PAMT page")
          .in("r14", HPA, "next PAMT page")
          .in("r15", HPA, "next PAMT page"),
      "Add PAMT pages for the 4 KiB pages of a 2 MiB region"),
  TDH_PHYMEM_PAMT_REMOVE(
      leaf(59, "1.5.06+ (recalled)")
          .in("rcx", HPA, "2 MiB region | level")
          .out("rdx", HPA, "first removed PAMT page")
          .out("r8", HPA, "next removed PAMT page")
          .out("r9", HPA, "next removed PAMT page")
          .out("r10", HPA, "next removed PAMT page")
          .out("r11", HPA, "next removed PAMT page")
          .out("r12", HPA, "next removed PAMT page")
          .out("r13", HPA, "next removed PAMT page")
          .out("r14", HPA, "next removed PAMT page")
          .out("r15", HPA, "next removed PAMT page"),
      "Remove the PAMT pages of a 2 MiB region"),
  TDH_EXPORT_ABORT(
      leaf(64, "1.5")
          .when(LIVE_EXPORT, PAUSED_EXPORT, POST_EXPORT)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r10", HEX, "stream index"),
      "Abort the export of a TD"),
  TDH_EXPORT_BLOCKW(
      leaf(65, "1.5")
          .when(LIVE_EXPORT)
          .in("rcx", HEX, "GPA list info")
          .in("rdx", HPA, "TDR")
          .out("rcx", HEX, "updated list info"),
      "Block a list of private pages for writing"),
  TDH_EXPORT_RESTORE(
      leaf(66, "1.5")
          .when(RUNNABLE)
          .in("rcx", HEX, "GPA list info")
          .in("rdx", HPA, "TDR")
          .out("rcx", HEX, "updated list info"),
      "Restore a list of pages after an aborted export"),
  TDH_EXPORT_MEM(
      leaf(68, "1.5")
          .when(LIVE_EXPORT, PAUSED_EXPORT, POST_EXPORT)
          .in("rcx", HEX, "GPA list info")
          .in("rdx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HPA, "buffer list")
          .in("r10", HEX, "stream index and command")
          .in("r11", HEX, "MAC list 0")
          .in("r12", HEX, "MAC list 1")
          .out("rcx", HEX, "updated list info")
          .out("rdx", HEX, "number processed"),
      "Export a list of private pages"),
  TDH_SYS_DISABLE(leaf(69, "newer module (in Linux 7.3)"), "Disable the module"),
  TDH_EXPORT_PAUSE(
      leaf(70, "1.5").when(LIVE_EXPORT).in("rcx", HPA, "TDR"), "Pause a TD for its export"),
  TDH_EXPORT_TRACK(
      leaf(71, "1.5")
          .when(LIVE_EXPORT, PAUSED_EXPORT)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r10", HEX, "stream index and command"),
      "Start a new migration epoch or end the export of memory"),
  TDH_EXPORT_STATE_IMMUTABLE(
      leaf(72, "1.5")
          .when(RUNNABLE, LIVE_IMPORT)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HPA, "page list")
          .in("r10", HEX, "stream index and command")
          .out("rdx", HEX, "pages used"),
      "Export the immutable state of a TD and start its migration"),
  TDH_EXPORT_STATE_TD(
      leaf(73, "1.5")
          .when(PAUSED_EXPORT)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HPA, "page list")
          .in("r10", HEX, "stream index and command")
          .out("rdx", HEX, "pages used"),
      "Export the mutable state of a TD"),
  TDH_EXPORT_STATE_VP(
      leaf(74, "1.5")
          .when(PAUSED_EXPORT)
          .in("rcx", HPA, "TDVPR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HPA, "page list")
          .in("r10", HEX, "stream index and command")
          .out("rdx", HEX, "pages used"),
      "Export the mutable state of a vCPU"),
  TDH_EXPORT_UNBLOCKW(
      leaf(75, "1.5")
          .when(RUNNABLE, LIVE_EXPORT, PAUSED_EXPORT, POST_EXPORT)
          .in("rcx", GPA, "GPA | level")
          .in("rdx", HPA, "TDR")
          .septEntry(),
      "Allow writes to a page that was blocked for writing"),
  TDH_IMPORT_ABORT(
      leaf(80, "1.5")
          .when(MEMORY_IMPORT, STATE_IMPORT, POST_IMPORT, FAILED_IMPORT)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r10", HEX, "stream index"),
      "Abort the import of a TD"),
  TDH_IMPORT_END(
      leaf(81, "1.5").when(POST_IMPORT, LIVE_IMPORT).in("rcx", HPA, "TDR"),
      "End the import of a TD"),
  TDH_IMPORT_COMMIT(
      leaf(82, "1.5").when(POST_IMPORT).in("rcx", HPA, "TDR"),
      "Commit the import of a TD, which may then run"),
  TDH_IMPORT_MEM(
      leaf(83, "1.5")
          .when(MEMORY_IMPORT, STATE_IMPORT, POST_IMPORT, LIVE_IMPORT)
          .in("rcx", HEX, "GPA list info")
          .in("rdx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HEX, "buffer list")
          .in("r10", HEX, "stream index and command")
          .in("r11", HEX, "MAC list 0")
          .in("r12", HEX, "MAC list 1")
          .in("r13", HEX, "new page list")
          .out("rcx", HEX, "updated list info"),
      "Import a list of private pages"),
  TDH_IMPORT_TRACK(
      leaf(84, "1.5")
          .when(MEMORY_IMPORT, STATE_IMPORT)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r10", HEX, "stream index and command"),
      "Take over an epoch token of the exporting side"),
  TDH_IMPORT_STATE_IMMUTABLE(
      leaf(85, "1.5")
          .when(UNINITIALIZED)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HPA, "page list")
          .in("r10", HEX, "stream index and command")
          .out("rcx", HEX, "extended error information")
          .out("rdx", HEX, "extended error information"),
      "Import the immutable state of a TD and start its import"),
  TDH_IMPORT_STATE_TD(
      leaf(86, "1.5")
          .when(MEMORY_IMPORT)
          .in("rcx", HPA, "TDR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HPA, "page list")
          .in("r10", HEX, "stream index and command")
          .out("rcx", HEX, "extended error information")
          .out("rdx", HEX, "extended error information"),
      "Import the mutable state of a TD"),
  TDH_IMPORT_STATE_VP(
      leaf(87, "1.5")
          .when(STATE_IMPORT)
          .in("rcx", HPA, "TDVPR")
          .in("r8", HEX, "MBMD address and size")
          .in("r9", HPA, "page list")
          .in("r10", HEX, "stream index and command")
          .out("rcx", HEX, "extended error information")
          .out("rdx", HEX, "extended error information"),
      "Import the mutable state of a vCPU"),
  TDH_MIG_STREAM_CREATE(
      leaf(96, "1.5")
          .when(UNINITIALIZED, INITIALIZED, RUNNABLE)
          .in("rcx", HPA, "MIGSC page")
          .in("rdx", HPA, "TDR"),
      "Create a migration stream of a TD"),
  SEAMLDR_INFO(
      leaf(0x80000000, "").in("rcx", HPA, "info buffer"),
      "Read what the persistent SEAM loader supports"),
  SEAMLDR_INSTALL(leaf(0x80000001, "").in("rcx", HPA, "seamldr_params"), "Install a TDX module"),
  /** Leaves without a row: recorded raw, never lost. */
  SEAMCALL_UNKNOWN(
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

  Seamcall(LeafRow row, String doc) {
    this.row = row;
    this.doc = doc;
    this.in = List.copyOf(row.in);
    this.out = List.copyOf(row.out);
  }

  /**
   * The row of a value of RAX; bit 63 of RAX, a call of the persistent SEAM loader, is bit 31 of
   * the number.
   *
   * @return {@link #SEAMCALL_UNKNOWN} where no row has it
   */
  public static Seamcall of(long rax) {
    int number = (int) (rax & 0xffff) | (rax < 0 ? 1 << 31 : 0);
    return Catalog.byNumber(Family.SEAMCALL, number) instanceof Seamcall leaf
        ? leaf
        : SEAMCALL_UNKNOWN;
  }

  @Override
  public Family family() {
    return Family.SEAMCALL;
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
    return this == SEAMCALL_UNKNOWN ? "SEAMCALL_?" : name().replace('_', '.');
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
