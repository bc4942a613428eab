package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.replay.Reexecution;
import seamtape.sim.Simulator;

/** Where random calls found the fold to know what the machine does not have. */
class FoldTest {
  private static final String VCPU =
      """
      - kvm: open /dev/kvm
      - vm: KVM_CREATE_VM {type: 0}
      - vcpu: KVM_CREATE_VCPU {vcpu_id: 0}
      """;

  @TempDir Path dir;

  /** What is known of a topic after the last event, once it is seen to agree with the machine. */
  private Known known(String name, String steps, Topic topic) throws Exception {
    try (Tape tape = Recordings.steps(dir, name, "linux-7.3", VCPU + steps);
        Reexecution machine = new Reexecution(tape, new Simulator())) {
      MachineState state = MachineState.at(tape, tape.eventCount());
      machine.advanceTo(tape.eventCount());
      assertEquals(List.of(), new MachineReading(state, machine).disagreements());
      return state.known(0, state.vms().get(0).vcpus().get(0), topic);
    }
  }

  @Test
  void refusedVcpuEventsLeaveUnknownWhatWasSetBeforeTheCheckThatFailed() throws Exception {
    String steps =
        """
        - events: KVM_GET_VCPU_EVENTS
        - KVM_SET_VCPU_EVENTS: {from: events, interrupt: {injected: 1, nr: 0x20}, triple_fault: {pending: 1}, flags: 0x20}
          expect: EINVAL
        """;
    assertTrue(known("refused", steps, Topic.EVENTS).unknown());
  }

  @Test
  void refusedVcpuEventsMayHaveQueuedAnInterruptThatTheSregsShow() throws Exception {
    String steps =
        """
        - events: KVM_GET_VCPU_EVENTS
        - KVM_GET_SREGS
        - KVM_SET_VCPU_EVENTS: {from: events, interrupt: {injected: 1, nr: 3}, triple_fault: {pending: 1}, flags: 0x20}
          expect: EINVAL
        """;
    assertTrue(known("queued", steps, Topic.SREGS).unknown());
  }

  @Test
  void flagsOfAnNmiAreKeptAsBooleans() throws Exception {
    String steps =
        """
        - events: KVM_GET_VCPU_EVENTS
        - KVM_SET_VCPU_EVENTS: {from: events, nmi: {injected: 3, masked: 255}}
          expect: 0
        """;
    assertTrue(known("booleans", steps, Topic.EVENTS).unknown());
  }

  @Test
  void fillerIsNotStateThoughAReadEchoesIt() throws Exception {
    String steps =
        """
        - KVM_GET_CPUID2: {nent: 0, padding: 7}
          expect: 0
        - debug: KVM_GET_DEBUGREGS
        - KVM_SET_DEBUGREGS: {from: debug, reserved: [1, 2]}
          expect: 0
        """;
    Known debugregs = known("filler", steps, Topic.DEBUGREGS);
    assertFalse(debugregs.told(Topic.DEBUGREGS).containsKey("reserved[0]"));
    assertEquals("0x400", debugregs.told(Topic.DEBUGREGS).get("dr7"));
  }
}
