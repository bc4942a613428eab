package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_SYS_LP_INIT_NOT_DONE;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import java.util.List;
import seamtape.catalog.Seamcall;
import seamtape.sim.tdx.Metadata.Caller;
import seamtape.sim.tdx.Metadata.Scope;
import seamtape.sim.tdx.TdxPlatform.MemoryRange;

/** TDH.SYS.INFO, RD and RDALL: what the module says of itself. */
final class SysInfoLeaves {
  private static final int INFO_SIZE = 1024;
  private static final int CMRS = 32;
  private static final int LIST_HEADER = 8;

  /** A sequence of one field with one element: its id and the value. */
  private static final int SEQUENCE = 16;

  private final TdxModule module;
  private final SysLeaves sys;
  private final SysFields fields;
  private final Operands operands;

  SysInfoLeaves(TdxModule module, SysLeaves sys) {
    this.module = module;
    this.sys = sys;
    this.fields = new SysFields(module);
    this.operands = new Operands(module);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_SYS_INFO, this::info);
    table.add(Seamcall.TDH_SYS_RD, this::read);
    table.add(Seamcall.TDH_SYS_RDALL, this::readAll);
  }

  private long info(int lp, long[] regs) {
    if (!sys.lpInitialized(lp)) {
      return TDX_SYS_LP_INIT_NOT_DONE.value();
    }
    long bad = operands.shared(regs[RCX], INFO_SIZE, RCX);
    if (bad == 0 && Long.compareUnsigned(regs[RDX], INFO_SIZE) < 0) {
      bad = Operands.invalid(RDX);
    }
    if (bad == 0) {
      bad = operands.shared(regs[R8], 512, R8);
    }
    if (bad == 0 && Long.compareUnsigned(regs[R9], CMRS) < 0) {
      bad = Operands.invalid(R9);
    }
    if (bad != 0) {
      return bad;
    }
    writeInfo(operands.bytes(regs[RCX]), (int) regs[RCX] & 0xfff);
    writeCmrs(operands.bytes(regs[R8]), (int) regs[R8] & 0xfff);
    regs[RDX] = INFO_SIZE;
    regs[R9] = CMRS;
    return Leaf.SUCCESS;
  }

  private void writeInfo(byte[] page, int at) {
    java.util.Arrays.fill(page, at, at + INFO_SIZE, (byte) 0);
    Bytes.put32(page, at + 4, SysFields.VENDOR_INTEL);
    Bytes.put32(page, at + 8, module.version.buildDate());
    Bytes.put16(page, at + 12, 1);
    Bytes.put16(page, at + 14, module.version.minor());
    Bytes.put16(page, at + 16, module.version.major());
    page[at + 18] = (byte) (module.version.is15() ? 1 : 0);
    Bytes.put16(page, at + 32, SysLeaves.MAX_TDMRS);
    Bytes.put16(page, at + 34, TdmrConfig.MAX_RESERVED);
    Bytes.put16(page, at + 36, TdmrConfig.PAMT_ENTRY_SIZE);
    Bytes.put16(page, at + 48, SysFields.TDCS_BASE_SIZE);
    Bytes.put16(page, at + 52, SysFields.TDVPS_BASE_SIZE);
    Bytes.put64(page, at + 64, TdParamsReader.attributesFixed0(module.version));
    Bytes.put64(page, at + 80, TdParamsReader.xfamFixed0(module.cpu));
    Bytes.put64(page, at + 88, TdParamsReader.XFAM_FIXED1);
    List<CpuidRow> rows = CpuidRow.CONFIGURABLE;
    Bytes.put32(page, at + 128, rows.size());
    for (int i = 0; i < rows.size(); i++) {
      int entry = at + 132 + 24 * i;
      Bytes.put64(page, entry, SysFields.leafOf(rows.get(i)));
      for (int register = 0; register < 4; register++) {
        Bytes.put32(page, entry + 8 + 4 * register, fields.mask(rows.get(i), register));
      }
    }
  }

  private void writeCmrs(byte[] page, int at) {
    java.util.Arrays.fill(page, at, at + 16 * CMRS, (byte) 0);
    int entry = at;
    for (MemoryRange cmr : module.platform.cmrs()) {
      Bytes.put64(page, entry, cmr.base());
      Bytes.put64(page, entry + 8, cmr.size());
      entry += 16;
    }
  }

  private long read(int lp, long[] regs) {
    long id = regs[RDX];
    regs[R8] = 0;
    regs[RDX] = Metadata.NULL_ID;
    if (!sys.lpInitialized(lp)) {
      return TDX_SYS_LP_INIT_NOT_DONE.value();
    }
    Metadata metadata = module.metadata;
    long status =
        id == Metadata.NULL_ID
            ? metadata.first(Scope.SYS, Caller.HOST)
            : metadata.read(Scope.SYS, Caller.HOST, null, null, id);
    regs[R8] = metadata.value();
    regs[RDX] = metadata.next();
    return status;
  }

  /** Fills a page with {id, value} from a field on; the header counts bytes and entries. */
  private long readAll(int lp, long[] regs) {
    if (!sys.lpInitialized(lp)) {
      return TDX_SYS_LP_INIT_NOT_DONE.value();
    }
    long bad = operands.shared(regs[RDX], PhysicalMemory.PAGE_SIZE, RDX);
    if (bad != 0) {
      return bad;
    }
    Metadata metadata = module.metadata;
    long id = regs[R8];
    if (id == Metadata.NULL_ID) {
      metadata.first(Scope.SYS, Caller.HOST);
      id = metadata.next();
    }
    byte[] list = operands.bytes(regs[RDX]);
    int at = LIST_HEADER;
    while (id != Metadata.NULL_ID && at + SEQUENCE <= list.length) {
      bad = metadata.read(Scope.SYS, Caller.HOST, null, null, id);
      if (bad != 0) {
        return bad;
      }
      Bytes.put64(list, at, id);
      Bytes.put64(list, at + 8, metadata.value());
      at += SEQUENCE;
      id = metadata.next();
    }
    Bytes.put16(list, 0, at);
    Bytes.put16(list, 2, (at - LIST_HEADER) / SEQUENCE);
    Bytes.put32(list, 4, 0);
    regs[R8] = id;
    return Leaf.SUCCESS;
  }
}
