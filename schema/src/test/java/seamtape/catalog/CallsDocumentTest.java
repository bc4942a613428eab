package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallsDocumentTest {
  private static final Path FILE = Tables.root().resolve("docs/CALLS.md");

  @Test
  void theCommittedDocumentIsFresh() throws IOException {
    String fresh = CallsDocument.text();
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, fresh);
    }
    String committed = Files.exists(FILE) ? Files.readString(FILE) : "";
    assertEquals(fresh, committed, "docs/CALLS.md is stale: run the tests with -Dgolden=update");
  }

  @Test
  void everyCallAndSubCommandHasItsLine() {
    String text = CallsDocument.text();
    Stream<String> names = Catalog.calls().stream().map(Call::name);
    names.forEach(name -> assertTrue(text.contains("| `" + name + "`"), name));
    for (SevCommand command : SevCommand.values()) {
      assertTrue(text.contains("| `" + command.name() + "` |"), command.name());
    }
  }
}
