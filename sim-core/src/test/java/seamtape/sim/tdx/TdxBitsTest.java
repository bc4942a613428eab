package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdOpState;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxMetadata;
import seamtape.catalog.TdxStatus;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.Fixture;

/** Every row of tdx-bits.csv, by the leaves that take the bit. */
class TdxBitsTest {
  private static final long FEATURES0 = 0x0a00_0003_0000_0008L;
  private static final long TD_CTLS = 0x1110_0003_0000_0017L;
  private static final long NOTIFY_ENABLES = 0x9110_0003_0000_0010L;
  private static final long VM_CTLS = 0x9110_0003_0000_0012L;
  private static final long L2_CTLS = 0xa020_0003_0000_0050L;
  private static final long ATTRIBUTES_AT = 0;
  private static final long XFAM_AT = 8;
  private static final long EPTP_AT = 24;
  private static final long CONFIG_FLAGS_AT = 32;

  private final TestTdx host = TestTdx.ready(TdxModuleVersion.V1_5_01);
  private final long tdr = host.createTd(TestTdx.KEY);

  private static List<Map<String, String>> group(String name) throws IOException {
    return Fixture.csv("tdx-bits.csv").stream().filter(r -> r.get("group").equals(name)).toList();
  }

  private static long bit(Map<String, String> row) {
    return 1L << Integer.parseInt(row.get("bit_or_field"));
  }

  /** What TDH.MNG.INIT answers to a value in TD_PARAMS; a TD that it made is made anew. */
  private String init(long offset, long value) {
    long params = host.params();
    byte[] page = host.memory.page(params);
    Bytes.put64(page, (int) offset, value);
    if (offset == CONFIG_FLAGS_AT && (value & Td.CONFIG_GPAW) != 0) {
      Bytes.put64(page, (int) EPTP_AT, 6 | 4 << 3);
    }
    String answer = TdxStatus.text(host.call(Seamcall.TDH_MNG_INIT, tdr, params));
    if (answer.equals("TDX_SUCCESS")) {
      host.module.td(tdr).opState = TdOpState.UNINITIALIZED;
    }
    host.memory.free(params);
    return answer.replace("TDX_", "");
  }

  @Test
  void attributes() throws IOException {
    for (Map<String, String> row : group("ATTRIBUTES")) {
      if (!row.get("bit_or_field").equals("mask")) {
        boolean may = row.get("rule_1.5.01").startsWith("may be");
        String expected = may ? "SUCCESS" : "OPERAND_INVALID(ATTRIBUTES)";
        assertEquals(expected, init(ATTRIBUTES_AT, bit(row)), row.get("name"));
      }
    }
    for (long with : new long[] {1, 1L << 63}) {
      assertEquals("OPERAND_INVALID(ATTRIBUTES)", init(ATTRIBUTES_AT, 1 << 29 | with));
    }
  }

  /** Bits 0 and 1 always; those that go together alone and together, with what they need. */
  @Test
  void xfam() throws IOException {
    for (Map<String, String> row : group("XFAM")) {
      if (row.get("bit_or_field").equals("mask")) {
        continue;
      }
      String rule = row.get("rule_1.5.01");
      String answer = init(XFAM_AT, rule.equals("must be 1") ? 3 & ~bit(row) : 3 | bit(row));
      String expected = rule.startsWith("free") ? "SUCCESS" : "OPERAND_INVALID(XFAM)";
      assertEquals(expected, answer, row.get("name") + ": " + rule);
    }
    assertEquals("OPERAND_INVALID(XFAM)", init(XFAM_AT, 3 | 7 << 5), "need bit 2");
    assertEquals("SUCCESS", init(XFAM_AT, 7 | 7 << 5));
    assertEquals("SUCCESS", init(XFAM_AT, 3 | 3 << 11));
    assertEquals("SUCCESS", init(XFAM_AT, 3 | 3 << 17));
  }

  @Test
  void configFlags() throws IOException {
    for (Map<String, String> row : group("CONFIG_FLAGS")) {
      if (!row.get("bit_or_field").equals("mask")) {
        boolean free = row.get("rule_1.5.01").startsWith("free");
        String expected = free ? "SUCCESS" : "OPERAND_INVALID(EXEC_CONTROLS)";
        assertEquals(expected, init(CONFIG_FLAGS_AT, bit(row)), row.get("name"));
      }
    }
  }

  @Test
  void masksThatTheModuleTells() throws IOException {
    for (Map<String, String> row : Fixture.csv("tdx-bits.csv")) {
      if (row.get("bit_or_field").equals("mask") && !row.get("name").contains(" ")) {
        host.must(Seamcall.TDH_SYS_RD, 0, TdxMetadata.named(row.get("name")).get(0).id());
        assertEquals(Long.parseUnsignedLong(row.get("rule_1.5.01").substring(2), 16), host.r8());
      }
    }
  }

  @Test
  void features() throws IOException {
    host.must(Seamcall.TDH_SYS_RD, 0, FEATURES0);
    long features = host.r8();
    for (Map<String, String> row : group("TDX_FEATURES0")) {
      assertEquals(
          Long.parseLong(row.get("rule_1.5.01")),
          features >>> Integer.parseInt(row.get("bit_or_field")) & 1,
          row.get("name"));
    }
  }

  /** Controls of a TD that runs: who may write a bit, and what the others are told. */
  @Test
  void controls() throws IOException {
    for (boolean flexible : new boolean[] {false, true}) {
      LongModeTd td =
          new LongModeTd(
              TdxModuleVersion.V1_5_01,
              params ->
                  Bytes.put64(
                      params, (int) CONFIG_FLAGS_AT, flexible ? Td.CONFIG_FLEXIBLE_PENDING_VE : 0));
      for (Map<String, String> row : group("TD_CTLS")) {
        String expected =
            bit(row) != 1 ? "FIELD_NOT_WRITABLE" : flexible ? "SUCCESS" : "FIELD_VALUE_NOT_VALID";
        assertEquals(expected, write(td, Tdcall.TDG_VM_WR, TD_CTLS, bit(row)), row.get("name"));
      }
      String notify =
          write(td, Tdcall.TDG_VM_WR, NOTIFY_ENABLES, bit(group("NOTIFY_ENABLES").get(0)));
      assertEquals("SUCCESS", notify);
      for (Map<String, String> row : group("L2_CTLS")) {
        assertEquals("SUCCESS", write(td, Tdcall.TDG_VP_WR, L2_CTLS, bit(row)), row.get("name"));
      }
      assertEquals("FIELD_NOT_WRITABLE", write(td, Tdcall.TDG_VM_WR, VM_CTLS, 1));
    }
    host.must(Seamcall.TDH_MNG_INIT, tdr, host.params());
    host.must(Seamcall.TDH_MNG_WR, tdr, VM_CTLS, bit(group("VM_CTLS").get(0)), 1);
  }

  private static String write(LongModeTd td, Tdcall leaf, long id, long bit) {
    String status = TdxStatus.text(td.tdcall(leaf.number(), 0, id, bit, bit));
    return status.replace("TDX_", "").replace("METADATA_", "");
  }

  /** Of a field id the parts that count, those that are passed over, and those that must be 0. */
  @Test
  void metadataFieldIds() throws IOException {
    host.must(Seamcall.TDH_MNG_INIT, tdr, host.params());
    long attributes = 0x1110_0003_0000_0000L;
    List<String> tried = new ArrayList<>();
    for (Map<String, String> row : group("MD_FIELD_ID")) {
      String rule = row.get("rule_1.5.01");
      for (int bit : bits(row.get("bit_or_field"))) {
        String status = TdxStatus.text(host.call(Seamcall.TDH_MNG_RD, tdr, attributes ^ 1L << bit));
        boolean passedOver = rule.startsWith("ignored") || rule.startsWith("not used");
        boolean mustBeZero = rule.startsWith("must be 0");
        if (passedOver || mustBeZero) {
          String expected = passedOver ? "TDX_SUCCESS" : "TDX_METADATA_FIELD_ID_INCORRECT";
          assertEquals(expected, status, row.get("name") + " bit " + bit);
          tried.add(row.get("name") + bit);
        }
      }
    }
    assertEquals(2 + 4 + 9 + 1 + 1 + 3 + 1 + 8 + 3 + 2, tried.size());
    host.must(Seamcall.TDH_MNG_RD, tdr, attributes);
    assertEquals(0, host.regs.get(Gpr.R8));
  }

  private static Set<Integer> bits(String field) {
    Set<Integer> bits = new TreeSet<>();
    for (String part : field.split(",")) {
      String[] ends = part.split(":");
      for (int bit = Integer.parseInt(ends[ends.length - 1]);
          bit <= Integer.parseInt(ends[0]);
          bit++) {
        bits.add(bit);
      }
    }
    return bits;
  }
}
