package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_ID_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_NOT_READABLE;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_NOT_WRITABLE;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIELD_VALUE_NOT_VALID;
import static seamtape.catalog.TdxStatus.TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
import static seamtape.catalog.TdxStatus.TDX_METADATA_WR_MASK_NOT_VALID;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_SYS_LP_INIT_NOT_DONE;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;

class MetadataTest {
  private static final long MAX_VCPUS_PER_TD = 0x9900_0001_0000_0008L;
  private static final long FEATURES0 = 0x0a00_0003_0000_0008L;
  private static final long TSC_MULTIPLIER = 0x1100_0000_0000_000bL;
  private static final long HP_LOCK_TIMEOUT = 0x9110_0003_0000_0011L;
  private static final long PEND_NMI = 0x2000_0000_0000_000bL;
  private static final long VP_RAX = 0x1020_0003_0000_0000L;

  private final TestTdx host = TestTdx.ready();

  @Test
  void sysRdWalksEveryReadableFieldOfTheTable() {
    assertStatus(
        TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT.value(), host.call(Seamcall.TDH_SYS_RD, 0, -1));
    Map<Long, Long> seen = new TreeMap<>();
    for (long id = host.rdx(); id != -1; id = host.rdx()) {
      host.must(Seamcall.TDH_SYS_RD, 0, id);
      assertEquals(null, seen.put(id, host.r8()), "field told twice");
    }
    int expected = 0;
    for (MetadataField field : MetadataField.of(Metadata.Scope.SYS, TdxModuleVersion.V1_5)) {
      expected += field.elements();
    }
    assertEquals(expected, seen.size());
    assertEquals(576, seen.get(MAX_VCPUS_PER_TD));
    assertEquals(0x1f_0fbfL, seen.get(FEATURES0));
  }

  @Test
  void module1501HasNeitherTheVcpuLimitNorFeatureBit20() {
    TestTdx older = TestTdx.ready(TdxModuleVersion.V1_5_01);
    assertStatus(
        TDX_METADATA_FIELD_ID_INCORRECT.value(),
        older.call(Seamcall.TDH_SYS_RD, 0, MAX_VCPUS_PER_TD));
    assertEquals(-1, older.rdx());
    older.must(Seamcall.TDH_SYS_RD, 0, FEATURES0);
    assertEquals(0, older.r8() >>> 20 & 1);
  }

  @Test
  void sysRdNeedsTheLogicalProcessorInitialized() {
    TestTdx fresh = new TestTdx(TdxModuleVersion.V1_5);
    assertStatus(TDX_SYS_LP_INIT_NOT_DONE.value(), fresh.call(Seamcall.TDH_SYS_RD, 0, FEATURES0));
    assertStatus(TDX_SYS_LP_INIT_NOT_DONE.value(), fresh.call(Seamcall.TDH_SYS_RDALL, 0, 0, -1));
    assertStatus(TDX_SYS_LP_INIT_NOT_DONE.value(), fresh.call(Seamcall.TDH_SYS_INFO));
  }

  @Test
  void sysRdallTellsWhatSysRdTells() {
    long list = host.page();
    TreeSet<Long> seen = new TreeSet<>();
    long from = -1;
    do {
      host.must(Seamcall.TDH_SYS_RDALL, 0, list, from);
      from = host.r8();
      byte[] page = host.memory.page(list);
      for (int at = 8; at < Bytes.u16(page, 0); at += 16) {
        assertTrue(seen.add(Bytes.u64(page, at)));
      }
    } while (from != -1);
    assertTrue(seen.contains(FEATURES0));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.RDX),
        host.call(Seamcall.TDH_SYS_RDALL, 0, list + 8, -1));
  }

  @Test
  void sysInfoWritesTdsysinfoAndTheCmrs() {
    long info = host.page();
    long cmrs = host.page();
    host.must(Seamcall.TDH_SYS_INFO, info, 1024, cmrs, 32);
    assertEquals(1024, host.rdx());
    byte[] page = host.memory.page(info);
    assertEquals(24576, Bytes.u16(page, 48), "tdcs_base_size");
    assertEquals(24576, Bytes.u16(page, 52), "tdvps_base_size");
    assertEquals(0x8000_0000_7000_0001L, Bytes.u64(page, 64), "attributes_fixed0");
    assertEquals(0x6dbe7, Bytes.u64(page, 80), "xfam_fixed0");
    assertEquals(12, Bytes.u32(page, 128), "num_cpuid_config");
    assertEquals(4L << 30, Bytes.u64(host.memory.page(cmrs), 16));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.R9),
        host.call(Seamcall.TDH_SYS_INFO, info, 1024, cmrs, 31));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.RDX),
        host.call(Seamcall.TDH_SYS_INFO, info, 1023, cmrs, 32));
  }

  /** tdx-bits.csv: MIGRATABLE came with 1.5, and so did TDH.SYS.RD. */
  @Test
  void module10OffersNoMigratableTds() {
    TestTdx older = TestTdx.ready(TdxModuleVersion.V1_0);
    long info = older.page();
    older.must(Seamcall.TDH_SYS_INFO, info, 1024, older.page(), 32);
    assertEquals(0x8000_0000_5000_0001L, Bytes.u64(older.memory.page(info), 64));
    assertEquals(0, older.memory.page(info)[18], "sys_rd");
  }

  @Test
  void mngRdTellsTheTdAndOnlyVersion1TheNextField() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.must(Seamcall.TDH_MNG_RD, tdr, TSC_MULTIPLIER);
    assertEquals(1L << 48, host.r8(), "2 GHz of 2 GHz");
    assertEquals(TSC_MULTIPLIER, host.rdx());
    host.mustVersion(Seamcall.TDH_MNG_RD, 1, tdr, 0x1110_0003_0000_000aL);
    assertEquals(0x1110_0003_0000_000bL, host.rdx());
    assertStatus(
        TDX_METADATA_FIELD_NOT_READABLE.value(),
        host.call(Seamcall.TDH_MNG_RD, tdr, 0x1310_0003_0000_0040L));
    assertEquals(0, host.r8());
    assertStatus(
        TDX_METADATA_FIELD_ID_INCORRECT.value(),
        host.call(Seamcall.TDH_MNG_RD, tdr, 0x3f00_0000_0000_0000L));
  }

  @Test
  void cpuidValuesAreReadByLeafAndSubleaf() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.must(Seamcall.TDH_MNG_RD, tdr, 0x9410_0003_0000_0000L | 0x21 << 9 | 1);
    assertEquals(0x5844_546c_2020_2020L, host.r8(), "leaf 0x21: ecx, edx of IntelTDX");
    assertStatus(
        TDX_METADATA_FIELD_NOT_READABLE.value(),
        host.call(Seamcall.TDH_MNG_RD, tdr, 0x9410_0003_0000_0000L | 6 << 9 | 0x1fe));
    assertStatus(
        TDX_METADATA_FIELD_ID_INCORRECT.value(),
        host.call(Seamcall.TDH_MNG_RD, tdr, 0x9410_0003_0000_0000L | 2 << 9 | 0x1fe));
  }

  @Test
  void aWalkOverTheTdEndsAndNeverShowsAFieldThatTheHostMayNotRead() {
    long tdr = host.initializedTd(TestTdx.KEY);
    assertStatus(
        TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT.value(),
        host.callVersion(Seamcall.TDH_MNG_RD, 1, tdr, -1));
    int count = 0;
    for (long id = host.rdx(); id != -1; id = host.rdx()) {
      host.mustVersion(Seamcall.TDH_MNG_RD, 1, tdr, id);
      count++;
    }
    assertTrue(count > 200, "fields: " + count);
  }

  @Test
  void mngWrChecksMaskAndValue() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.must(Seamcall.TDH_MNG_WR, tdr, HP_LOCK_TIMEOUT, 1_000_000, -1);
    host.must(Seamcall.TDH_MNG_WR, tdr, HP_LOCK_TIMEOUT, 2_000_000, -1);
    assertEquals(1_000_000, host.r8());
    assertStatus(
        TDX_METADATA_WR_MASK_NOT_VALID.value(),
        host.call(Seamcall.TDH_MNG_WR, tdr, HP_LOCK_TIMEOUT, 2_000_000, 0xffff));
    assertStatus(
        TDX_METADATA_FIELD_VALUE_NOT_VALID.value(),
        host.call(Seamcall.TDH_MNG_WR, tdr, HP_LOCK_TIMEOUT, 1, -1));
    assertStatus(
        TDX_METADATA_FIELD_NOT_WRITABLE.value(),
        host.call(Seamcall.TDH_MNG_WR, tdr, TSC_MULTIPLIER, 1, -1));
  }

  @Test
  void vpWrSetsTheNmiAndVpRdShowsRegistersOnlyOfADebugTd() {
    long tdvpr = host.vcpu(host.initializedTd(TestTdx.KEY));
    host.must(Seamcall.TDH_VP_WR, tdvpr, PEND_NMI, 1, 1);
    assertTrue(host.module.vcpu(tdvpr).pendNmi);
    host.must(Seamcall.TDH_VP_RD, tdvpr, PEND_NMI);
    assertEquals(1, host.r8());
    assertStatus(
        TDX_METADATA_FIELD_NOT_READABLE.value(), host.call(Seamcall.TDH_VP_RD, tdvpr, VP_RAX));

    long debug = host.vcpu(host.initializedTd(TestTdx.KEY + 1, Td.ATTRIBUTE_DEBUG));
    host.must(Seamcall.TDH_VP_WR, debug, VP_RAX, 77, -1);
    host.must(Seamcall.TDH_VP_RD, debug, VP_RAX);
    assertEquals(77, host.r8());
  }

  /**
   * What the host of a TD that is debugged sees of its inside is the state that the TD runs with.
   */
  @Test
  void aDebuggedTdShowsWhatItIsMadeOf() {
    long tdr = host.initializedTd(TestTdx.KEY, Td.ATTRIBUTE_DEBUG);
    long tdvpr = host.vcpu(tdr);
    host.sept(tdr, 0);
    host.must(Seamcall.TDH_MNG_RD, tdr, 0x2110_0003_0000_0000L);
    assertEquals(host.module.td(tdr).sept.root().entries[0] & 0xffff_ffff_f000L, host.r8() & -4096);
    host.must(Seamcall.TDH_MNG_RD, tdr, 0x9110_0000_0000_0080L);
    assertEquals(1, host.r8(), "CPUID_VALID of the first value");
    host.must(Seamcall.TDH_MNG_RD, tdr, 0x9610_0003_0000_010aL);
    assertEquals(0x0d10_e17b, host.r8(), "VIRTUAL_IA32_ARCH_CAPABILITIES");
    TdVcpu vcpu = host.module.vcpu(tdvpr);
    vcpu.veInfo.instructionLength = 3;
    vcpu.veInfo.instructionInfo = -2;
    host.must(Seamcall.TDH_VP_RD, tdvpr, 0x8220_0002_0000_0010L);
    assertEquals(3, host.r8(), "INSTRUCTION_LENGTH");
    host.must(Seamcall.TDH_VP_RD, tdvpr, 0x8220_0002_0000_0011L);
    assertEquals(0xffff_fffeL, host.r8(), "INSTRUCTION_INFORMATION");
    host.must(Seamcall.TDH_VP_RD, tdvpr, 0x2032);
    assertEquals(1L << 48, host.r8(), "the TSC multiplier of the VMCS is the TD's");
    host.must(Seamcall.TDH_VP_WR, tdvpr, 0x2020_0003_0000_000cL, 3, -1);
    assertEquals(3, vcpu.xfam, "XFAM of the vCPU: XSETBV is held against it");
  }

  @Test
  void vpWrTakesTheSharedEptRoot() {
    long tdvpr = host.vcpu(host.initializedTd(TestTdx.KEY));
    host.must(Seamcall.TDH_VP_WR, tdvpr, 0x203c, 0x12_3000, 0xf_ffff_ffff_f000L & 0xfffffffff000L);
    assertEquals(0x12_3000, host.module.vcpu(tdvpr).sharedEptp());
  }
}
