package seamtape.sim.tdx.guest;

import static seamtape.catalog.TdxStatus.TDX_INVALID_CPUSVN;
import static seamtape.catalog.TdxStatus.TDX_INVALID_REPORTMACSTRUCT;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.TdxOperand;
import seamtape.sim.tdx.Measurement;
import seamtape.sim.tdx.TdReport;
import seamtape.sim.tdx.TdVcpu;
import seamtape.sim.tdx.TdxModule;

/** TDG.MR.*: run-time measurement and reports. */
final class ReportLeaves {
  private static final int PAGE_OFFSET = 4095;
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final TdVcpu vcpu;
  private final GuestOperands operands;
  private final TdReport report;
  private final long[] extension = new long[6];

  ReportLeaves(TdxModule module, TdVcpu vcpu, GuestOperands operands) {
    this.vcpu = vcpu;
    this.operands = operands;
    this.report = module.reports();
  }

  /** The data of the last RTMR.EXTEND, six little-endian words; zeros where it was refused. */
  long[] extension() {
    return extension;
  }

  long extendRtmr(long[] gpr) {
    Arrays.fill(extension, 0);
    byte[] data = operands.page(gpr[RCX], 64, RCX, false);
    if (data == null) {
      return operands.status;
    }
    if (Long.compareUnsigned(gpr[RDX], Measurement.RTMRS) >= 0) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RDX);
    }
    if (vcpu.td.rtmrLock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.RTMR);
    }
    int offset = (int) gpr[RCX] & PAGE_OFFSET;
    vcpu.td.measurement.extendRtmr((int) gpr[RDX], data, offset);
    for (int i = 0; i < extension.length; i++) {
      extension[i] = (long) WORDS.get(data, offset + i * Long.BYTES);
    }
    return 0;
  }

  long report(long[] gpr) {
    if ((gpr[RCX] & 1023) != 0 || !operands.exists(gpr[RCX])) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    }
    byte[] data = operands.buffer(gpr[RDX], TdReport.DATA_SIZE, RDX, false);
    if (data == null) {
      return operands.status;
    }
    if (gpr[R8] != 0) {
      return TDX_OPERAND_INVALID.with(TdxOperand.R8);
    }
    if (vcpu.td.rtmrLock.busyShared()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.RTMR);
    }
    byte[] target = operands.buffer(gpr[RCX], TdReport.SIZE, RCX, true);
    if (target == null) {
      return operands.status;
    }
    byte[] made = report.of(vcpu.td, data, (int) gpr[RDX] & PAGE_OFFSET);
    System.arraycopy(made, 0, target, (int) gpr[RCX] & PAGE_OFFSET, made.length);
    return 0;
  }

  long verify(long[] gpr) {
    byte[] page = operands.buffer(gpr[RCX], TdReport.MAC_STRUCT_SIZE, RCX, false);
    if (page == null) {
      return operands.status;
    }
    int offset = (int) gpr[RCX] & PAGE_OFFSET;
    if (!report.cpuSvnIsRight(page, offset)) {
      return TDX_INVALID_CPUSVN.value();
    }
    return report.macIsRight(page, offset) ? 0 : TDX_INVALID_REPORTMACSTRUCT.value();
  }
}
