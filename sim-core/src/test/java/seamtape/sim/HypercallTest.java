package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.RUN;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Family;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.machine.NestedCalls;

/**
 * Hypercalls of plain guests: served in the kernel, told to the recording, or left to user space.
 */
final class HypercallTest {
  private final List<String> told = new ArrayList<>();

  private final NestedCalls nested =
      new NestedCalls() {
        @Override
        public void enter(int tid, long actor, int family, int number, long[] fields) {
          assertEquals(Actor.vcpu(0, 0), actor);
          assertEquals(Family.KVM_HYPERCALL.ordinal(), family);
          told.add("enter " + number + " " + fields[0]);
        }

        @Override
        public void returns(int tid, long[] fields) {
          told.add("returns " + fields[0]);
        }
      };

  @Test
  void anUnknownHypercallIsAnsweredEnosysAndRecordedWithItsNumber() {
    // mov eax, 77; vmcall; hlt
    TestMachine m = new TestMachine("linux-7.3", nested).guest("66b84d0000000f01c1f4");
    assertEquals(0, m.run());
    assertEquals(5, m.exitReason());
    assertEquals(List.of("enter -1 77", "returns -1000"), told);
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    assertEquals(0xffff_ffffL & -1000, m.number(ARG, 8));
  }

  @Test
  void mapGpaRangeGoesToUserSpaceWhereThatIsEnabled() {
    TestMachine m = new TestMachine("linux-7.3", nested).guest("66b80c0000000f01c1f4");
    m.store(ARG, new byte[104]);
    m.storeNumber(ARG, 4, KvmCapability.KVM_CAP_EXIT_HYPERCALL.number());
    m.storeNumber(ARG + 8, 8, 1 << 12);
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_ENABLE_CAP, ARG));
    assertEquals(0, m.run());
    assertEquals(3, m.exitReason());
    assertEquals(12, m.number(RUN + 32, 8));
    m.storeNumber(RUN + 88, 8, 7);
    assertEquals(0, m.run());
    assertEquals(5, m.exitReason());
    assertEquals(List.of("enter 12 0", "returns 7"), told);
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    assertEquals(7, m.number(ARG, 8));
  }
}
