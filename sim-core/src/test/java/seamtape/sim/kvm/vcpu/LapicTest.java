package seamtape.sim.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;

/** Interrupts on their way through a local APIC. */
class LapicTest {
  private final TestVm vm = TestVm.newest().withIrqchip();
  private final Vcpu vcpu = vm.vcpu();
  private final Lapic lapic = vcpu.lapic;

  private void enable() {
    lapic.register(Lapic.SPIV, 0x1ff);
  }

  @Test
  void aDisabledApicTakesNoInterrupt() {
    assertFalse(lapic.request(0x30, false));
    assertEquals(Vcpu.NO_VECTOR, lapic.deliverable());
  }

  @Test
  void theHighestVectorAboveThePriorityIsDelivered() {
    enable();
    assertTrue(lapic.request(0x31, false));
    assertTrue(lapic.request(0x52, true));
    assertFalse(lapic.request(0x52, true));
    assertEquals(0x52, lapic.acknowledge());
    assertEquals(Vcpu.NO_VECTOR, lapic.deliverable());
    assertTrue(lapic.levelTriggered(0x52));
    assertEquals(0x52, lapic.endOfInterrupt());
    assertEquals(0x31, lapic.deliverable());
    vcpu.setCr8(3);
    assertEquals(Vcpu.NO_VECTOR, lapic.deliverable());
    assertEquals(Vcpu.NO_VECTOR, lapic.endOfInterrupt());
  }

  @Test
  void whatIsConnectedSeesX2apicAccessesAndRestoredState() {
    List<String> seen = new ArrayList<>();
    lapic.connect(
        new Lapic.Behaviour() {
          @Override
          public int read(int offset) {
            return offset == Lapic.TMCCT ? 77 : lapic.register(offset);
          }

          @Override
          public void write(int offset, int value) {
            seen.add(Integer.toHexString(offset) + '=' + value);
          }

          @Override
          public void restored() {
            seen.add("restored");
          }
        });
    vm.call(KvmIoctl.KVM_GET_LAPIC, vcpu);
    byte[] state = vm.argument(Lapic.STATE_SIZE);
    assertEquals(77, Bytes.wrap(state).getInt(Lapic.TMCCT));
    vm.call(KvmIoctl.KVM_SET_LAPIC, vcpu);
    vcpu.cpu.apicBase = 0xfee0_0d00L;
    assertTrue(vcpu.msrs.write(0x80b, 0, false));
    assertTrue(vcpu.msrs.write(0x830, 5L << 32 | 0x4030, false));
    assertEquals(List.of("restored", "b0=0", "300=16432"), seen);
    assertEquals(5, lapic.register(Lapic.ICR2));
  }
}
