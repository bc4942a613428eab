package seamtape.sim.tdx.guest;

import static seamtape.catalog.TdxStatus.TDX_NO_VALID_VE_INFO;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import java.util.Arrays;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxOperand;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.tdx.Metadata;
import seamtape.sim.tdx.Metadata.Caller;
import seamtape.sim.tdx.Metadata.Scope;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdVcpu;
import seamtape.sim.tdx.TdVcpu.VeInfo;
import seamtape.sim.tdx.TdxModule;

/** The leaves of TDCALL that the module serves itself; all but TDG.VP.VMCALL. */
final class TdcallLeaves {
  private final TdxModule module;
  private final TdVcpu vcpu;
  private final Td td;
  private final GuestOperands operands;
  private final ReportLeaves reports;
  private final AcceptLeaf accept;

  TdcallLeaves(TdxModule module, TdVcpu vcpu, TdBus bus) {
    this.module = module;
    this.vcpu = vcpu;
    this.td = vcpu.td;
    this.operands = new GuestOperands(vcpu, bus);
    this.reports = new ReportLeaves(module, vcpu, operands);
    this.accept = new AcceptLeaf(module, td, operands);
  }

  /** The data of the last TDG.MR.RTMR.EXTEND; zeros where it was refused. */
  long[] extension() {
    return reports.extension();
  }

  /**
   * Serves a leaf; registers change in place.
   *
   * @return NONE when it is finished, LEAVE when a page has to come first, or the exception that
   *     the guest has first
   */
  int serve(Tdcall row, long[] gpr) {
    operands.outcome = GuestBus.NONE;
    long status = status(row, gpr);
    if (operands.outcome == GuestBus.NONE) {
      gpr[RAX] = status;
    }
    return operands.outcome;
  }

  private long status(Tdcall row, long[] gpr) {
    long rax = gpr[RAX];
    boolean missing = row == Tdcall.TDCALL_UNKNOWN || newer(row);
    if (missing || rax >>> 24 != 0 || (rax >>> 16 & 0xff) > row.version()) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RAX);
    }
    return switch (row) {
      case TDG_VP_INFO -> information(gpr);
      case TDG_MR_RTMR_EXTEND -> reports.extendRtmr(gpr);
      case TDG_VP_VEINFO_GET -> veInfo(gpr);
      case TDG_MR_REPORT -> reports.report(gpr);
      case TDG_VP_CPUIDVE_SET -> cpuidVe(gpr);
      case TDG_MEM_PAGE_ACCEPT -> accept.serve(gpr[RCX]);
      case TDG_VM_RD -> read(Scope.TD, gpr);
      case TDG_VM_WR -> write(Scope.TD, gpr);
      case TDG_VP_RD -> read(Scope.VP, gpr);
      case TDG_VP_WR -> write(Scope.VP, gpr);
      case TDG_SYS_RD -> read(Scope.SYS, gpr);
      case TDG_SYS_RDALL -> readAll(gpr);
      case TDG_MR_VERIFYREPORT -> reports.verify(gpr);
      case TDG_VP_INVEPT -> gpr[RCX] == 0 ? 0 : TDX_OPERAND_INVALID.with(TdxOperand.RCX);
      // Without L2 VMs and bound TDs there is nothing that their first operand could name.
      default -> TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    };
  }

  private boolean newer(Tdcall row) {
    return row.since().equals("1.5") && !module.version().is15();
  }

  private long information(long[] gpr) {
    gpr[RCX] = td.gpaWidth();
    gpr[RDX] = td.attributes();
    gpr[R8] = td.numVcpus | (long) td.params.maxVcpus() << 32;
    gpr[R9] = vcpu.index;
    gpr[R10] = module.version().is15() ? 1 : 0;
    gpr[R11] = 0;
    return 0;
  }

  private long veInfo(long[] gpr) {
    VeInfo info = vcpu.veInfo;
    gpr[RCX] = 0;
    gpr[RDX] = 0;
    Arrays.fill(gpr, R8, R11, 0);
    if (!info.valid) {
      return TDX_NO_VALID_VE_INFO.value();
    }
    gpr[RCX] = info.exitReason;
    gpr[RDX] = info.exitQualification;
    gpr[R8] = info.gla;
    gpr[R9] = info.gpa;
    gpr[R10] = info.instructionLength | (long) info.instructionInfo << 32;
    info.valid = false;
    return 0;
  }

  private long cpuidVe(long[] gpr) {
    if (gpr[RCX] >>> 2 != 0) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    }
    vcpu.cpuidSupervisorVe = (gpr[RCX] & 1) != 0;
    vcpu.cpuidUserVe = (gpr[RCX] & 2) != 0;
    return 0;
  }

  private long read(Scope scope, long[] gpr) {
    Metadata metadata = module.metadata();
    long id = gpr[RDX];
    if (otherVm(scope, gpr)) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    }
    boolean tellsNext = scope != Scope.TD || (gpr[RAX] >>> 16 & 0xff) == 1;
    long status =
        tellsNext && id == Metadata.NULL_ID
            ? metadata.first(scope, Caller.GUEST)
            : metadata.read(scope, Caller.GUEST, td, vcpu, id);
    gpr[R8] = metadata.value();
    if (tellsNext) {
      gpr[RDX] = metadata.next();
    }
    return status;
  }

  /** RCX of TDG.VM.RD and WR is an L2 VM's index, and there are none. */
  private static boolean otherVm(Scope scope, long[] gpr) {
    return scope == Scope.TD && gpr[RCX] != 0;
  }

  private long write(Scope scope, long[] gpr) {
    if (otherVm(scope, gpr)) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    }
    Metadata metadata = module.metadata();
    long status = metadata.write(scope, Caller.GUEST, td, vcpu, gpr[RDX], gpr[R8], gpr[R9]);
    gpr[R8] = metadata.old();
    return status;
  }

  /** A list in a page: bytes used, sequences, then an id and a value for each field. */
  private long readAll(long[] gpr) {
    byte[] page = operands.page(gpr[RDX], 4096, RDX, true);
    if (page == null) {
      return operands.status;
    }
    Metadata metadata = module.metadata();
    long id = gpr[R8];
    if (id == Metadata.NULL_ID) {
      metadata.first(Scope.SYS, Caller.GUEST);
      id = metadata.next();
    }
    int at = 8;
    int sequences = 0;
    while (id != Metadata.NULL_ID && at + 16 <= page.length) {
      long bad = metadata.read(Scope.SYS, Caller.GUEST, td, vcpu, id);
      if (bad != 0) {
        return bad;
      }
      GuestOperands.store(page, at, id);
      GuestOperands.store(page, at + 8, metadata.value());
      at += 16;
      sequences++;
      id = metadata.next();
    }
    GuestOperands.store(page, 0, at | (long) sequences << 16);
    gpr[R8] = id;
    return 0;
  }
}
