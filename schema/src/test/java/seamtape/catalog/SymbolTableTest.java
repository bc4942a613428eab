package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds exit reasons, capabilities, sub-commands and MSRs against their tables. */
class SymbolTableTest {
  @Test
  void exitReasonsAreTheTables() {
    List<Map<String, String>> rows = Tables.csv("kvm-exit-reasons.csv");
    assertEquals(rows.size(), KvmExit.values().length);
    for (Map<String, String> row : rows) {
      KvmExit exit = KvmExit.valueOf(row.get("name"));
      assertEquals(Integer.parseInt(row.get("number")), exit.number());
      assertEquals(exit, KvmExit.byNumber(exit.number()).orElseThrow());
      String fields = row.get("kvm_run_fields");
      assertEquals(fields.startsWith("none") ? "" : fields.split("\\W", 2)[0], exit.member());
      boolean inRun =
          exit.member().isEmpty() || Structs.of("kvm_run").locate(exit.member()).isPresent();
      assertTrue(inRun, exit.member());
    }
  }

  @Test
  void capabilitiesAreTheTables() {
    List<Map<String, String>> rows = Tables.csv("kvm-capabilities.csv");
    assertEquals(rows.size(), KvmCapability.values().length);
    for (Map<String, String> row : rows) {
      long number = Long.parseLong(row.get("number"));
      assertEquals(row.get("name"), KvmCapability.byNumber(number).orElseThrow().name());
    }
  }

  @Test
  void sevCommandsAreTheTables() {
    List<Map<String, String>> rows = Tables.csv("sev-commands.csv");
    assertEquals(rows.size(), SevCommand.values().length);
    for (Map<String, String> row : rows) {
      SevCommand command = SevCommand.byId(Long.parseLong(row.get("id"))).orElseThrow();
      assertEquals(row.get("name"), command.name());
      String struct = row.get("struct(data pointer)");
      assertEquals(struct.startsWith("kvm_") ? struct : "", command.struct());
      assertTrue(command.struct().isEmpty() || Structs.find(struct).isPresent(), struct);
      assertEquals(row.get("allowed_from_mirror_vm").equals("YES"), command.fromMirror());
      assertEquals(row.get("since"), command.since());
    }
  }

  @Test
  void tdxCommandsAreTheTables() {
    int named = 0;
    for (Map<String, String> row : Tables.csv("tdx-commands.csv")) {
      if (row.get("name").startsWith("KVM_")) {
        named++;
        TdxCommand command = TdxCommand.byId(Long.parseLong(row.get("id"))).orElseThrow();
        assertEquals(row.get("name"), command.name());
        assertEquals(row.get("fd").toUpperCase(java.util.Locale.ROOT), command.on().name());
        assertTrue(
            row.get("struct").startsWith(command.struct()) || command.struct().isEmpty(),
            command.struct());
        assertTrue(command.struct().isEmpty() || Structs.find(command.struct()).isPresent());
      }
    }
    assertEquals(named, TdxCommand.values().length);
  }

  @Test
  void sevStatusesAreThoseOfTheNotes() {
    String notes = Tables.text("sev-notes.md");
    for (SevStatus status : SevStatus.values()) {
      String name = status.name().replace("SEV_RET_", "");
      String decimal = status.code() + " " + name;
      String hex = "0x" + Integer.toHexString(status.code()) + " " + name;
      boolean found = notes.contains(decimal) || notes.contains(hex);
      // The notes end at 0x25, "later codes exist"; 0x27 is of AMD's published firmware.
      boolean later = status == SevStatus.SEV_RET_INVALID_KEY && status.code() == 0x27;
      assertTrue(found || later || status == SevStatus.SEV_RET_NO_FW_CALL, name);
    }
  }

  @Test
  void msrsHaveTheTablesNames() {
    for (Map<String, String> row : Tables.csv("cpu-msrs.csv")) {
      long index = Integer.toUnsignedLong(Tables.hex(row.get("index")));
      String name = row.get("name");
      Matcher counted = Pattern.compile("(.*)0\\+(\\d+)").matcher(name);
      String expected = counted.matches() ? counted.group(1) + counted.group(2) : name;
      assertEquals(expected, Msr.byIndex(index).orElseThrow().name());
    }
  }

  @Test
  void errnosHaveNumbersOfTheirOwn() {
    Set<Integer> numbers = new HashSet<>();
    for (Errno errno : Errno.values()) {
      assertTrue(numbers.add(errno.number()), errno.name());
      assertEquals(errno, Errno.ofResult(errno.result()).orElseThrow());
    }
  }

  @Test
  void symbolsNameFieldsThatExistAndNumbersOnce() {
    StructSymbols.all()
        .forEach(
            (path, symbols) -> {
              int dot = path.indexOf('.');
              StructLayout layout = Structs.of(path.substring(0, dot));
              assertTrue(layout.field(path.substring(dot + 1)).isPresent(), path);
              Set<Long> numbers = new HashSet<>();
              for (int i = 0; i < symbols.names().size(); i++) {
                long number = symbols.number(i);
                assertTrue(numbers.add(number), path);
                assertEquals(symbols.names().get(i), symbols.text(number));
              }
            });
  }

  @Test
  void symbolsNeverLoseANumber() {
    Symbols flags = StructSymbols.of("kvm_userspace_memory_region", "flags").orElseThrow();
    assertEquals("0x0", flags.text(0));
    assertEquals("KVM_MEM_LOG_DIRTY_PAGES|KVM_MEM_READONLY", flags.text(3));
    assertEquals("KVM_MEM_READONLY|0x40", flags.text(0x42));
    Symbols states = StructSymbols.of("kvm_mp_state", "mp_state").orElseThrow();
    assertEquals("KVM_MP_STATE_?(77)", states.text(77));
    assertEquals("KVM_EXIT_?(57)", KvmExit.text(57));
  }
}
