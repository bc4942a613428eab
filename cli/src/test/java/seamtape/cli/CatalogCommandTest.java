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
import seamtape.catalog.SevCommand;
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

  /** A command of KVM_MEMORY_ENCRYPT_OP is found as a call is. */
  @Test
  void aCommandOfSevOrTdxHasARowWithItsStruct() {
    Map<String, Object> start = calls("catalog", "--call", "kvm_sev_init2", "--json").get(0);
    assertEquals("sev", start.get("family"));
    assertEquals("0x16", start.get("number"));
    Map<?, ?> profiles = (Map<?, ?>) start.get("profiles");
    assertEquals("absent", profiles.get("linux-6.2"));
    assertEquals("modelled", profiles.get("linux-7.3"));
    String text = Command.run("catalog", "--call", "KVM_TDX_INIT_MEM_REGION").out();
    assertTrue(text.contains("on a vcpu fd: id 3 of struct kvm_tdx_cmd"), text);
    assertTrue(text.contains("source_addr"), text);
    Command.Result absent =
        Command.run("catalog", "--call", "KVM_SEV_INIT2", "--profile", "linux-6.2");
    assertEquals(2, absent.exit());
    assertTrue(absent.err().contains("linux-6.2 has no KVM_SEV_INIT2"), absent.err());
    String all = Command.run("catalog").out();
    for (SevCommand command : SevCommand.values()) {
      assertTrue(all.contains(command.name()), command.name());
    }
  }
}
