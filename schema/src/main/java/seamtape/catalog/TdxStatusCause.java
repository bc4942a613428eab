package seamtape.catalog;

import java.util.Optional;

/** What most often lies behind a status of the TDX module, and what to look at. */
public final class TdxStatusCause {
  private static final String BAD_OPERAND =
      "the operand is misaligned, has reserved bits or a key id, or is out of range";
  private static final String UNKNOWN_LEAF = "the module does not know the leaf or its version";

  private TdxStatusCause() {}

  /** One sentence of a status that blames an operand; RAX has a story of its own. */
  public static String of(TdxStatus status, Optional<TdxOperand> operand) {
    if (status != TdxStatus.TDX_OPERAND_INVALID || operand.isEmpty()) {
      return of(status);
    }
    return operand.get() == TdxOperand.RAX ? UNKNOWN_LEAF : BAD_OPERAND;
  }

  /** One sentence; for a status without a story of its own, what its class has in common. */
  public static String of(TdxStatus status) {
    String own = forHosts(status);
    if (own.isEmpty()) {
      own = forMemory(status);
    }
    return own.isEmpty() ? ofClass(status.statusClass()) : own;
  }

  private static String forHosts(TdxStatus status) {
    return switch (status) {
      case TDX_SUCCESS -> "nothing is wrong; after TDH.VP.ENTER bits 31:0 are the VMX exit reason";
      case TDX_OPERAND_INVALID -> BAD_OPERAND + "; for RAX: " + UNKNOWN_LEAF;
      case TDX_OPERAND_ADDR_RANGE_ERROR ->
          "the page is in no TDMR, or its GiB has not been through TDH.SYS.TDMR.INIT";
      case TDX_OPERAND_BUSY ->
          "another logical processor, or a running vCPU, holds the lock: call again later";
      case TDX_PREVIOUS_TLB_EPOCH_BUSY ->
          "a vCPU has not left since the TRACK before: kick the vCPUs and call again";
      case TDX_SYS_BUSY -> "another SYS leaf is running: call again";
      case TDX_RND_NO_ENTROPY -> "RDSEED gave nothing: call again, as sc_retry does up to 10 times";
      case TDX_PAGE_METADATA_INCORRECT ->
          "the page has another type or owner in the PAMT: not freed, or not a TDR or TDVPR";
      case TDX_TD_ASSOCIATED_PAGES_EXIST ->
          "the TD still owns pages: reclaim every other page before its TDR";
      case TDX_SYS_NOT_READY -> "SYS.CONFIG or a SYS.KEY.CONFIG of some package is missing";
      case TDX_SYS_SHUTDOWN -> "TDH.SYS.SHUTDOWN has been called: only a module load helps";
      case TDX_SYS_LP_INIT_NOT_DONE -> "TDH.SYS.LP.INIT has not run on this logical processor";
      case TDX_SYS_CONFIG_NOT_PENDING ->
          "SYS.CONFIG before TDH.SYS.LP.INIT ran on every logical processor, or a second time";
      case TDX_TD_KEYS_NOT_CONFIGURED ->
          "KEY.CONFIG is missing on some package, or the TD is already blocked or in teardown";
      case TDX_TDCS_NOT_ALLOCATED -> "too few TDH.MNG.ADDCX: TDCS_BASE_SIZE says how many pages";
      case TDX_TDCX_NUM_INCORRECT ->
          "too few or too many control pages: TDVPS_BASE_SIZE says how many";
      case TDX_LIFECYCLE_STATE_INCORRECT ->
          "the order of teardown is VP.FLUSH, VPFLUSHDONE, CACHE.WB, KEY.FREEID, PAGE.RECLAIM";
      case TDX_OP_STATE_INCORRECT ->
          "the leaf is not allowed in the TD's state: before MNG.INIT, or after MR.FINALIZE";
      case TDX_NO_VCPUS -> "MR.FINALIZE before the first TDH.VP.INIT";
      case TDX_TD_NON_DEBUG -> "ATTRIBUTES.DEBUG is 0";
      case TDX_VCPU_STATE_INCORRECT -> "the vCPU is not initialized, already initialized, or dead";
      case TDX_VCPU_ASSOCIATED -> "TDH.VP.FLUSH it on the logical processor where it ran last";
      case TDX_VCPU_NOT_ASSOCIATED -> "the vCPU last ran elsewhere, or has been flushed: harmless";
      case TDX_FLUSHVP_NOT_DONE -> "some vCPU has not been through TDH.VP.FLUSH";
      case TDX_WBCACHE_NOT_COMPLETE -> "TDH.PHYMEM.CACHE.WB is missing on some package";
      case TDX_HKID_NOT_FREE -> "a TD has the key id, or its KEY.FREEID is missing";
      case TDX_SEAMCALL_VMFAILINVALID -> "no TDX module is loaded, or the P-SEAMLDR is busy";
      case TDX_SEAMCALL_UD -> "the CPU is not in VMX operation: KVM has not enabled it there";
      case TDX_SEAMCALL_GP -> "the CPU or firmware does not offer SEAM";
      default -> "";
    };
  }

  private static String forMemory(TdxStatus status) {
    return switch (status) {
      case TDX_EPT_WALK_FAILED ->
          "a secure EPT page is missing above the entry, or the walk met a larger page; RCX is the"
              + " entry it stopped at, RDX its level and state";
      case TDX_EPT_ENTRY_STATE_INCORRECT ->
          "the entry is in a state that this leaf refuses; RCX is the entry, RDX its level and state";
      case TDX_EPT_ENTRY_NOT_PRESENT -> "no page has been added at that address";
      case TDX_GPA_RANGE_NOT_BLOCKED -> "TDH.MEM.RANGE.BLOCK comes first";
      case TDX_GPA_RANGE_ALREADY_BLOCKED -> "the range was blocked before: nothing to do";
      case TDX_TLB_TRACKING_NOT_DONE ->
          "after RANGE.BLOCK: TDH.MEM.TRACK, and every vCPU must have left the TD since";
      case TDX_EPT_PAGE_NOT_FREE -> "the secure EPT page still has entries";
      case TDX_PAGE_ALREADY_ACCEPTED -> "the guest accepted the page before: a double accept";
      case TDX_PAGE_SIZE_MISMATCH -> "the page is mapped at another size: accept it at that level";
      case TDX_METADATA_FIELD_ID_INCORRECT ->
          "this module version has no such field, or the id has reserved or sequence bits";
      case TDX_METADATA_FIELD_NOT_READABLE ->
          "the field may not be read from this side, or only of a debug TD";
      case TDX_METADATA_FIELD_NOT_WRITABLE -> "the field's write mask has no bit of the mask given";
      case TDX_METADATA_FIELD_VALUE_NOT_VALID ->
          "a bit outside the write mask would change, or the field refuses the value";
      case TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT -> "the id was -1: RDX is the first field";
      case TDX_NO_VALID_VE_INFO -> "no #VE has happened since the last TDG.VP.VEINFO.GET";
      case TDX_NON_RECOVERABLE_VCPU -> "the guest had a triple fault";
      case TDX_NON_RECOVERABLE_TD -> "the TD met an exit that it cannot survive; destroy it";
      case TDX_INTERRUPTED_RESUMABLE -> "an interrupt came: call again with the registers returned";
      case TDX_INTERRUPTED_RESTARTABLE -> "an interrupt came: call again with the same registers";
      default -> "";
    };
  }

  private static String ofClass(TdxStatusClass statusClass) {
    return switch (statusClass) {
      case GENERAL -> "see the meaning";
      case INVALID_OPERAND -> "look at the operand that bits 31:0 name";
      case RESOURCE_BUSY -> "something is in use: call again later";
      case PAGE_METADATA -> "look at the page with TDH.PHYMEM.PAGE.RDMD";
      case DEPENDENT_RESOURCES -> "something still depends on what is to be freed";
      case MODULE_STATE ->
          "the module is not at the step of its initialization that the leaf needs";
      case TD_STATE -> "the TD is not at the step of its life that the leaf needs";
      case VCPU_STATE -> "the vCPU is not in the state that the leaf needs";
      case KEY_MANAGEMENT -> "the key id is not at the step of its life that the leaf needs";
      case PLATFORM -> "CPUID or an MSR differs from what the module requires or saw at boot";
      case TDMR_CONFIGURATION ->
          "byte 0 is the index of the TDMR, byte 1 the PAMT size or reserved area, byte 2 another TDMR";
      case SECURE_EPT -> "look at the entry in RCX and its level and state in RDX";
      case METADATA -> "look at the field id: the catalog of fields depends on the module version";
      case SERVICE_TD -> "the service TD and its binding do not fit";
      case MIGRATION -> "the migration stream is not where the leaf expects it";
      case ATTESTATION -> "the report was not made on this CPU, or was changed";
      case TD_PARTITIONING -> "it concerns an L2 VM inside the TD";
      case SOFTWARE -> "the instruction itself failed: no module gave this word";
    };
  }
}
