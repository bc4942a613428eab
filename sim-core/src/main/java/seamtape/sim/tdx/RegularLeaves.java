package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_TD_NOT_MIGRATABLE;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import seamtape.catalog.Seamcall;

/**
 * Leaves without behaviour here: migration and service TDs. They answer by their rows alone: the TD
 * and its state are checked, then the call is refused for its first buffer, R8.
 */
final class RegularLeaves {
  private final Operands operands;

  RegularLeaves(TdxModule module) {
    this.operands = new Operands(module);
  }

  void register(LeafTable table) {
    for (Seamcall leaf : Seamcall.values()) {
      if (!leaf.opStates().isEmpty() && !table.serves(leaf)) {
        table.add(leaf, (lp, regs) -> answer(leaf, regs));
      }
    }
  }

  private long answer(Seamcall leaf, long[] regs) {
    long bad = check(leaf, regs);
    if (bad != 0) {
      return bad;
    }
    boolean migratable = (operands.td.attributes() & Td.ATTRIBUTE_MIGRATABLE) != 0;
    return leaf == Seamcall.TDH_EXPORT_STATE_IMMUTABLE && !migratable
        ? TDX_TD_NOT_MIGRATABLE.value()
        : Operands.invalid(R8);
  }

  private long check(Seamcall leaf, long[] regs) {
    return switch (leaf) {
      case TDH_EXPORT_STATE_VP, TDH_IMPORT_STATE_VP -> operands.vcpu(leaf, regs[RCX], RCX, true);
      case TDH_EXPORT_PAUSE,
          TDH_IMPORT_ABORT,
          TDH_IMPORT_END,
          TDH_IMPORT_COMMIT,
          TDH_IMPORT_TRACK,
          TDH_IMPORT_STATE_IMMUTABLE,
          TDH_IMPORT_STATE_TD ->
          operands.td(leaf, regs[RCX], RCX, true);
      case TDH_EXPORT_BLOCKW,
          TDH_EXPORT_RESTORE,
          TDH_EXPORT_MEM,
          TDH_EXPORT_UNBLOCKW,
          TDH_IMPORT_MEM,
          TDH_MIG_STREAM_CREATE ->
          operands.td(leaf, regs[RDX], RDX, false);
      default -> operands.td(leaf, regs[RCX], RCX, false);
    };
  }
}
