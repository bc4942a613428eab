package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.sim.coverage.Coverage;

/** {@code catalog --profile}, as text and as JSON. */
class CatalogCommandTest {
  private static final Set<String> STATUSES = Set.of("modelled", "regular", "absent");

  static List<String> profiles() {
    return Coverage.profiles();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> calls(String... arguments) {
    Command.Result result = Command.run(arguments);
    assertEquals(0, result.exit(), result.err());
    return (List<Map<String, Object>>) result.json().get("calls");
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void everyCallOfAProfileSaysHowItIsAnswered(String profile) {
    List<Map<String, Object>> calls = calls("catalog", "--profile", profile, "--json");
    assertTrue(calls.size() > 250, calls.size() + " calls");
    for (Map<String, Object> call : calls) {
      Map<?, ?> profiles = (Map<?, ?>) call.get("profiles");
      assertEquals(Set.of(profile), profiles.keySet(), call.get("name").toString());
      Object status = profiles.get(profile);
      assertTrue(STATUSES.contains(status) && !status.equals("absent"), call.toString());
      assertTrue(call.get("number").toString().startsWith("0x"));
      assertFalse(call.get("family").toString().isBlank());
      assertTrue(call.get("fields") instanceof List);
    }
    String text = Command.run("catalog", "--profile", profile).out();
    assertEquals(calls.size(), text.lines().count(), "a line each");
    assertTrue(
        text.lines().anyMatch(line -> line.contains("KVM_RUN") && line.contains("modelled")));
  }

  @Test
  void withoutAProfileEveryOneIsListed() {
    List<Map<String, Object>> calls = calls("catalog", "--call", "KVM_TDX_SHM", "--json");
    assertEquals(1, calls.size());
    Map<?, ?> profiles = (Map<?, ?>) calls.get(0).get("profiles");
    assertEquals("regular", profiles.get("linux-6.2"));
    assertEquals("modelled", profiles.get("linux-6.2+tdx-shm"));
    assertEquals("absent", profiles.get("linux-7.3"));
  }

  @Test
  void anUnknownProfileIsRefusedWithThoseThereAre() {
    Command.Result result = Command.run("catalog", "--profile", "linux-9", "--json");
    assertEquals(2, result.exit());
    assertTrue(result.err().contains("linux-7.3+regindex"), result.err());
  }
}
