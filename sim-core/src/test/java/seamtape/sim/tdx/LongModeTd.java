package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HexFormat;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.machine.NestedCalls;
import seamtape.sim.guest.CpuState;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.tdx.guest.TdGuestRunner;

/** A TD whose vCPU is in 64-bit mode, and its guest code; entered by TDH.VP.ENTER. */
final class LongModeTd {
  static final String TDCALL = "660f01cc";
  static final String LOOP = "ebfe";
  static final long CODE = 0x1000;
  static final long DATA = 0x6000;
  static final long REPORT = 0x7000;
  static final long HANDLER = 0x1800;
  static final long ABSENT = 0x9000;
  static final long SHARED = 1L << 47;

  final TestTdx tdx;
  final long tdr;
  final TdVcpu vcpu;
  final long[] pages = new long[16];

  /** What the host's TSC shows; 5 while the TD is initialized. */
  long tsc = 5;

  LongModeTd(TdxModuleVersion version) {
    this(version, params -> {});
  }

  /**
   * @param edit changes TD_PARAMS before MNG.INIT takes them
   */
  LongModeTd(TdxModuleVersion version, java.util.function.Consumer<byte[]> edit) {
    TdGuestRunner runner = new TdGuestRunner(NestedCalls.NONE, () -> tsc);
    tdx = new TestTdx(version, runner);
    tdx.bringUp();
    tdr = tdx.createTd(TestTdx.KEY);
    long params = tdx.params();
    edit.accept(tdx.memory.page(params));
    tdx.must(Seamcall.TDH_MNG_INIT, tdr, params);
    tdx.sept(tdr, 0);
    for (int i = 1; i < 9; i++) {
      pages[i] = tdx.addPage(tdr, i * 0x1000L, 0);
    }
    vcpu = tdx.module.vcpu(tdx.vcpu(tdr));
    tdx.must(Seamcall.TDH_MR_FINALIZE, tdr);
    runner.budget(100);
    longMode();
  }

  /** 64-bit mode with the first 4 MiB mapped as they are; #VE goes to {@link #HANDLER}. */
  void longMode() {
    put(0x2000, 0x3000 | 3);
    put(0x3000, 0x4000 | 3);
    put(0x4000, 0x83);
    put(0x4008, SHARED | 0x20_0000 | 0x83);
    put(0x5000 + 8 * 8, 0x00af_9b00_0000_ffffL);
    put(0x5100 + 20 * 16, HANDLER & 0xffff | 0x40L << 16 | 0x8e00L << 32);
    CpuState cpu = vcpu.cpu;
    cpu.cr3 = 0x2000;
    cpu.cr4 |= 0x20;
    cpu.cr0 |= 1L << 31 | 1;
    cpu.efer |= CpuState.EFER_LMA | CpuState.EFER_LME;
    cpu.segments[CpuState.CS].l = true;
    cpu.segments[CpuState.CS].db = false;
    cpu.gdtBase = 0x5000;
    cpu.idtBase = 0x5100;
    cpu.idtLimit = 0xfff;
    cpu.gpr[CpuState.RSP] = 0x8ff0;
    cpu.rip = CODE;
  }

  void put(long gpa, long value) {
    Bytes.put64(tdx.memory.page(pages[(int) (gpa >>> 12)]), (int) gpa & 4095, value);
  }

  byte[] bytes(long gpa, int length) {
    int at = (int) gpa & 4095;
    return Arrays.copyOfRange(tdx.memory.page(pages[(int) (gpa >>> 12)]), at, at + length);
  }

  void code(long gpa, String hex) {
    byte[] code = HexFormat.of().parseHex(hex);
    System.arraycopy(
        code, 0, tdx.memory.page(pages[(int) (gpa >>> 12)]), (int) gpa & 4095, code.length);
  }

  /** Enters once; the exit reason. */
  int enter() {
    return (int) tdx.call(Seamcall.TDH_VP_ENTER, vcpu.tdvpr) & 0xffff;
  }

  /** A TDCALL of the guest that the module serves; RAX afterwards. */
  long tdcall(long rax, long rcx, long rdx, long r8, long r9) {
    code(CODE, TDCALL + LOOP);
    long[] gpr = vcpu.cpu.gpr;
    gpr[Gpr.RAX] = rax;
    gpr[Gpr.RCX] = rcx;
    gpr[Gpr.RDX] = rdx;
    gpr[Gpr.R8] = r8;
    gpr[Gpr.R9] = r9;
    vcpu.cpu.rip = CODE;
    assertEquals(1, enter(), "used up its instructions");
    assertEquals(CODE + 4, vcpu.cpu.rip);
    return gpr[Gpr.RAX];
  }

  long tdcall(Tdcall leaf, long rcx, long rdx, long r8) {
    return tdcall(leaf.number(), rcx, rdx, r8, 0);
  }

  long gpr(int register) {
    return vcpu.cpu.gpr[register];
  }
}
