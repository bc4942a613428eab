package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_NOT_PRESENT;
import static seamtape.catalog.TdxStatus.TDX_EPT_WALK_FAILED;
import static seamtape.catalog.TdxStatus.TDX_NO_VCPUS;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;

/** MRTD and RTMR against a computation that knows the rules of tdvf.md, section 4, alone. */
class MeasurementTest {
  private final TestTdx host = TestTdx.ready();
  private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

  private void record(String name, long gpa) {
    ByteBuffer block = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    block.put(name.getBytes(StandardCharsets.US_ASCII));
    block.putLong(16, gpa);
    stream.writeBytes(block.array());
  }

  @Test
  void mrtdIsSha384OverARecordPerPageAddAndPerExtendWithItsBytes() throws Exception {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.vcpu(tdr);
    host.sept(tdr, 0);
    for (int page = 0; page < 3; page++) {
      long gpa = page * 4096L;
      host.addPage(tdr, gpa, page + 1);
      record("MEM.PAGE.ADD", gpa);
      for (int chunk = 0; page != 1 && chunk < 16; chunk++) {
        host.must(Seamcall.TDH_MR_EXTEND, gpa + 256 * chunk, tdr);
        record("MR.EXTEND", gpa + 256 * chunk);
        byte[] bytes = new byte[256];
        java.util.Arrays.fill(bytes, (byte) (page + 1));
        stream.writeBytes(bytes);
      }
    }
    assertArrayEquals(new byte[48], host.module.td(tdr).measurement.mrtd(), "before MR.FINALIZE");
    host.must(Seamcall.TDH_MR_FINALIZE, tdr);
    byte[] expected = MessageDigest.getInstance("SHA-384").digest(stream.toByteArray());
    assertArrayEquals(expected, host.module.td(tdr).measurement.mrtd());
    host.must(Seamcall.TDH_MNG_RD, tdr, 0x1310_0003_0000_0001L);
    assertEquals(ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).getLong(8), host.r8());
  }

  @Test
  void anRtmrIsExtendedAsSha384OfOldAndData() throws Exception {
    Measurement measurement = new Measurement();
    byte[] data = new byte[60];
    data[12] = 7;
    measurement.extendRtmr(2, data, 12);
    MessageDigest digest = MessageDigest.getInstance("SHA-384");
    digest.update(new byte[48]);
    digest.update(data, 12, 48);
    assertArrayEquals(digest.digest(), measurement.rtmr(2));
    assertArrayEquals(new byte[48], measurement.rtmr(1));
  }

  @Test
  void aTdreportHashesItsPartsAndOnlyTheSameCpuVerifiesItsMac() throws Exception {
    long tdr = host.runnableTd(TestTdx.KEY);
    byte[] data = new byte[64];
    data[3] = 9;
    Td td = host.module.td(tdr);
    TdReport reports = host.module.reports();
    byte[] report = reports.of(td, data, 0);
    assertEquals((byte) 0x81, report[0]);
    assertArrayEquals(data, java.util.Arrays.copyOfRange(report, 128, 192));
    assertArrayEquals(td.measurement.mrtd(), java.util.Arrays.copyOfRange(report, 528, 576));
    MessageDigest digest = MessageDigest.getInstance("SHA-384");
    digest.update(report, 512, 512);
    assertArrayEquals(digest.digest(), java.util.Arrays.copyOfRange(report, 80, 128));
    assertEquals(0x301ff, Bytes.u64(report, 256), "valid fields of 1.5");
    assertTrue(reports.macIsRight(report, 0) && reports.cpuSvnIsRight(report, 0));
    assertFalse(new TdReport(TdxModuleVersion.V1_5, 2).macIsRight(report, 0));
    report[128]++;
    assertFalse(reports.macIsRight(report, 0));
  }

  @Test
  void mrExtendNeedsAnAddedPageAndAChunkOf256Bytes() {
    long tdr = host.initializedTd(TestTdx.KEY);
    assertStatus(
        TDX_EPT_WALK_FAILED.with(TdxOperand.RCX), host.call(Seamcall.TDH_MR_EXTEND, 0, tdr));
    assertEquals(3, host.rdx(), "the walk stops at a free entry of the root");
    host.sept(tdr, 0);
    assertStatus(
        TDX_EPT_ENTRY_NOT_PRESENT.with(TdxOperand.RCX), host.call(Seamcall.TDH_MR_EXTEND, 0, tdr));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.RCX), host.call(Seamcall.TDH_MR_EXTEND, 128, tdr));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.RCX), host.call(Seamcall.TDH_MR_EXTEND, 1L << 47, tdr));
  }

  @Test
  void mrFinalizeNeedsAVcpu() {
    long tdr = host.initializedTd(TestTdx.KEY);
    assertStatus(TDX_NO_VCPUS.value(), host.call(Seamcall.TDH_MR_FINALIZE, tdr));
  }
}
