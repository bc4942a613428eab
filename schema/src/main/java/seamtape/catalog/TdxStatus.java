package seamtape.catalog;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Completion statuses of the TDX module (1.5.01), and those that Linux makes up when SEAMCALL fails
 * without one.
 *
 * <pre>
 *  63     62               61     60    59:48     47:40  39:32   31:0
 *  error  non-recoverable  fatal  hint  reserved  class  detail  operand id, exit reason or CPUID leaf
 * </pre>
 */
public enum TdxStatus {
  TDX_SUCCESS(0x0000000000000000L, "completed"),
  TDX_NON_RECOVERABLE_VCPU(0x4000000100000000L, "vCPU can never run again"),
  TDX_NON_RECOVERABLE_TD(0x6000000200000000L, "TD can never run again"),
  TDX_INTERRUPTED_RESUMABLE(0x8000000300000000L, "interrupted; call again to continue"),
  TDX_INTERRUPTED_RESTARTABLE(0x8000000400000000L, "interrupted; call again from start"),
  TDX_NON_RECOVERABLE_TD_NON_ACCESSIBLE(
      0x6000000500000000L, "TD dead, memory integrity or machine check"),
  TDX_INVALID_RESUMPTION(0xc000000600000000L, "resume args do not match interrupted call"),
  TDX_NON_RECOVERABLE_TD_WRONG_APIC_MODE(0xe000000700000000L, "host APIC not in required mode"),
  TDX_CROSS_TD_FAULT(0x8000000800000000L, "fault caused by another TD (retry)"),
  TDX_CROSS_TD_TRAP(0x9000000900000000L, "trap caused by another TD"),
  TDX_NON_RECOVERABLE_TD_CORRUPTED_MD(0x6000000a00000000L, "TD metadata corrupted"),
  TDX_OPERAND_INVALID(0xc000010000000000L, "operand bad; low 32 bits = operand id"),
  TDX_OPERAND_ADDR_RANGE_ERROR(0xc000010100000000L, "address outside TDMR"),
  TDX_OPERAND_BUSY(0x8000020000000000L, "lock contention on operand id"),
  TDX_PREVIOUS_TLB_EPOCH_BUSY(0x8000020100000000L, "vCPUs still in previous TLB epoch"),
  TDX_SYS_BUSY(0x8000020200000000L, "module global lock busy"),
  TDX_RND_NO_ENTROPY(0x8000020300000000L, "RDRAND/RDSEED failed; retry"),
  TDX_OPERAND_BUSY_HOST_PRIORITY(0x8000020400000000L, "guest lost lock to host"),
  TDX_HOST_PRIORITY_BUSY_TIMEOUT(0x9000020500000000L, "host-priority lock starved guest"),
  TDX_PAGE_METADATA_INCORRECT(0xc000030000000000L, "PAMT type/owner of page not as required"),
  TDX_PAGE_ALREADY_FREE(0x0000030100000000L, "page was free (info)"),
  TDX_PAGE_NOT_OWNED_BY_TD(0xc000030200000000L, "page belongs to another TD"),
  TDX_PAGE_NOT_FREE(0xc000030300000000L, "page already in use"),
  TDX_TD_ASSOCIATED_PAGES_EXIST(0xc000040000000000L, "TDR still has child pages"),
  TDX_SYS_INIT_NOT_PENDING(0xc000050000000000L, "global init already done"),
  TDX_SYS_LP_INIT_NOT_DONE(0xc000050200000000L, "this CPU not LP-initialized"),
  TDX_SYS_LP_INIT_DONE(0xc000050300000000L, "this CPU already LP-initialized"),
  TDX_SYS_NOT_READY(0xc000050500000000L, "module not in ready state"),
  TDX_SYS_SHUTDOWN(0xc000050600000000L, "module shut down"),
  TDX_SYS_KEY_CONFIG_NOT_PENDING(0xc000050700000000L, "key config not expected now"),
  TDX_SYS_STATE_INCORRECT(0xc000050800000000L, "module state wrong"),
  TDX_SYS_INVALID_HANDOFF(0xc000050900000000L, "sys invalid handoff"),
  TDX_SYS_INCOMPATIBLE_SIGSTRUCT(0xc000050a00000000L, "sys incompatible sigstruct"),
  TDX_SYS_LP_INIT_NOT_PENDING(0xc000050b00000000L, "sys lp init not pending"),
  TDX_SYS_CONFIG_NOT_PENDING(0xc000050c00000000L, "sys config not pending"),
  TDX_INCOMPATIBLE_SEAM_CAPABILITIES(0xc000050d00000000L, "incompatible seam capabilities"),
  TDX_TD_FATAL(0xe000060400000000L, "TD in fatal state"),
  TDX_TD_NON_DEBUG(0xc000060500000000L, "needs a debug TD"),
  TDX_TDCS_NOT_ALLOCATED(0xc000060600000000L, "TDCS pages missing"),
  TDX_LIFECYCLE_STATE_INCORRECT(0xc000060700000000L, "TDR lifecycle state wrong"),
  TDX_OP_STATE_INCORRECT(0xc000060800000000L, "TD op state wrong"),
  TDX_NO_VCPUS(0xc000060900000000L, "TD has no vCPU"),
  TDX_TDCX_NUM_INCORRECT(0xc000061000000000L, "wrong number of control pages"),
  TDX_VCPU_STATE_INCORRECT(0xc000070000000000L, "vCPU state wrong"),
  TDX_VCPU_ASSOCIATED(0x8000070100000000L, "vCPU bound to another CPU"),
  TDX_VCPU_NOT_ASSOCIATED(0x8000070200000000L, "vCPU not bound to a CPU"),
  TDX_NO_VALID_VE_INFO(0xc000070400000000L, "no #VE info pending"),
  TDX_MAX_VCPUS_EXCEEDED(0xc000070500000000L, "too many vCPUs"),
  TDX_TSC_ROLLBACK(0xc000070600000000L, "TSC went backwards"),
  TDX_TD_VMCS_FIELD_NOT_INITIALIZED(0xc000073000000000L, "td vmcs field not initialized"),
  TD_VMCS_FIELD_ERROR(0xc000073100000000L, "td vmcs field error"),
  TDX_KEY_GENERATION_FAILED(0x8000080000000000L, "key generation failed; retry"),
  TDX_TD_KEYS_NOT_CONFIGURED(0x8000081000000000L, "keys not configured on all packages"),
  TDX_KEY_STATE_INCORRECT(0xc000081100000000L, "HKID state wrong"),
  TDX_KEY_CONFIGURED(0x0000081500000000L, "key already configured on this package (info)"),
  TDX_WBCACHE_NOT_COMPLETE(0x8000081700000000L, "cache write-back not done"),
  TDX_HKID_NOT_FREE(0xc000082000000000L, "HKID already in use"),
  TDX_NO_HKID_READY_TO_WBCACHE(0x0000082100000000L, "nothing to write back (info)"),
  TDX_WBCACHE_RESUME_ERROR(0xc000082300000000L, "bad resume of write-back"),
  TDX_FLUSHVP_NOT_DONE(0x8000082400000000L, "some vCPU still associated"),
  TDX_NUM_ACTIVATED_HKIDS_NOT_SUPPORTED(0xc000082500000000L, "num activated hkids not supported"),
  TDX_INCORRECT_CPUID_VALUE(0xc000090000000000L, "incorrect cpuid value"),
  TDX_LIMIT_CPUID_MAXVAL_SET(0xc000090100000000L, "limit cpuid maxval set"),
  TDX_INCONSISTENT_CPUID_FIELD(0xc000090200000000L, "inconsistent cpuid field"),
  TDX_CPUID_MAX_SUBLEAVES_UNRECOGNIZED(0xc000090300000000L, "cpuid max subleaves unrecognized"),
  TDX_CPUID_LEAF_1F_FORMAT_UNRECOGNIZED(0xc000090400000000L, "cpuid leaf 1f format unrecognized"),
  TDX_INVALID_WBINVD_SCOPE(0xc000090500000000L, "invalid wbinvd scope"),
  TDX_INVALID_PKG_ID(0xc000090600000000L, "invalid pkg id"),
  TDX_ENABLE_MONITOR_FSM_NOT_SET(0xc000090700000000L, "enable monitor fsm not set"),
  TDX_CPUID_LEAF_NOT_SUPPORTED(0xc000090800000000L, "cpuid leaf not supported"),
  TDX_SMRR_NOT_LOCKED(0xc000091000000000L, "smrr not locked"),
  TDX_INVALID_SMRR_CONFIGURATION(0xc000091100000000L, "invalid smrr configuration"),
  TDX_SMRR_OVERLAPS_CMR(0xc000091200000000L, "smrr overlaps cmr"),
  TDX_SMRR_LOCK_NOT_SUPPORTED(0xc000091300000000L, "smrr lock not supported"),
  TDX_SMRR_NOT_SUPPORTED(0xc000091400000000L, "smrr not supported"),
  TDX_INCONSISTENT_MSR(0xc000092000000000L, "inconsistent msr"),
  TDX_INCORRECT_MSR_VALUE(0xc000092100000000L, "incorrect msr value"),
  TDX_SEAMREPORT_NOT_AVAILABLE(0xc000093000000000L, "seamreport not available"),
  TDX_SEAMDB_GETREF_NOT_AVAILABLE(0xc000093100000000L, "seamdb getref not available"),
  TDX_SEAMDB_REPORT_NOT_AVAILABLE(0xc000093200000000L, "seamdb report not available"),
  TDX_SEAMVERIFYREPORT_NOT_AVAILABLE(0xc000093300000000L, "seamverifyreport not available"),
  TDX_INVALID_TDMR(0xc0000a0000000000L, "invalid tdmr"),
  TDX_NON_ORDERED_TDMR(0xc0000a0100000000L, "non ordered tdmr"),
  TDX_TDMR_OUTSIDE_CMRS(0xc0000a0200000000L, "tdmr outside cmrs"),
  TDX_TDMR_ALREADY_INITIALIZED(0x00000a0300000000L, "TDMR complete (info)"),
  TDX_INVALID_PAMT(0xc0000a1000000000L, "invalid pamt"),
  TDX_PAMT_OUTSIDE_CMRS(0xc0000a1100000000L, "pamt outside cmrs"),
  TDX_PAMT_OVERLAP(0xc0000a1200000000L, "pamt overlap"),
  TDX_INVALID_RESERVED_IN_TDMR(0xc0000a2000000000L, "invalid reserved in tdmr"),
  TDX_NON_ORDERED_RESERVED_IN_TDMR(0xc0000a2100000000L, "non ordered reserved in tdmr"),
  TDX_CMR_LIST_INVALID(0xc0000a2200000000L, "cmr list invalid"),
  TDX_EPT_WALK_FAILED(0xc0000b0000000000L, "walk stopped; RCX entry RDX level/state"),
  TDX_EPT_ENTRY_FREE(0xc0000b0100000000L, "entry free"),
  TDX_EPT_ENTRY_NOT_FREE(0xc0000b0200000000L, "entry not free"),
  TDX_EPT_ENTRY_NOT_PRESENT(0xc0000b0300000000L, "entry not present"),
  TDX_EPT_ENTRY_NOT_LEAF(0xc0000b0400000000L, "expected leaf"),
  TDX_EPT_ENTRY_LEAF(0xc0000b0500000000L, "expected non-leaf"),
  TDX_GPA_RANGE_NOT_BLOCKED(0xc0000b0600000000L, "range must be blocked first"),
  TDX_GPA_RANGE_ALREADY_BLOCKED(0x00000b0700000000L, "already blocked (info)"),
  TDX_TLB_TRACKING_NOT_DONE(0xc0000b0800000000L, "TRACK and exits needed first"),
  TDX_EPT_INVALID_PROMOTE_CONDITIONS(0xc0000b0900000000L, "ept invalid promote conditions"),
  TDX_PAGE_ALREADY_ACCEPTED(0x00000b0a00000000L, "page was already accepted (info)"),
  TDX_PAGE_SIZE_MISMATCH(0xc0000b0b00000000L, "accept size larger/smaller than mapping"),
  TDX_GPA_RANGE_BLOCKED(0xc0000b0c00000000L, "range is blocked"),
  TDX_EPT_ENTRY_STATE_INCORRECT(0xc0000b0d00000000L, "SEPT entry state wrong"),
  TDX_EPT_PAGE_NOT_FREE(0xc0000b0e00000000L, "ept page not free"),
  TDX_L2_SEPT_WALK_FAILED(0xc0000b0f00000000L, "l2 sept walk failed"),
  TDX_L2_SEPT_ENTRY_NOT_FREE(0xc0000b1000000000L, "l2 sept entry not free"),
  TDX_PAGE_ATTR_INVALID(0xc0000b1100000000L, "page attr invalid"),
  TDX_L2_SEPT_PAGE_NOT_PROVIDED(0xc0000b1200000000L, "l2 sept page not provided"),
  TDX_METADATA_FIELD_ID_INCORRECT(0xc0000c0000000000L, "bad field id"),
  TDX_METADATA_FIELD_NOT_WRITABLE(0xc0000c0100000000L, "field not writable"),
  TDX_METADATA_FIELD_NOT_READABLE(0xc0000c0200000000L, "field not readable"),
  TDX_METADATA_FIELD_VALUE_NOT_VALID(0xc0000c0300000000L, "metadata field value not valid"),
  TDX_METADATA_LIST_OVERFLOW(0xc0000c0400000000L, "metadata list overflow"),
  TDX_INVALID_METADATA_LIST_HEADER(0xc0000c0500000000L, "invalid metadata list header"),
  TDX_REQUIRED_METADATA_FIELD_MISSING(0xc0000c0600000000L, "required metadata field missing"),
  TDX_METADATA_ELEMENT_SIZE_INCORRECT(0xc0000c0700000000L, "metadata element size incorrect"),
  TDX_METADATA_LAST_ELEMENT_INCORRECT(0xc0000c0800000000L, "metadata last element incorrect"),
  TDX_METADATA_FIELD_CURRENTLY_NOT_WRITABLE(
      0xc0000c0900000000L, "metadata field currently not writable"),
  TDX_METADATA_WR_MASK_NOT_VALID(0xc0000c0a00000000L, "metadata wr mask not valid"),
  TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT(0x00000c0b00000000L, "metadata first field id in context"),
  TDX_METADATA_FIELD_SKIP(0x00000c0c00000000L, "metadata field skip"),
  TDX_SERVTD_ALREADY_BOUND_FOR_TYPE(0xc0000d0000000000L, "servtd already bound for type"),
  TDX_SERVTD_TYPE_MISMATCH(0xc0000d0100000000L, "servtd type mismatch"),
  TDX_SERVTD_ATTR_MISMATCH(0xc0000d0200000000L, "servtd attr mismatch"),
  TDX_SERVTD_INFO_HASH_MISMATCH(0xc0000d0300000000L, "servtd info hash mismatch"),
  TDX_SERVTD_UUID_MISMATCH(0xc0000d0400000000L, "servtd uuid mismatch"),
  TDX_SERVTD_NOT_BOUND(0xc0000d0500000000L, "servtd not bound"),
  TDX_SERVTD_BOUND(0xc0000d0600000000L, "servtd bound"),
  TDX_TARGET_UUID_MISMATCH(0xc0000d0700000000L, "target uuid mismatch"),
  TDX_TARGET_UUID_UPDATED(0xc0000d0800000000L, "target uuid updated"),
  TDX_INVALID_MBMD(0xc0000e0000000000L, "invalid mbmd"),
  TDX_INCORRECT_MBMD_MAC(0xc0000e0100000000L, "incorrect mbmd mac"),
  TDX_NOT_WRITE_BLOCKED(0xc0000e0200000000L, "not write blocked"),
  TDX_ALREADY_WRITE_BLOCKED(0x00000e0300000000L, "already write blocked"),
  TDX_NOT_EXPORTED(0xc0000e0400000000L, "not exported"),
  TDX_MIGRATION_STREAM_STATE_INCORRECT(0xc0000e0500000000L, "migration stream state incorrect"),
  TDX_MAX_MIGS_NUM_EXCEEDED(0xc0000e0600000000L, "max migs num exceeded"),
  TDX_EXPORTED_DIRTY_PAGES_REMAIN(0xc0000e0700000000L, "exported dirty pages remain"),
  TDX_MIGRATION_DECRYPTION_KEY_NOT_SET(0xc0000e0800000000L, "migration decryption key not set"),
  TDX_TD_NOT_MIGRATABLE(0xc0000e0900000000L, "td not migratable"),
  TDX_PREVIOUS_EXPORT_CLEANUP_INCOMPLETE(0xc0000e0a00000000L, "previous export cleanup incomplete"),
  TDX_NUM_MIGS_HIGHER_THAN_CREATED(0xc0000e0b00000000L, "num migs higher than created"),
  TDX_IMPORT_MISMATCH(0xc0000e0c00000000L, "import mismatch"),
  TDX_MIGRATION_EPOCH_OVERFLOW(0xc0000e0d00000000L, "migration epoch overflow"),
  TDX_MAX_EXPORTS_EXCEEDED(0xc0000e0e00000000L, "max exports exceeded"),
  TDX_INVALID_PAGE_MAC(0xc0000e0f00000000L, "invalid page mac"),
  TDX_MIGRATED_IN_CURRENT_EPOCH(0xc0000e1000000000L, "migrated in current epoch"),
  TDX_DISALLOWED_IMPORT_OVER_REMOVED(0xc0000e1100000000L, "disallowed import over removed"),
  TDX_SOME_VCPUS_NOT_MIGRATED(0xc0000e1200000000L, "some vcpus not migrated"),
  TDX_ALL_VCPUS_IMPORTED(0xc0000e1300000000L, "all vcpus imported"),
  TDX_MIN_MIGS_NOT_CREATED(0xc0000e1400000000L, "min migs not created"),
  TDX_VCPU_ALREADY_EXPORTED(0xc0000e1500000000L, "vcpu already exported"),
  TDX_INVALID_MIGRATION_DECRYPTION_KEY(0xc0000e1600000000L, "invalid migration decryption key"),
  TDX_INVALID_CPUSVN(0xc000100000000000L, "invalid cpusvn"),
  TDX_INVALID_REPORTMACSTRUCT(0xc000100100000000L, "report MAC check failed"),
  TDX_L2_EXIT_HOST_ROUTED_ASYNC(0x0000110000000000L, "l2 exit host routed async"),
  TDX_L2_EXIT_HOST_ROUTED_TDVMCALL(0x0000110100000000L, "l2 exit host routed tdvmcall"),
  TDX_L2_EXIT_PENDING_INTERRUPT(0x0000110200000000L, "l2 exit pending interrupt"),
  TDX_PENDING_INTERRUPT(0x0000112000000000L, "pending interrupt"),
  TDX_TD_EXIT_BEFORE_L2_ENTRY(0x0000114000000000L, "td exit before l2 entry"),
  TDX_TD_EXIT_ON_L2_VM_EXIT(0x0000114100000000L, "td exit on l2 vm exit"),
  TDX_TD_EXIT_ON_L2_TO_L1(0x0000114200000000L, "td exit on l2 to l1"),
  TDX_GLA_NOT_CANONICAL(0xc000116000000000L, "gla not canonical"),
  TDX_SEAMCALL_VMFAILINVALID(
      0x8000ff00ffff0000L, "SEAMCALL set CF: module absent or P-SEAMLDR busy"),
  TDX_SEAMCALL_GP(0x8000ff000000000dL, "SEAMCALL raised #GP (not supported / not in VMX)"),
  TDX_SEAMCALL_UD(0x8000ff0000000006L, "SEAMCALL raised #UD (VMX off)");

  private static final Map<Integer, TdxStatus> BY_CLASS_AND_DETAIL = new HashMap<>();
  private static final Map<Long, TdxStatus> BY_VALUE = new HashMap<>();

  static {
    for (TdxStatus status : values()) {
      if (BY_VALUE.put(status.value, status) != null) {
        throw new IllegalStateException("status used twice: " + status);
      }
      if (status.statusClass() != TdxStatusClass.SOFTWARE) {
        BY_CLASS_AND_DETAIL.put(classAndDetail(status.value), status);
      }
    }
  }

  private final long value;
  private final String meaning;

  TdxStatus(long value, String meaning) {
    this.value = value;
    this.meaning = meaning;
  }

  /** The status without an operand: bits 31:0 are 0, but for those that software sets. */
  public long value() {
    return value;
  }

  public String meaning() {
    return meaning;
  }

  public TdxStatusClass statusClass() {
    return TdxStatusClass.of(value).orElseThrow();
  }

  /** Bits 39:32. */
  public int detail() {
    return (int) (value >>> 32) & 0xff;
  }

  /** The status with an operand id in its low half. */
  public long with(TdxOperand operand) {
    return value | operand.id();
  }

  /**
   * The status behind a 64-bit word. Flags (63:60) and the low half do not take part: Linux's
   * header and the module differ in a fatal bit.
   */
  public static Optional<TdxStatus> of(long word) {
    TdxStatus exact = BY_VALUE.get(word);
    return Optional.ofNullable(
        exact != null ? exact : BY_CLASS_AND_DETAIL.get(classAndDetail(word)));
  }

  private static int classAndDetail(long word) {
    return (int) (word >>> 32) & 0xffff;
  }

  public static boolean isError(long word) {
    return word < 0;
  }

  /**
   * {@code TDX_OPERAND_INVALID(RCX)}, {@code TDX_SUCCESS(77)} or {@code TDX_?(0x8000123400000000)}:
   * the name, and the low half where it says something.
   */
  public static String text(long word) {
    Optional<TdxStatus> known = of(word);
    if (known.isEmpty()) {
      return "TDX_?(0x" + Long.toHexString(word) + ")";
    }
    TdxStatus status = known.get();
    int low = (int) word;
    if (status.blamesAnOperand()) {
      return status.name() + "(" + TdxOperand.text(low) + ")";
    }
    boolean plain = low == 0 || status.value == word;
    return plain ? status.name() : status.name() + "(" + Integer.toUnsignedString(low) + ")";
  }

  /** True where bits 31:0 are an operand id, also when they are 0, which is RAX. */
  public boolean blamesAnOperand() {
    if (this == TDX_PAGE_ALREADY_ACCEPTED || this == TDX_PAGE_SIZE_MISMATCH) {
      // The level of the page's entry.
      return false;
    }
    return switch (statusClass()) {
      case INVALID_OPERAND, PAGE_METADATA, SECURE_EPT -> true;
      case RESOURCE_BUSY -> this == TDX_OPERAND_BUSY || this == TDX_OPERAND_BUSY_HOST_PRIORITY;
      default -> false;
    };
  }
}
