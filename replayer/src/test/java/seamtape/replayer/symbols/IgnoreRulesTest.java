package seamtape.replayer.symbols;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;

class IgnoreRulesTest {
  @Test
  void aFileHasRulesReasonsAndBlankLines() {
    IgnoreRules rules =
        IgnoreRules.parse(
            List.of("# known", "", "KVM_GET_SREGS.apic_base  # elsewhere", "*.tsc", "mmap.addr"),
            "known.rules");
    assertEquals(
        List.of("KVM_GET_SREGS.apic_base", "*.tsc", "mmap.addr"),
        rules.rules().stream().map(IgnoreRule::text).toList());
    assertEquals("elsewhere", rules.rules().get(0).reason());
  }

  @ParameterizedTest
  @CsvSource({
    "apic_base, kvm_sregs.apic_base, true",
    "sregs.apic_base, kvm_sregs.apic_base, false",
    "cs.base, kvm_sregs.cs.base, true",
    "entries.eax, kvm_cpuid2.entries[3].eax, true",
    "base, kvm_sregs.apic_base, false",
    "KVM_GET_SREGS, kvm_sregs.cr0, true",
    "KVM_SET_SREGS, kvm_sregs.cr0, false",
  })
  void aFieldIsCoveredByItsNameOrTheEndOfItsPath(String rule, String path, boolean covered) {
    assertEquals(
        covered, IgnoreRules.of(List.of(rule)).ignores(KvmIoctl.KVM_GET_SREGS, path), rule);
  }

  @Test
  void aCallWhoseNameHasDotsIsCoveredWholeOrByAField() {
    IgnoreRules rules = IgnoreRules.of(List.of("TDH.SYS.INIT", "TDH.SYS.CONFIG.status"));
    assertTrue(rules.ignores(Seamcall.TDH_SYS_INIT, ""));
    assertTrue(rules.ignores(Seamcall.TDH_SYS_CONFIG, "status"));
    assertFalse(rules.ignores(Seamcall.TDH_SYS_CONFIG, ""));
    assertFalse(rules.ignores(Seamcall.TDH_SYS_RD, "status"));
  }

  @ParameterizedTest
  @CsvSource({
    "KVM_NO_SUCH_CALL.x, there is no call KVM_NO_SUCH_CALL",
    "a b, 'a b' is no rule",
    "*, '*' is no rule",
    "..x, '..x' is no rule",
    "rm -rf /, 'rm -rf /' is no rule",
  })
  void aLineThatIsNoRuleIsNamedWithItsPlace(String line, String what) {
    String said =
        assertThrows(
                IllegalArgumentException.class,
                () -> IgnoreRules.parse(List.of("ret", line), "known.rules"))
            .getMessage();
    assertTrue(said.startsWith("known.rules, line 2: " + what), said);
  }

  @Test
  void thereAreLimits() {
    List<String> many = Collections.nCopies(IgnoreRules.MAX_RULES + 1, "ret");
    assertThrows(IllegalArgumentException.class, () -> IgnoreRules.parse(many, "x"));
    List<String> wide = List.of("r".repeat(2_000));
    assertThrows(IllegalArgumentException.class, () -> IgnoreRules.parse(wide, "x"));
  }
}
