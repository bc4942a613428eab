package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Metadata field ids have the names of tdx-metadata.csv. */
class TdxMetadataTest {
  @Test
  void everyRowOfTheTableIsNamedByItsId() throws IOException {
    Path table =
        Path.of(System.getProperty("seamtape.root"), "fixtures", "abi", "tdx-metadata.csv");
    List<String> rows = Files.readAllLines(table);
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",");
      TdxMetadata.Scope scope = TdxMetadata.Scope.valueOf(cells[0].split(" ")[0]);
      long id = Long.parseUnsignedLong(cells[2].substring(2), 16);
      String name = cells[1].replace(' ', '_');
      String text = TdxMetadata.text(scope, id);
      assertTrue(text.equals(name) || text.startsWith(name + "["), row + " is " + text);
      assertEquals(name, TdxMetadata.find(scope, id).name());
    }
    assertEquals(286, rows.size());
  }

  @ParameterizedTest
  @CsvSource({
    "TD, 9110000300000010, NOTIFY_ENABLES",
    "TD, 9100000000000010, NOTIFY_ENABLES(0x9100000000000010)",
    "SYS, 9900000300000401, CPUID_CONFIG_LEAVES[1]",
    "TD, 9410000300000009, CPUID_VALUES[0x0.4 ecx edx]",
    "TD, 94100003000111fe, CPUID_VALUES[0x80000008 eax ebx]",
    "SYS, ffffffffffffffff, 0xffffffffffffffff",
    "TD, d110000300000010, 0xd110000300000010",
    "VP, 9110000300000010, 0x9110000300000010",
  })
  void anIdIsNamedWithItsElementAndNeverLost(TdxMetadata.Scope scope, String id, String text) {
    assertEquals(text, TdxMetadata.text(scope, Long.parseUnsignedLong(id, 16)));
  }

  @Test
  void anIdBeyondTheLastElementHasNoName() {
    TdxMetadata.Field field = TdxMetadata.named("cpuid_config_leaves").get(0);
    assertNull(TdxMetadata.find(field.scope(), field.id() + field.elements()));
  }
}
