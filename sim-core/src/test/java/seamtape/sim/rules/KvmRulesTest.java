package seamtape.sim.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.sim.profile.Fixture;

/**
 * The rules of fixtures/abi/behaviour.md, sentence by sentence, through the machine's interface.
 */
final class KvmRulesTest {
  static Stream<RuleCase> cases() {
    return RuleCase.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void aMachineFollowsTheRule(RuleCase rule) {
    assertEquals(Optional.empty(), new RuleRun(rule).failure(rule), rule::toString);
  }

  /** A case is of an ioctl and an fd when its last call is. */
  @Test
  void everyX86IoctlHasACaseOnEachFdThatTakesIt() throws IOException {
    Set<String> wanted = new TreeSet<>();
    for (Map<String, String> row : Fixture.csv("kvm-ioctls.csv")) {
      if (!row.get("arch").equals("other")) {
        Stream.of(fds(row).split("\\|")).forEach(fd -> wanted.add(row.get("name") + "@" + fd));
      }
    }
    assertEquals(121, wanted.stream().map(call -> call.replaceAll("@.*", "")).distinct().count());
    Set<String> shown = RuleCase.all().flatMap(KvmRulesTest::calls).collect(Collectors.toSet());
    wanted.removeAll(shown);
    assertEquals(Set.of(), wanted);
  }

  /** The table has KVM_SET_CPUID2 on the VM's fd; it is a vCPU's (behaviour.md, section 4). */
  private static String fds(Map<String, String> row) {
    return row.get("name").equals("KVM_SET_CPUID2") ? "vcpu" : row.get("fd");
  }

  private static Stream<String> calls(RuleCase rule) {
    return rule.steps().stream()
        .filter(step -> step.name().startsWith("KVM_"))
        .filter(step -> !step.expected().isEmpty() || !step.checks().isEmpty())
        .map(step -> step.name() + "@" + kind(step));
  }

  private static String kind(RuleCase.Step step) {
    return switch (step.fd()) {
      case "" -> RuleRun.kindOf(step.name()).name().toLowerCase(Locale.ROOT);
      case "kvm" -> "system";
      default -> step.fd().replaceAll("\\d+$", "");
    };
  }
}
