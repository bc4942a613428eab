package seamtape.sim.tdx;

import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import seamtape.catalog.Seamcall;
import seamtape.sim.tdx.Metadata.Scope;

/** TDH.MNG.RD, WR and TDH.VP.RD, WR. */
final class MetadataLeaves {
  private final Metadata metadata;
  private final Operands operands;

  MetadataLeaves(TdxModule module) {
    this.metadata = module.metadata;
    this.operands = new Operands(module);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MNG_RD, this::readTd);
    table.add(Seamcall.TDH_MNG_WR, this::writeTd);
    table.add(Seamcall.TDH_VP_RD, this::readVcpu);
    table.add(Seamcall.TDH_VP_WR, this::writeVcpu);
  }

  private long readTd(int lp, long[] regs) {
    return read(Scope.TD, regs, operands.td(Seamcall.TDH_MNG_RD, regs[RCX], RCX, false));
  }

  private long readVcpu(int lp, long[] regs) {
    long bad = operands.vcpu(Seamcall.TDH_VP_RD, regs[RCX], RCX, false);
    return read(Scope.VP, regs, bad == 0 ? operands.complete() : bad);
  }

  private long read(Scope scope, long[] regs, long bad) {
    boolean tellsNext = TdxModule.leafVersion(regs) == 1;
    long id = regs[RDX];
    regs[R8] = 0;
    if (tellsNext) {
      regs[RDX] = Metadata.NULL_ID;
    }
    if (bad != 0) {
      return bad;
    }
    Metadata.Caller caller = Metadata.host(operands.td);
    TdVcpu vcpu = scope == Scope.VP ? operands.vcpu : null;
    long status =
        tellsNext && id == Metadata.NULL_ID
            ? metadata.first(scope, caller)
            : metadata.read(scope, caller, operands.td, vcpu, id);
    regs[R8] = metadata.value();
    if (tellsNext) {
      regs[RDX] = metadata.next();
    }
    return status;
  }

  private long writeTd(int lp, long[] regs) {
    return write(Scope.TD, regs, operands.td(Seamcall.TDH_MNG_WR, regs[RCX], RCX, false));
  }

  private long writeVcpu(int lp, long[] regs) {
    long bad = operands.vcpu(Seamcall.TDH_VP_WR, regs[RCX], RCX, false);
    return write(Scope.VP, regs, bad == 0 ? operands.complete() : bad);
  }

  private long write(Scope scope, long[] regs, long bad) {
    long data = regs[R8];
    regs[R8] = 0;
    if (bad != 0) {
      return bad;
    }
    TdVcpu vcpu = scope == Scope.VP ? operands.vcpu : null;
    Metadata.Caller caller = Metadata.host(operands.td);
    long status = metadata.write(scope, caller, operands.td, vcpu, regs[RDX], data, regs[R9]);
    regs[R8] = metadata.old();
    return status;
  }
}
