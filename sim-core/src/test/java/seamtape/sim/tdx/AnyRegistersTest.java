package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.marshal.Gpr;

/** Whatever stands in the registers of a SEAMCALL or TDCALL, the answer is one of the tables. */
final class AnyRegistersTest {
  private static final int CALLS = Boolean.getBoolean("seamtape.soak") ? 1_000_000 : 60_000;
  private static final int TDCALLS = CALLS / 6;
  private static final int UP = 3;
  private static final int EXIT_TDCALL = 77;
  private static final int EXIT_EPT_VIOLATION = 48;

  private final Random random = new Random(20261128);

  /** A register: small, all ones, near a power of two, an address that means something, or any. */
  private long value(long... known) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(9) - 1;
      case 1 -> (1L << random.nextInt(64)) - random.nextInt(3);
      case 2 -> random.nextLong();
      case 3 -> random.nextInt(1 << 20) << 12 | random.nextInt(6);
      default -> known[random.nextInt(known.length)] + (random.nextInt(8) == 0 ? 8 : 0);
    };
  }

  private long rax(int leaves) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt(leaves) | 1L << (16 + random.nextInt(48));
      case 2 -> random.nextInt(leaves) | (long) random.nextInt(3) << 16;
      default -> random.nextInt(leaves);
    };
  }

  @ParameterizedTest
  @EnumSource(TdxModuleVersion.class)
  void ofASeamcallAreAnsweredWithinItsRow(TdxModuleVersion version) throws IOException {
    StatusRows rows = new StatusRows();
    TestTdx host = new TestTdx(version);
    long tdr = 0;
    long tdvpr = 0;
    for (int i = 0; i < CALLS; i++) {
      if (i == CALLS / UP && version != TdxModuleVersion.NONE) {
        host = TestTdx.ready(version);
        tdr = host.runnableTd(TestTdx.KEY);
        tdvpr = host.module.td(tdr).vcpus().get(0).tdvpr;
      }
      long rax = rax(80);
      for (int register = 0; register < host.regs.gpr.length; register++) {
        host.regs.set(register, value(tdr, tdvpr, 0x10_0000, -1));
      }
      host.regs.set(Gpr.RAX, rax);
      host.lp = random.nextInt(host.module.platform().lps());
      host.module.seamcall(host.lp, host.regs);
      answered(rows, version, rax, host.regs.get(Gpr.RAX));
    }
  }

  private static void answered(StatusRows rows, TdxModuleVersion version, long rax, long status) {
    String what = Long.toHexString(rax) + ": " + TdxStatus.text(status);
    if (version == TdxModuleVersion.NONE || rax < 0) {
      assertEquals(TdxStatus.TDX_SEAMCALL_VMFAILINVALID.value(), status, what);
      return;
    }
    int leaf = (int) rax & 0xffff;
    boolean exit = leaf == Seamcall.TDH_VP_ENTER.number() && status == 1;
    // SYS.LP.SHUTDOWN leaves VMX operation: the next SEAMCALL is #UD.
    boolean ud = status == TdxStatus.TDX_SEAMCALL_UD.value();
    assertTrue(exit || ud || rows.allows(leaf, status), what);
  }

  @Test
  void ofATdcallAreAnsweredWithinItsRowOrLeaveTheTd() throws IOException {
    LongModeTd td = new LongModeTd(TdxModuleVersion.V1_5);
    for (int i = 0; i < TDCALLS; i++) {
      td.code(LongModeTd.CODE, LongModeTd.TDCALL + LongModeTd.LOOP);
      td.longMode();
      long[] gpr = td.vcpu.cpu.gpr;
      for (int register = 0; register < gpr.length; register++) {
        gpr[register] = value(LongModeTd.DATA, LongModeTd.REPORT, LongModeTd.SHARED, -1);
      }
      long rax = rax(33);
      gpr[Gpr.RAX] = rax;
      int reason = td.enter();
      Tdcall leaf = Tdcall.of(rax);
      String what = leaf + " " + Long.toHexString(rax) + ": " + TdxStatus.text(gpr[Gpr.RAX]);
      boolean left = reason == EXIT_TDCALL || reason == EXIT_EPT_VIOLATION;
      assertTrue(left || reason == 1, what + ", exit " + reason);
      if (!left) {
        assertTrue(TdcallRows.allows(leaf, gpr[Gpr.RAX]), what);
      }
    }
  }
}
