package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.Fixture;

/**
 * Every row of tdx-metadata.csv, for each of those who may ask: read and written through the leaves
 * as its masks say, and what is written is what is read then.
 */
class MetadataTableTest {
  private static final String ID_INCORRECT = "TDX_METADATA_FIELD_ID_INCORRECT";
  private static final String NOT_READABLE = "TDX_METADATA_FIELD_NOT_READABLE";
  private static final String NOT_WRITABLE = "TDX_METADATA_FIELD_NOT_WRITABLE";
  private static final String SUCCESS = "TDX_SUCCESS";

  /** Field code of leaf 0, which has no subleaves. */
  private static final long LEAF_0 = 0x1fe;

  /** Written otherwise than bit by bit; MetadataTest has their rules. */
  private static final Set<String> RULES_OF_THEIR_OWN = Set.of("HP_LOCK_TIMEOUT");

  /** A field of the table. */
  private record Row(
      String scope, String name, long id, int bytes, int elements, Map<String, String> cells) {
    long mask(String column) {
      String cell = cells.get(column);
      return cell.isEmpty() ? 0 : Long.parseUnsignedLong(cell.substring(2), 16);
    }

    long last() {
      return id + elements - 1;
    }

    /** That module's table has it. */
    boolean in(TdxModuleVersion version) {
      String since = cells.get("module_since");
      return since.startsWith("newer")
          ? version == TdxModuleVersion.V1_5
          : version.is15() || since.startsWith("1.0");
    }
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Map<String, String> cells : Fixture.csv("tdx-metadata.csv")) {
      int elements =
          Integer.parseInt(cells.get("fields")) * Integer.parseInt(cells.get("elements_per_field"));
      rows.add(
          new Row(
              cells.get("scope").split(" ")[0],
              cells.get("name"),
              Long.parseUnsignedLong(cells.get("field_id").substring(2), 16)
                  | (cells.get("name").equals("CPUID_VALUES") ? LEAF_0 : 0),
              Integer.parseInt(cells.get("element_bytes")),
              cells.get("name").equals("CPUID_VALUES") ? 1 : elements,
              cells));
    }
    return rows;
  }

  /** Who asks: reads and writes one element; R8 is the value, or the old one. */
  private interface Asker {
    String read(Row row, long id);

    String write(Row row, long id, long value, long mask);

    long r8();
  }

  private static final class Host implements Asker {
    private final TestTdx host;
    private final long tdr;
    private final long tdvpr;

    Host(TestTdx host, int key, long attributes) {
      this.host = host;
      tdr = host.initializedTd(key, attributes);
      tdvpr = host.vcpu(tdr);
    }

    @Override
    public String read(Row row, long id) {
      return TdxStatus.text(
          switch (row.scope) {
            case "SYS" -> host.call(Seamcall.TDH_SYS_RD, 0, id);
            case "TD" -> host.call(Seamcall.TDH_MNG_RD, tdr, id);
            default -> host.call(Seamcall.TDH_VP_RD, tdvpr, id);
          });
    }

    @Override
    public String write(Row row, long id, long value, long mask) {
      return TdxStatus.text(
          row.scope.equals("TD")
              ? host.call(Seamcall.TDH_MNG_WR, tdr, id, value, mask)
              : host.call(Seamcall.TDH_VP_WR, tdvpr, id, value, mask));
    }

    @Override
    public long r8() {
      return host.r8();
    }
  }

  private static final class Guest implements Asker {
    private final LongModeTd td = new LongModeTd(TdxModuleVersion.V1_5, this::flexible);

    /** CONFIG_FLAGS.FLEXIBLE_PENDING_VE: TD_CTLS bit 0 is the guest's to write. */
    private void flexible(byte[] params) {
      Bytes.put64(params, 32, Td.CONFIG_FLEXIBLE_PENDING_VE);
    }

    @Override
    public String read(Row row, long id) {
      Tdcall leaf =
          switch (row.scope) {
            case "SYS" -> Tdcall.TDG_SYS_RD;
            case "TD" -> Tdcall.TDG_VM_RD;
            default -> Tdcall.TDG_VP_RD;
          };
      return TdxStatus.text(td.tdcall(leaf, 0, id, 0));
    }

    @Override
    public String write(Row row, long id, long value, long mask) {
      Tdcall leaf = row.scope.equals("TD") ? Tdcall.TDG_VM_WR : Tdcall.TDG_VP_WR;
      return TdxStatus.text(td.tdcall(leaf.number(), 0, id, value, mask));
    }

    @Override
    public long r8() {
      return td.gpr(Gpr.R8);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TdxModuleVersion.class,
      names = {"V1_0", "V1_5_01", "V1_5"})
  void theHostReadsAndWritesWhatTheMasksOfEachRowAllow(TdxModuleVersion version)
      throws IOException {
    TestTdx host = TestTdx.ready(version);
    check(version, new Host(host, TestTdx.KEY, 0), "host");
    check(version, new Host(host, TestTdx.KEY + 1, Td.ATTRIBUTE_DEBUG), "debug_td_host");
  }

  @Test
  void theGuestReadsAndWritesWhatTheMasksOfEachRowAllow() throws IOException {
    check(TdxModuleVersion.V1_5, new Guest(), "guest");
  }

  private static void check(TdxModuleVersion version, Asker asker, String who) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Row row : rows()) {
      boolean sys = row.scope.equals("SYS");
      if (sys && !version.is15()) {
        continue;
      }
      String why = who + " " + row.name;
      long readable = row.mask((sys && !who.equals("guest") ? "host" : who) + "_rd_mask");
      long writable = row.mask(who + "_wr_mask");
      for (long id : row.elements == 1 ? new long[] {row.id} : new long[] {row.id, row.last()}) {
        boolean known = row.in(version);
        String read = readable == 0 ? NOT_READABLE : SUCCESS;
        same(wrong, known ? read : ID_INCORRECT, asker.read(row, id), why);
        same(wrong, 0L, asker.r8() & ~(known ? readable & size(row) : 0), why);
        if (!sys && known) {
          written(wrong, row, id, asker, readable, writable, why);
        } else if (!sys) {
          same(wrong, ID_INCORRECT, asker.write(row, id, 1, 1), why);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  private static void same(List<String> wrong, Object expected, Object got, String why) {
    if (!expected.equals(got)) {
      wrong.add(why + ": " + expected + ", not " + got);
    }
  }

  private static long size(Row row) {
    return row.bytes == 8 ? -1 : (1L << 8 * row.bytes) - 1;
  }

  private static void written(
      List<String> wrong, Row row, long id, Asker asker, long readable, long writable, String why) {
    asker.read(row, id);
    long before = asker.r8();
    long outside = Long.lowestOneBit(size(row) & ~writable);
    if (outside != 0) {
      same(wrong, NOT_WRITABLE, asker.write(row, id, before ^ outside, outside), why);
    }
    if (writable == 0 || RULES_OF_THEIR_OWN.contains(row.name)) {
      return;
    }
    long bit = Long.lowestOneBit(writable);
    same(wrong, SUCCESS, asker.write(row, id, before ^ bit, bit), why);
    same(wrong, before & readable, asker.r8(), why + ": the old value");
    if ((readable & bit) != 0) {
      asker.read(row, id);
      same(wrong, before ^ bit, asker.r8(), why + ": what was written");
    }
    same(wrong, SUCCESS, asker.write(row, id, before, bit), why);
    if (outside != 0 && (readable & outside) != 0) {
      String refused = asker.write(row, id, before ^ outside, outside | bit);
      same(wrong, "TDX_METADATA_FIELD_VALUE_NOT_VALID", refused, why);
    }
  }

  /**
   * tdx-metadata-fields.csv: the ids as Linux writes them, by the leaves that it uses them with.
   */
  @Test
  void theIdsThatLinuxUsesAreFieldsThatItReaches() throws IOException {
    Asker host = new Host(TestTdx.ready(), TestTdx.KEY, 0);
    Asker guest = new Guest();
    int reached = 0;
    for (Map<String, String> cells : Fixture.csv("tdx-metadata-fields.csv")) {
      String value = cells.get("value").split(" ")[0];
      if (!value.startsWith("0x")) {
        continue;
      }
      long leaf0 = cells.get("name").startsWith("CPUID") ? LEAF_0 : 0;
      long id = Long.parseUnsignedLong(value.substring(2), 16) | leaf0;
      String access = cells.get("access");
      Row row = new Row(access.contains(".VP.") ? "VP" : "TD", cells.get("name"), id, 8, 1, cells);
      Asker asker = access.startsWith("TDG") ? guest : host;
      if (access.contains("RD")) {
        assertEquals(SUCCESS, asker.read(row, id), row.name);
        reached++;
      }
      if (access.contains("WR")) {
        assertEquals(SUCCESS, asker.write(row, id, 1, 1), row.name);
        reached++;
      }
    }
    assertEquals(11, reached);
  }

  @Test
  void theTableHasNoRowTwice() throws IOException {
    assertEquals(285, rows().size());
    assertTrue(rows().stream().map(r -> r.scope + r.id).distinct().count() == 285);
  }
}
