package seamtape.recorder.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.sim.workload.Outcome;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** What the runner does with the steps of a workload, on a machine that answers as told. */
class WorkloadRunTest {
  private static final String VCPU =
      """
      steps:
        - kvm: open /dev/kvm
        - vm: KVM_CREATE_VM {type: 0}
        - vcpu: KVM_CREATE_VCPU {vcpu_id: 0}
        - run: mmap vcpu
      """;

  private final ScriptedVmm vmm = new ScriptedVmm();

  private Outcome run(String yaml) throws WorkloadException {
    return run(yaml, 1, "linux-7.3");
  }

  private Outcome run(String yaml, long seed, String profile) throws WorkloadException {
    Workload workload =
        WorkloadReader.read("w.yaml", yaml.getBytes(StandardCharsets.UTF_8), Map.of());
    return new WorkloadRunner(workload, vmm, seed, profile).run();
  }

  @Test
  void makesCallsOnTheFdsThatEarlierCallsReturned() throws WorkloadException {
    Outcome outcome = run(VCPU + "  - KVM_RUN\n  - close vm\n");
    assertEquals(
        List.of(
            "1 open /dev/kvm",
            "1 3 KVM_CREATE_VM 0",
            "1 4 KVM_CREATE_VCPU 0",
            "1 5 KVM_RUN 0",
            "1 close 4"),
        vmm.calls);
    assertTrue(outcome.asExpected());
  }

  @Test
  void storesStructsByFieldNameAndCountsTheEntriesOfTheirArrays() throws WorkloadException {
    run(VCPU + "  - KVM_SET_MSRS: {entries: [{index: 0x10, data: 7}, {index: MSR_EFER}]}\n");
    byte[] argument = vmm.arguments.get(0);
    assertEquals(2, argument[0]);
    assertEquals(0x10, argument[8]);
    assertEquals(7, argument[16]);
    assertEquals((byte) 0x80, argument[24]);
  }

  @Test
  void reportsAFailedExpectationByPlaceAndGoesOn() throws WorkloadException {
    vmm.answers.put(KvmIoctl.KVM_NMI, arg -> -22L);
    Outcome outcome = run(VCPU + "  - KVM_NMI:\n    expect: 0\n  - KVM_SMI\n");
    assertEquals("w.yaml:6:5: KVM_NMI: expected 0, got EINVAL", outcome.failed().get(0).toString());
    assertTrue(vmm.calls.contains("1 5 KVM_SMI 0"));
  }

  @Test
  void warnsOfAFailureThatNobodyExpected() throws WorkloadException {
    vmm.answers.put(KvmIoctl.KVM_NMI, arg -> -22L);
    Outcome outcome = run(VCPU + "  - KVM_NMI\n");
    assertTrue(outcome.asExpected());
    assertEquals(
        List.of("w.yaml:6:5: KVM_NMI failed with EINVAL; no expect: says so"), outcome.warnings());
  }

  @Test
  void choosesTheExpectationOfTheProfile() throws WorkloadException {
    String yaml = VCPU + "  - KVM_NMI:\n    expect: {linux-6.2: EINVAL, otherwise: 0}\n";
    assertTrue(run(yaml, 1, "linux-7.3").asExpected());
    assertEquals(1, run(yaml, 1, "linux-6.2+tdx-shm").failures());
  }

  @Test
  void checksFieldsOfTheStructThatACallReturns() throws WorkloadException {
    vmm.answers.put(
        KvmIoctl.KVM_GET_REGS,
        arg -> {
          vmm.store(1, arg, new byte[] {42});
          return 0L;
        });
    Outcome outcome =
        run(
            VCPU
                + """
                  - regs: KVM_GET_REGS
                    expect: {ret: 0, out: {rax: 42, rbx: 1}}
                  - KVM_SET_REGS: {from: regs, rbx: regs.rax + 1}
                """);
    assertEquals(
        "w.yaml:6:11: KVM_GET_REGS rbx: expected 1, got 0", outcome.failed().get(0).toString());
    assertEquals(42, vmm.arguments.get(1)[0]);
    assertEquals(43, vmm.arguments.get(1)[8]);
  }

  @Test
  void answersWhatTheGuestReadsFromPortsInTurn() throws WorkloadException {
    int[] count = {0};
    byte[] seen = new byte[3];
    vmm.answers.put(
        KvmIoctl.KVM_RUN,
        arg -> {
          long run = 0x7f0000000000L;
          if (count[0] > 0 && count[0] <= 3) {
            seen[count[0] - 1] = vmm.memory.page(run + 0x1000)[0];
          }
          boolean last = count[0]++ == 3;
          vmm.store(1, run + 8, new byte[] {(byte) (last ? 5 : 2)});
          vmm.store(1, run + 32, new byte[] {0, 1, 0x60, 0, 1, 0, 0, 0, 0, 0x10});
          return 0L;
        });
    Outcome outcome =
        run(VCPU + "  - KVM_RUN: {until: KVM_EXIT_HLT, io: {0x60: [7, 8]}}\n    expect: 0\n");
    assertEquals(List.of(), outcome.failed());
    assertEquals("[7, 8, 7]", java.util.Arrays.toString(seen));
  }

  @Test
  void endsACallThatWaitsForeverByASignal() throws WorkloadException {
    vmm.nextRun(1, LongStream.range(0, 1000).map(i -> Machine.IN_PROGRESS).toArray());
    Outcome outcome = run(VCPU + "  - KVM_RUN:\n    expect: EINTR\n");
    assertEquals(List.of(), outcome.failed());
    assertTrue(vmm.calls.contains("signal 1"));
  }

  @Test
  void interleavesThreadsAsTheSeedSays() throws WorkloadException {
    String yaml =
        """
        steps:
          - kvm: open /dev/kvm
          - threads:
              a: [{repeat: {times: 20, steps: [KVM_GET_API_VERSION]}}]
              b: [{repeat: {times: 20, steps: [KVM_GET_VCPU_MMAP_SIZE]}}]
          - close kvm
        """;
    run(yaml, 7, "linux-7.3");
    List<String> first = List.copyOf(vmm.calls);
    assertEquals(42, first.size());
    assertEquals("1 close 3", first.get(41));
    assertEquals(List.copyOf(first), again(yaml, 7));
    assertTrue(!first.equals(again(yaml, 8)), "another seed, another order");
  }

  private List<String> again(String yaml, long seed) throws WorkloadException {
    ScriptedVmm other = new ScriptedVmm();
    Workload workload =
        WorkloadReader.read("w.yaml", yaml.getBytes(StandardCharsets.UTF_8), Map.of());
    new WorkloadRunner(workload, other, seed).run();
    return other.calls;
  }

  @Test
  void countsTheRoundsOfARepetition() throws WorkloadException {
    run(
        """
        steps:
          - kvm: open /dev/kvm
          - repeat:
              times: 3
              as: i
              steps:
                - KVM_CHECK_EXTENSION: {cap: i * 2 + 1}
        """);
    assertEquals(
        List.of(
            "1 open /dev/kvm",
            "1 3 KVM_CHECK_EXTENSION 1",
            "1 3 KVM_CHECK_EXTENSION 3",
            "1 3 KVM_CHECK_EXTENSION 5"),
        vmm.calls);
  }

  @Test
  void reportsAStoreToMemoryThatIsNotMapped() throws WorkloadException {
    Outcome outcome = run("steps:\n  - store: {at: unmapped, u32: 1}\n  - open /dev/kvm\n");
    assertEquals(
        "w.yaml:2:5: this step cannot be made: not all of the 4 bytes at 0x7ffe00000000 are"
            + " mapped",
        outcome.failed().get(0).toString());
    assertEquals(List.of("1 open /dev/kvm"), vmm.calls);
  }
}
