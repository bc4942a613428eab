package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_EPT_WALK_FAILED;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_ADDR_RANGE_ERROR;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_OP_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_PAGE_METADATA_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TDCS_NOT_ALLOCATED;
import static seamtape.catalog.TdxStatus.TDX_TD_FATAL;
import static seamtape.catalog.TdxStatus.TDX_TD_KEYS_NOT_CONFIGURED;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatus;

/** What a leaf on a TD checks first, in the order of behaviour.md, section 5. */
enum Rung {
  /** Reserved bits of the GPA. */
  MAPPING(TDX_OPERAND_INVALID),
  ALIGNMENT(TDX_OPERAND_INVALID),
  RANGE(TDX_OPERAND_ADDR_RANGE_ERROR),
  TYPE(TDX_PAGE_METADATA_INCORRECT),
  /** Of the TDR, or of the TDVPR where the leaf is a vCPU's. */
  LOCK(TDX_OPERAND_BUSY),
  FATAL(TDX_TD_FATAL),
  KEYS(TDX_TD_KEYS_NOT_CONFIGURED),
  CONTROL_PAGES(TDX_TDCS_NOT_ALLOCATED),
  TDCS_LOCK(TDX_OPERAND_BUSY),
  OP_STATE(TDX_OP_STATE_INCORRECT),
  TREE_LOCK(TDX_OPERAND_BUSY),
  WALK(TDX_EPT_WALK_FAILED);

  /** Leaves on a vCPU: TDVPR in RCX, of TDH.VP.ADDCX in RDX. */
  private static final Set<Seamcall> OF_A_VCPU =
      EnumSet.of(
          Seamcall.TDH_VP_ENTER,
          Seamcall.TDH_VP_ADDCX,
          Seamcall.TDH_VP_INIT,
          Seamcall.TDH_VP_FLUSH,
          Seamcall.TDH_VP_RD,
          Seamcall.TDH_VP_WR,
          Seamcall.TDH_EXPORT_STATE_VP,
          Seamcall.TDH_IMPORT_STATE_VP);

  private static final String TD_IN_RDX =
      "TDH_(MNG_ADDCX|VP_ADDCX|VP_CREATE|MEM_(?!TRACK).*|MR_EXTEND|MIG_STREAM_CREATE"
          + "|EXPORT_(BLOCKW|RESTORE|MEM|UNBLOCKW)|IMPORT_MEM)";

  /** Teardown looks at no key; a key is configured before there is anything else. */
  private static final Set<Seamcall> OF_THE_KEY =
      EnumSet.of(
          Seamcall.TDH_MNG_KEY_CONFIG, Seamcall.TDH_MNG_VPFLUSHDONE, Seamcall.TDH_MNG_KEY_FREEID);

  /** Behind what refuses all of migration they have no walk: RegularLeaves. */
  private static final String REFUSED_BEFORE_THE_WALK = "TDH_(EXPORT|IMPORT)_.*";

  final TdxStatus status;

  Rung(TdxStatus status) {
    this.status = status;
  }

  static boolean ofAVcpu(Seamcall leaf) {
    return OF_A_VCPU.contains(leaf);
  }

  static boolean tdInRdx(Seamcall leaf) {
    return leaf.name().matches(TD_IN_RDX);
  }

  /** Leaves that begin with a TD or a vCPU that exists. */
  static List<Seamcall> leaves() {
    return List.of(Seamcall.values()).stream()
        .filter(leaf -> !leaf.opStates().isEmpty() || OF_THE_KEY.contains(leaf))
        .toList();
  }

  /** The rungs of a leaf: those that its row lists. */
  static List<Rung> of(Seamcall leaf, StatusRows rows) {
    return List.of(values()).stream().filter(rung -> rung.appliesTo(leaf, rows)).toList();
  }

  private boolean appliesTo(Seamcall leaf, StatusRows rows) {
    return switch (this) {
      case MAPPING -> walks(leaf, rows);
      case LOCK -> true;
      case TDCS_LOCK -> rows.lists(leaf, "OPERAND_BUSY(TDCS)");
      case OP_STATE -> rows.lists(leaf, "OP_STATE_INCORRECT") && forbidden(leaf) != null;
      case TREE_LOCK -> rows.lists(leaf, "OPERAND_BUSY(SEPT)") && walks(leaf, rows);
      case WALK -> walks(leaf, rows);
      default -> rows.lists(leaf, status.name().substring("TDX_".length()));
    };
  }

  private static boolean walks(Seamcall leaf, StatusRows rows) {
    return rows.lists(leaf, "EPT_WALK_FAILED") && !leaf.name().matches(REFUSED_BEFORE_THE_WALK);
  }

  /** A state in which the leaf is refused; null when there is none. */
  static TdOpState forbidden(Seamcall leaf) {
    for (TdOpState state : TdOpState.values()) {
      if (!leaf.opStates().contains(state)) {
        return state;
      }
    }
    return null;
  }

  /** The word that a leaf answers with when this rung is the first that is broken. */
  long expected(Seamcall leaf) {
    TdxOperand operand = tdInRdx(leaf) ? TdxOperand.RDX : TdxOperand.RCX;
    return switch (this) {
      case MAPPING, WALK -> status.with(TdxOperand.RCX);
      case ALIGNMENT, RANGE, TYPE -> status.with(operand);
      case LOCK -> status.with(ofAVcpu(leaf) ? TdxOperand.TDVPR : TdxOperand.TDR);
      case TDCS_LOCK -> status.with(TdxOperand.TDCS);
      case TREE_LOCK -> status.with(TdxOperand.SEPT_TREE);
      default -> status.value();
    };
  }
}
