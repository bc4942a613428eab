package seamtape.recorder.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a workload is said in one line: where, what, and what to do. */
class WorkloadErrorsTest {
  private static final String HEAD =
      """
      memory: {ram: 0x1000}
      steps:
        - kvm: open /dev/kvm
        - vm: KVM_CREATE_VM {type: 0}
      """;

  private static WorkloadException refused(String yaml) {
    return refused(yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static WorkloadException refused(byte[] yaml) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () ->
            assertThrows(
                WorkloadException.class, () -> WorkloadReader.read("w.yaml", yaml, Map.of())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "- KVM_CREATE_VMM {type: 0} | 5:5: unknown call KVM_CREATE_VMM; did you mean KVM_CREATE_VM",
        "- x: KVM_RUNN | 5:8: unknown call KVM_RUNN; did you mean KVM_RUN",
        "- frobnicate: 1 | 5:5: unknown call or action frobnicate",
        "- frobnicate | 5:5: unknown call or action frobnicate",
        "- KVM_CREATE_VM: {typ: 0} | 5:21: KVM_CREATE_VM has no argument typ; did you mean type",
        "- x: KVM_CREATE_VM {type: 0, typ: 1} | 5:32: KVM_CREATE_VM has no argument typ",
        "- KVM_SET_CLOCK: {clok: 1} | 5:21: struct kvm_clock_data has no field clok; did you mean clo",
        "- KVM_SET_CLOCK: {flags: 0x1ffffffff} | 5:28: 0x1ffffffff does not fit flags, which has 32",
        "- KVM_SET_CLOCK: {pad: 'zz'} | 5:26: pad must be hex digits in pairs",
        "- KVM_SET_CLOCK: {clock: {a: 1}} | 5:29: struct kvm_clock_data has no field clock.a",
        "- KVM_SET_CLOCK: {clock: [1]} | 5:28: clock is not an array",
        "- KVM_SET_TSS_ADDR: {addr: rom} | 5:30: addr: unknown name rom; did you mean ram",
        "- KVM_SET_TSS_ADDR: {addr: 1 +} | 5:30: addr: a number or name is missing",
        "- KVM_SET_TSS_ADDR: {addr: 12monkeys} | 5:30: addr: not a 64-bit number",
        "- KVM_SET_TSS_ADDR: {addr: 1/0} | 5:30: addr: division by zero",
        "- KVM_SET_TSS_ADDR: [1] | 5:23: KVM_SET_TSS_ADDR must be a mapping",
        "- KVM_RUN | 5:5: KVM_RUN is made on a VCPU fd, and none is open here",
        "- vm2: KVM_CREATE_VM {type: 0}\\n  - KVM_CREATE_VCPU {vcpu_id: 0} | 6:5: KVM_CREATE_VCPU: on which of vm, vm2",
        "- KVM_CREATE_VM: {type: 0}\\n    expect: {rett: 0} | 6:14: expect: knows ret",
        "- KVM_CREATE_VM: {type: 0}\\n    expect: {errno: EINVALL} | 6:21: not an errno: EINVALL; did",
        "- KVM_CREATE_VM: {type: 0}\\n    expect: {exit: KVM_EXIT_HLT} | 6:14: exit: is for KVM_RUN",
        "- KVM_CREATE_VM: {type: 0}\\n    close: vm | 6:5: a step does one thing",
        "- KVM_CREATE_VM: {type: 0, type: 1} | 5:30: type is given twice",
        "- store: {at: ram} | 5:5: store: needs an address and content",
        "- store: {at: ram, code: boot} | 5:28: no guest code named boot",
        "- set: {vm: {rax: 1}} | 5:11: vm is no struct",
        "- repeat: {times: 3} | 5:5: repeat: needs times and steps",
        "- threads: {a: [KVM_RUN]} | 5:19: KVM_RUN is made on a VCPU fd",
        "- signal: cpu9 | 5:13: no thread cpu9",
        "- open: | 5:5: open needs a path",
        "- null: open /dev/kvm | 5:5: not usable as a name: null",
        "- TDH_MNG_CREATE | 5:5: TDH_MNG_CREATE is not made by a VMM on x86",
        "- regs: KVM_GET_CLOCK\\n  - KVM_SET_TSS_ADDR: {addr: regs} | 6:30: addr: regs is a struct",
        "- [1, 2] | 5:5: a step must be a mapping",
        "- KVM_CREATE_VM: {type: 0 | 5:",
        "- 'unfinished | 5:",
      })
  void namesThePlaceAndWhatToDo(String step, String message) {
    String wrong = refused(HEAD + "  " + step.replace("\\n", "\n") + "\n").getMessage();
    String want = "w.yaml:" + message;
    assertTrue(wrong.startsWith(want), () -> "wanted " + want + "\n but was " + wrong);
    assertFalse(wrong.contains("\n"), wrong);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | w.yaml:1:1: the workload is empty",
        "`- a` | w.yaml:1:1: a workload must be a mapping",
        "`name: x` | w.yaml:1:1: a workload needs steps",
        "`stesp: []` | w.yaml:1:1: unknown part stesp; did you mean steps",
        "`steps: 5` | w.yaml:1:8: steps must be a list",
        "`machine: {vendor: arm}` | w.yaml:1:19: not one of intel, amd: arm",
        "`memory: {ram: 5}` | w.yaml:1:15: memory comes in pages",
        "`memory: {null: 0x1000}` | w.yaml:1:10: null cannot be a name",
        "`guest: {code: {org: 1}}` | w.yaml:1:15: guest code needs asm",
        "`guest: {code: {bytes: b8 0}}` | w.yaml:1:23: bytes must be hex digits in pairs",
        "`memory: {ram: 0x1000}\\nparameters: {a: ram.sice}` | w.yaml:2:17: a: ",
        "`guest: {code: {asm: ['mov ax, 1', 'mov ax']}}` | w.yaml:1:35: ",
        "`guest: {code: {asm: ['mov ax, 1', 'frob']}}` | w.yaml:1:35: ",
        "`guest:\\n  code:\\n    asm: |\\n      mov ax, 1\\n      frob ax\\n` | w.yaml:5:1: ",
        "`parameters: {ax: 1}\\nguest: {code: {asm: ['mov ax, 1']}}` | w.yaml:2:21: a parameter",
        "`\tname: x` | w.yaml:1:1: not YAML",
        "`steps: *a` | w.yaml:1:8: not YAML",
      })
  void namesWhatIsWrongWithTheHead(String yaml, String message) {
    String text = yaml == null ? "" : yaml.replace("\\n", "\n");
    boolean whole =
        text.isEmpty() || text.startsWith("- ") || text.contains("ste") || text.startsWith("name");
    String wrong = refused(whole ? text : text + "\nsteps: []\n").getMessage();
    assertTrue(wrong.startsWith(message), wrong);
  }

  @Test
  void refusesWhatIsNoText() {
    byte[] random = new byte[4096];
    new Random(1).nextBytes(random);
    assertTrue(refused(random).getMessage().contains("a workload is YAML"));
    assertTrue(refused(new byte[4096]).getMessage().contains("a workload is YAML"));
    assertTrue(refused("steps: [\u0001]").getMessage().contains("YAML"));
  }

  @Test
  void refusesHostileDepthAliasesAndSize() {
    assertTrue(refused("[".repeat(500_000)).getMessage().contains("nested deeper"));
    assertTrue(refused("- ".repeat(500_000)).getMessage().contains("nested deeper"));
    assertTrue(refused("{a: ".repeat(200_000)).getMessage().contains("nested deeper"));
    assertTrue(
        refused("steps: [" + "a, ".repeat(300_000) + "]").getMessage().contains("more than"));
    assertTrue(refused("#" + "x".repeat(2_000_000)).getMessage().contains("at most"));
    StringBuilder bomb = new StringBuilder("parameters: {a: 1}\nmemory: &a0 {r: 0x1000}\n");
    bomb.append("guest: {x: &b0 {bytes: 'f4'}}\nsteps:\n  - repeat: &c0 {times: 1, steps: []}\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("  - repeat: &c").append(i).append(" {times: 1, steps: [");
      bomb.append("{repeat: *c%d}, {repeat: *c%d}, {repeat: *c%d}".formatted(i - 1, i - 1, i - 1));
      bomb.append("]}\n");
    }
    assertTrue(refused(bomb.toString()).getMessage().contains("too many parts"));
    assertTrue(refused("steps: &s\n  - repeat: {times: 1, steps: *s}\n").line() > 0);
  }

  @Test
  void survivesEveryTruncationOfARealWorkload() throws Exception {
    byte[] whole =
        Files.readAllBytes(
            Path.of(System.getProperty("seamtape.root"), "fixtures/workloads/minimal.yaml"));
    for (int length = 0; length < whole.length; length++) {
      try {
        WorkloadReader.read("w.yaml", java.util.Arrays.copyOf(whole, length), Map.of());
      } catch (WorkloadException e) {
        assertFalse(e.getMessage().contains("\n"));
      }
    }
  }

  @Test
  void survivesRandomDamageOfARealWorkload() throws Exception {
    byte[] whole =
        Files.readAllBytes(
            Path.of(System.getProperty("seamtape.root"), "fixtures/workloads/minimal.yaml"));
    Random random = new Random(2);
    for (int round = 0; round < 2000; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 3; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) (32 + random.nextInt(95));
      }
      try {
        WorkloadReader.read("w.yaml", damaged, Map.of());
      } catch (WorkloadException e) {
        assertFalse(e.getMessage().contains("\n"));
      }
    }
  }

  @Test
  void namesFilesThatCannotBeRead(@TempDir Path dir) {
    assertEquals(
        dir + ": is a directory; name a file in it",
        assertThrows(WorkloadException.class, () -> WorkloadFile.read(dir.toString(), Map.of()))
            .getMessage());
    String missing =
        assertThrows(WorkloadException.class, () -> WorkloadFile.read("minmal", Map.of()))
            .getMessage();
    assertTrue(missing.startsWith("minmal: no such file"), missing);
    assertTrue(missing.contains("did you mean minimal?"), missing);
  }

  @Test
  void setsDeclaredParametersOnly() throws Exception {
    byte[] yaml = "parameters: {count: 5}\nsteps: []\n".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        7L, WorkloadReader.read("w.yaml", yaml, Map.of("count", "7")).parameters().get("count"));
    assertEquals(
        "w.yaml: --set cuont: no such parameter; it has count",
        assertThrows(
                WorkloadException.class,
                () -> WorkloadReader.read("w.yaml", yaml, Map.of("cuont", "7")))
            .getMessage());
    assertEquals(
        "w.yaml: --set count: must be a whole number, not many",
        assertThrows(
                WorkloadException.class,
                () -> WorkloadReader.read("w.yaml", yaml, Map.of("count", "many")))
            .getMessage());
  }

  @Test
  void aWorkloadThatWasSentNamesNoFileOfThisMachine() {
    Map<String, String> set = Map.of("firmware", "/etc/hostname");
    WorkloadException refused =
        assertThrows(WorkloadException.class, () -> WorkloadFile.readSent("boot-td", "", set));
    assertTrue(refused.getMessage().contains("only the command line may"), refused.getMessage());
  }

  @Test
  void aBundledWorkloadCanBeAskedForByName() throws WorkloadException {
    assertEquals("boot-td", WorkloadFile.readSent("boot-td", "", Map.of()).name());
    assertThrows(WorkloadException.class, () -> WorkloadFile.readSent("../x", "", Map.of()));
  }
}
