package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Inspection;

class InspectionTest {
  private static final int NMI_PENDING_AT = 13;
  private static final int NMI_MASKED_AT = 14;

  private final TestMachine m = new TestMachine().guest("f4");

  /** Two NMIs while they are blocked: KVM_GET_VCPU_EVENTS drops the second, a look does not. */
  @Test
  void leavesTheNmisThatAReadWouldMakePending() {
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_NMI, 0));
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_NMI, 0));
    setMasked(1);
    Inspection inspection = (Inspection) m.machine;
    for (int i = 0; i < 2; i++) {
      long result =
          inspection.inspect(m.vcpu, KvmIoctl.KVM_GET_VCPU_EVENTS.number(), TestMachine.ARG);
      assertEquals(0, result);
      assertEquals(1, m.number(TestMachine.ARG + NMI_PENDING_AT, 1));
    }
    setMasked(0);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_GET_VCPU_EVENTS, TestMachine.ARG));
    assertEquals(2, m.number(TestMachine.ARG + NMI_PENDING_AT, 1));
  }

  private void setMasked(int masked) {
    byte[] events = new byte[64];
    events[NMI_MASKED_AT] = (byte) masked;
    m.store(TestMachine.ARG, events);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_VCPU_EVENTS, TestMachine.ARG));
  }
}
