package seamtape.catalog;

import java.util.Optional;

/** Operand ids of the TDX module: bits 31:0 of a status that blames an operand. */
public enum TdxOperand {
  RAX(0),
  RCX(1),
  RDX(2),
  RBX(3),
  RBP(5),
  RSI(6),
  RDI(7),
  R8(8),
  R9(9),
  R10(10),
  R11(11),
  R12(12),
  R13(13),
  R14(14),
  R15(15),
  ATTRIBUTES(64),
  XFAM(65),
  EXEC_CONTROLS(66),
  EPTP_CONTROLS(67),
  MAX_VCPUS(68),
  CPUID_CONFIG(69),
  TSC_FREQUENCY(70),
  NUM_L2_VMS(71),
  IA32_ARCH_CAPABILITIES_CONFIG(72),
  PAGE(95),
  TDMR_INFO_PA(96),
  GPA_LIST_ENTRY(97),
  MIG_BUFF_LIST_ENTRY(98),
  NEW_PAGE_LIST_ENTRY(99),
  TDR(128),
  TDCX(129),
  TDVPR(130),
  REG_PAGE(132),
  TDCS(144),
  TDVPS(145),
  SEPT_TREE(146),
  SEPT_ENTRY(147),
  RTMR(168),
  TD_EPOCH(169),
  L2_VAPIC_GPA(170),
  MIGSC(171),
  OP_STATE(172),
  MIG(173),
  SERVTD_BINDINGS(174),
  METADATA_FIELD(176),
  SYS(184),
  TDMR(185),
  KOT(186),
  KET(187),
  WBCACHE(188);

  private final int id;

  TdxOperand(int id) {
    this.id = id;
  }

  public int id() {
    return id;
  }

  public static Optional<TdxOperand> byId(int id) {
    for (TdxOperand operand : values()) {
      if (operand.id == id) {
        return Optional.of(operand);
      }
    }
    return Optional.empty();
  }

  /** The name, or {@code ?(321)} for an id without one. */
  public static String text(int id) {
    return byId(id).map(Enum::name).orElse("?(" + Integer.toUnsignedString(id) + ")");
  }
}
