package seamtape.replayer.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.Recordings;

class DiffTest {
  private static final String HEAD =
      """
      - kvm: open /dev/kvm
      - vm: KVM_CREATE_VM {type: 0}
      """;

  @TempDir Path dir;

  private DiffReport diff(String stepsA, String stepsB, Set<String> ignored) throws Exception {
    try (Tape a = Recordings.steps(dir, "a", "linux-7.3", stepsA);
        Tape b = Recordings.steps(dir, "b", "linux-7.3", stepsB)) {
      return Diff.compare(a, b, new DiffOptions(ignored, 1000, events -> {}));
    }
  }

  private static DiffOptions ignoring(String rule) {
    return new DiffOptions(Set.of(rule), 1000, events -> {});
  }

  private static String checks(List<Integer> capabilities) {
    StringBuilder steps = new StringBuilder(HEAD);
    for (int capability : capabilities) {
      steps.append("- KVM_CHECK_EXTENSION: {on: kvm, cap: ").append(capability).append("}\n");
    }
    return steps.toString();
  }

  @Test
  void equalRecordingsAreTheSame() throws Exception {
    DiffReport report = diff(checks(List.of(1, 2, 3)), checks(List.of(1, 2, 3)), Set.of());
    assertTrue(report.same());
    assertEquals(0, report.changed() + report.onlyA() + report.onlyB());
  }

  @Test
  void aDamagedRecordingIsNeverTheSameAsTheWholeOneItWas() throws Exception {
    try (Tape a = Recordings.steps(dir, "a", "linux-7.3", checks(List.of(1, 2, 3)));
        Tape b = Recordings.steps(dir, "b", "linux-7.3", checks(List.of(1, 2, 3)))) {
      assertEquals(a.manifest().digest(), b.manifest().digest());
      flipAByteOf(b, "/dev/kvm");
      DiffOptions options = new DiffOptions(Set.of(), 1000, events -> {});
      TapeException damaged =
          assertThrows(TapeException.class, () -> Diff.compare(a, b, options).same());
      assertTrue(damaged.getMessage().contains("b.tape: is damaged"), damaged::getMessage);
      assertThrows(TapeException.class, () -> Diff.compare(b, a, options).same());
    }
  }

  private static void flipAByteOf(Tape tape, String text) throws IOException {
    Path file = Recordings.cycle(tape.path());
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    String flipped = bytes.replace(text, text.toUpperCase(Locale.ROOT));
    assertNotEquals(bytes, flipped);
    Files.writeString(file, flipped, StandardCharsets.ISO_8859_1);
  }

  @Test
  void aCallThatOnlyOneSideHasIsFoundExactly() throws Exception {
    DiffReport report = diff(checks(List.of(1, 2, 3, 4)), checks(List.of(1, 3, 4)), Set.of());
    assertFalse(report.same());
    assertEquals(1, report.onlyA());
    assertEquals(0, report.onlyB() + report.changed());
    assertEquals(Change.Kind.ONLY_A, report.first().kind());
    assertEquals("(KVM_CAP_MMU_SHADOW_CACHE_CONTROL)", report.first().about());
  }

  @Test
  void anotherValueOfAStructFieldIsNamedByItsPath() throws Exception {
    String set = "- KVM_SET_REGS: {on: vcpu, rax: %d, rflags: 2}\n";
    String head = HEAD + "- vcpu: KVM_CREATE_VCPU {vcpu_id: 0}\n";
    DiffReport report = diff(head + set.formatted(7), head + set.formatted(8), Set.of());
    assertEquals(1, report.changed());
    assertEquals("KVM_SET_REGS", report.first().call());
    assertEquals("kvm_regs.rax", report.first().field());
    assertEquals("0x7", report.first().valueA());
    assertEquals("0x8", report.first().valueB());
  }

  @Test
  void anIgnoredFieldDoesNotCount() throws Exception {
    String set = "- KVM_SET_REGS: {on: vcpu, rax: %d, rflags: 2}\n";
    String head = HEAD + "- vcpu: KVM_CREATE_VCPU {vcpu_id: 0}\n";
    DiffReport report = diff(head + set.formatted(7), head + set.formatted(8), Set.of("rax"));
    assertTrue(report.same());
  }

  @Test
  void aRuleIsAboutItsCallAlone() throws Exception {
    String head = HEAD + "- vcpu: KVM_CREATE_VCPU {vcpu_id: 0}\n";
    String regs = "- KVM_SET_REGS: {on: vcpu, rax: %d, rflags: 2}\n";
    String a = head + regs.formatted(7);
    String b = head + regs.formatted(8);
    try (Tape one = Recordings.steps(dir, "a", "linux-7.3", a);
        Tape other = Recordings.steps(dir, "b", "linux-7.3", b)) {
      for (String rule : List.of("KVM_SET_REGS.rax", "*.kvm_regs.rax", "KVM_SET_REGS")) {
        assertTrue(Diff.compare(one, other, ignoring(rule)).same(), rule);
      }
      for (String rule : List.of("KVM_GET_REGS.rax", "KVM_SET_REGS.rbx", "KVM_SET_SREGS")) {
        assertFalse(Diff.compare(one, other, ignoring(rule)).same(), rule);
      }
    }
  }

  @Test
  void aFieldOfTheRunPageCanBeIgnoredToo() throws Exception {
    Set<String> data = Set.of("KVM_RUN.io.data");
    try (Tape a = Recordings.bundled(dir, "minimal", "linux-7.3");
        Tape b = Recordings.edited(dir, "minimal", "mov al, 10", "mov al, 9")) {
      DiffReport all = Diff.compare(a, b, new DiffOptions(Set.of(), 1000, events -> {}));
      DiffReport less = Diff.compare(a, b, new DiffOptions(data, 1000, events -> {}));
      assertEquals(1, all.changed());
      assertEquals(0, less.changed());
      assertEquals(all.matched() + 1, less.matched());
    }
  }

  @Test
  void aRuleThatMeetsNothingIsTold() throws Exception {
    DiffReport report =
        diff(checks(List.of(1)), checks(List.of(1, 2)), Set.of("KVM_SET_REGS.rax", "ret"));
    assertEquals(
        List.of("KVM_SET_REGS.rax"), report.unmetRules().stream().map(r -> r.text()).toList());
  }

  @Test
  void theReportSaysInWhatTheRecordingsThemselvesDiffer() throws Exception {
    try (Tape a = Recordings.bundled(dir, "profile-differences", "linux-6.2");
        Tape b = Recordings.bundled(dir, "profile-differences", "linux-7.3")) {
      DiffReport report = Diff.compare(a, b, new DiffOptions(Set.of(), 10, events -> {}));
      assertEquals(List.of(new Between("profile", "linux-6.2", "linux-7.3")), report.between());
    }
  }

  @Test
  void thePageShowsEachChangeAndIsNeverMarkup() throws Exception {
    DiffReport report = diff(checks(List.of(1, 2)), checks(List.of(1, 3)), Set.of());
    String page = DiffPage.of(report, "<script>alert(1)</script>", "b & c");
    assertFalse(page.contains("<script"), page);
    assertTrue(page.contains("&lt;script&gt;") && page.contains("b &amp; c"), page);
    for (Change change : report.changes()) {
      assertTrue(page.contains(change.call() + change.about()), change::toString);
    }
  }

  @Test
  void numbersOfFdsAreSymbols() throws Exception {
    String rest = "- vcpu: KVM_CREATE_VCPU {on: vm, vcpu_id: 0}\n- KVM_GET_REGS: {on: vcpu}\n";
    String shifted = "- efd: eventfd\n";
    DiffReport report = diff(HEAD + rest, HEAD + shifted + rest, Set.of());
    assertEquals(1, report.onlyB(), () -> String.valueOf(report.changes()));
    assertEquals(0, report.changed() + report.onlyA());
  }

  @Test
  void twoKernelsDifferInTheirAnswersOnly() throws Exception {
    try (Tape a = Recordings.bundled(dir, "profile-differences", "linux-6.2");
        Tape b = Recordings.bundled(dir, "profile-differences", "linux-7.3")) {
      DiffReport report = Diff.compare(a, b, new DiffOptions(Set.of(), 10_000, events -> {}));
      assertTrue(report.changed() > 5);
      assertEquals(0, report.onlyA());
      for (Change change : report.changes()) {
        // Only 7.3 asks the TDX module, beneath the call whose answer has to tell of TDs.
        assertTrue(change.kind() == Change.Kind.CHANGED || !change.root(), change::toString);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void countsAddUpWhateverWasEdited(long seed) throws Exception {
    Random random = new Random(seed);
    List<Integer> one = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      one.add(random.nextInt(200));
    }
    List<Integer> other = new ArrayList<>(one);
    int removed = 1 + random.nextInt(5);
    for (int i = 0; i < removed; i++) {
      other.remove(random.nextInt(other.size()));
    }
    DiffReport report = diff(checks(one), checks(other), Set.of());
    assertEquals(removed, report.onlyA() - report.onlyB(), () -> String.valueOf(report.changes()));
    assertEquals(one.size() + 2, report.matched() + report.changed() + report.onlyA());
    assertEquals(other.size() + 2, report.matched() + report.changed() + report.onlyB());
  }
}
