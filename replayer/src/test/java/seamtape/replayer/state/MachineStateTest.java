package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.replay.Reexecution;
import seamtape.sim.Simulator;

class MachineStateTest {
  private static final String LOG =
      """
      openat(AT_FDCWD, "/dev/kvm", O_RDWR|O_CLOEXEC) = 3
      ioctl(3, KVM_CREATE_VM, 0) = 4
      ioctl(4, KVM_CREATE_IRQCHIP, 0) = 0
      ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=1, flags=0, guest_phys_addr=0x1000, memory_size=8192, userspace_addr=0x7f0000000000}) = 0
      ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=65537, flags=0, guest_phys_addr=0x1000, memory_size=4096, userspace_addr=0x7f0000000000}) = 0
      ioctl(4, KVM_CREATE_VCPU, 0) = 5
      ioctl(5, KVM_SET_REGS, {rax=7, rbx=0, rcx=0, rdx=0, rsi=0, rdi=0, rsp=0, rbp=0, r8=0, r9=0, r10=0, r11=0, r12=0, r13=0, r14=0, r15=0, rip=0x1000, rflags=0x2}) = 0
      ioctl(5, KVM_RUN, 0) = 0
      ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=1, flags=0, guest_phys_addr=0x1000, memory_size=0, userspace_addr=0x7f0000000000}) = 0
      close(4) = 0
      close(5) = 0
      """;

  @TempDir Path dir;

  /** The enter event of the n-th call of a row, from 0. */
  private static long enter(Tape tape, KvmIoctl call, int n) throws Exception {
    try (Cursor cursor = tape.cursor()) {
      int left = n;
      while (cursor.next()) {
        Event event = cursor.event();
        if (event.phase == Phase.ENTER && event.call == call && left-- == 0) {
          return event.number;
        }
      }
    }
    throw new AssertionError("no " + call);
  }

  @Test
  void tellsFdsSlotsAndTheIrqchipWithTheEventThatMadeThem() throws Exception {
    try (Tape tape = Recordings.log(dir, "vm", LOG)) {
      long run = enter(tape, KvmIoctl.KVM_RUN, 0);
      MachineState state = MachineState.at(tape, run - 1);
      assertEquals(List.of(3L, 4L, 5L), List.copyOf(state.fds().keySet()));
      assertEquals(Subject.vcpu(0, 0), state.fds().get(5L).subject());
      VmState vm = state.vms().get(0);
      assertEquals("kernel", vm.irqchip());
      assertEquals(2, vm.slots().size());
      MemorySlot smm = vm.slots().get(65537);
      assertEquals(1, smm.space());
      assertEquals(1, smm.slot());
      assertEquals(enter(tape, KvmIoctl.KVM_SET_USER_MEMORY_REGION, 1), smm.event());
    }
  }

  @Test
  void registersAreUnknownFromTheRunOn() throws Exception {
    try (Tape tape = Recordings.log(dir, "run", LOG)) {
      long run = enter(tape, KvmIoctl.KVM_RUN, 0);
      Known before = MachineState.at(tape, run - 1).known(0, vcpu(tape, run - 1), Topic.REGS);
      assertEquals("0x7", before.value().fields().get("rax"));
      assertEquals(enter(tape, KvmIoctl.KVM_SET_REGS, 0), before.event());
      for (long event = run; event <= run + 1; event++) {
        Known after = MachineState.at(tape, event).known(0, vcpu(tape, event), Topic.REGS);
        assertNull(after.value());
        assertEquals(run, after.event());
      }
    }
  }

  private static VcpuState vcpu(Tape tape, long event) throws Exception {
    return MachineState.at(tape, event).vms().get(0).vcpus().get(0);
  }

  @Test
  void aSlotOfNoSizeIsGoneAndSoIsAVmWithoutFds() throws Exception {
    try (Tape tape = Recordings.log(dir, "gone", LOG)) {
      long deleted = enter(tape, KvmIoctl.KVM_SET_USER_MEMORY_REGION, 2);
      MachineState state = MachineState.at(tape, deleted + 1);
      assertEquals(List.of(65537), List.copyOf(state.vms().get(0).slots().keySet()));
      MachineState last = MachineState.at(tape, tape.eventCount());
      assertEquals(Map.of(), last.vms());
      assertEquals(1, last.fds().size());
    }
  }

  @Test
  void aCallInFlightIsNamedAndItsEffectUnknown() throws Exception {
    try (Tape tape = Recordings.log(dir, "flight", LOG)) {
      long set = enter(tape, KvmIoctl.KVM_SET_REGS, 0);
      MachineState state = MachineState.at(tape, set);
      assertEquals(set, state.inFlight().get(0).number);
      assertTrue(state.known(0, state.vms().get(0).vcpus().get(0), Topic.REGS).unknown());
    }
  }

  @Test
  void reexecutionFillsInWhatARunLeftUnknown() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "minimal", "linux-7.3");
        Reexecution machine = new Reexecution(tape, new Simulator())) {
      long end = enter(tape, KvmIoctl.KVM_RUN, 0) + 1;
      machine.advanceTo(end);
      MachineState state = MachineState.at(tape, end);
      String document = StateView.document(state, new MachineReading(state, machine)).toString();
      assertTrue(document.contains("regs={text=unknown since event " + (end - 1)), document);
      assertTrue(document.contains("reexecuted={rax=0x"), document);
    }
  }
}
