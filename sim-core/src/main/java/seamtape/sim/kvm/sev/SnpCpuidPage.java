package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_INVALID_PARAM;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.SevStatus;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.CpuidEntry;

/**
 * A page of type CPUID, on which a guest relies instead of asking its host: a count, then up to 64
 * functions of 48 bytes (SNP firmware ABI 56860, chapter 8 "CPUID reporting"). What the CPU could
 * not say is corrected in the page, and the page refused; hypervisor leaves are not looked at.
 */
final class SnpCpuidPage {
  private static final int COUNT_MAX = 64;
  private static final int FIRST = 16;
  private static final int FUNCTION = 48;
  private static final int ECX_IN = 4;
  private static final int XCR0_IN = 8;
  private static final int XSS_IN = 16;
  private static final int OUT = 24;
  private static final int RESERVED = 40;

  /** Leaves 0 to 0xffff and 0x80000000 to 0x8000ffff. */
  private static final int RANGE = 0x7fff_0000;

  private final SnpCpuidRules rules;
  private final CpuModel cpu;

  SnpCpuidPage(CpuModel cpu) {
    this.cpu = cpu;
    this.rules = SnpCpuidRules.LOADED;
  }

  /**
   * Checks a page.
   *
   * @param bytes corrected where they are wrong
   */
  SevStatus check(byte[] bytes) {
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int count = page.getInt(0);
    if (count < 0 || count > COUNT_MAX) {
      return SEV_RET_INVALID_PARAM;
    }
    boolean good = true;
    for (int i = 0; i < count; i++) {
      int at = FIRST + i * FUNCTION;
      if ((page.getInt(at) & RANGE) == 0) {
        good &= page.getLong(at + RESERVED) == 0 & function(page, at);
      }
    }
    return good ? SEV_RET_SUCCESS : SEV_RET_INVALID_PARAM;
  }

  private boolean function(ByteBuffer page, int at) {
    int leaf = page.getInt(at);
    int subleaf = page.getInt(at + ECX_IN);
    CpuidEntry host = cpu.cpuid(leaf, subleaf);
    SnpCpuidRules.Row row = rules.row(leaf, subleaf);
    boolean good = true;
    for (int register = 0; register < 4; register++) {
      int field = at + OUT + 4 * register;
      int asked = page.getInt(field);
      long xcr0 = page.getLong(at + XCR0_IN);
      int allowed = row.allowed(register, asked, host, xcr0, page.getLong(at + XSS_IN));
      page.putInt(field, allowed);
      good &= asked == allowed;
    }
    return good;
  }
}
