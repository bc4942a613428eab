package seamtape.replayer.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Catalog;

class ExplanationsTest {
  private static final String HEADER = "call,field,rule,use,reason,words,source";

  @Test
  void everyRowNamesACallOfTheCatalog() {
    for (Explanation row : Explanations.bundled().rows()) {
      assertTrue(Catalog.byName(row.call()).isPresent(), row.call());
    }
  }

  @Test
  void theFirstRowThatMatchesExplains() {
    Explanations table =
        Explanations.parse(
            List.of(
                HEADER,
                "A,ret,x=1;y>=16,accept,host,first,s",
                "A,*,x=KVM_*,accept,host,\"second, quoted\",s"));
    assertEquals("first", table.of("A", "ret", Map.of("x", 1, "y", "0x10")).orElseThrow().words());
    assertEquals(
        "second, quoted", table.of("A", "f", Map.of("x", "KVM_CAP")).orElseThrow().words());
    assertTrue(table.of("A", "ret", Map.of("x", 1, "y", 15)).isEmpty());
    assertTrue(table.of("A", "ret", Map.of()).isEmpty(), "no fact, no match");
    assertTrue(table.of("B", "ret", Map.of("x", 1, "y", 16)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A,ret,,accept,host,w|columns",
        "A,ret,,forgive,host,w,s|no use forgive",
        "A,ret,,accept,mood,w,s|reason",
        "A,ret,,accept,host,w,|no source",
        "A,ret,x,accept,host,w,s|not a condition"
      })
  void aRowThatIsNoRowIsRefused(String row, String words) {
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> Explanations.parse(List.of(HEADER, row)));
    assertTrue(e.getMessage().contains(words), e::getMessage);
  }
}
