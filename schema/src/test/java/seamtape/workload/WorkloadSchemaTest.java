package seamtape.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.json.Json;

class WorkloadSchemaTest {
  private static final Path FILE =
      Path.of(System.getProperty("seamtape.root"), "docs/workload.schema.json");

  @Test
  void theCommittedSchemaIsFresh() throws IOException {
    String fresh = WorkloadSchema.text();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(FILE, fresh);
    }
    String committed = Files.exists(FILE) ? Files.readString(FILE) : "";
    assertEquals(
        fresh, committed, "docs/workload.schema.json is stale: run the tests with -Dgolden=update");
  }

  @Test
  void everyIoctlIsAStepAndEveryReferenceHasItsDefinition() {
    Map<?, ?> schema = (Map<?, ?>) Json.parse(WorkloadSchema.text());
    Map<?, ?> definitions = (Map<?, ?>) schema.get("definitions");
    Map<?, ?> step = (Map<?, ?>) ((Map<?, ?>) definitions.get("step")).get("properties");
    for (KvmIoctl row : KvmIoctl.values()) {
      assertTrue(step.containsKey(row.name()), row.name());
      assertTrue(definitions.containsKey(row.name()), row.name());
    }
    var references = java.util.regex.Pattern.compile("#/definitions/(\\w+)");
    references
        .matcher(WorkloadSchema.text())
        .results()
        .forEach(found -> assertTrue(definitions.containsKey(found.group(1)), found.group(1)));
  }
}
