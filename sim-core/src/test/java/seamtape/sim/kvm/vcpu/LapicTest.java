package seamtape.sim.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

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
  void theCommandRegisterIs64BitsWideInX2apicMode() {
    vcpu.cpu.apicBase = 0xfee0_0d00L;
    assertTrue(vcpu.msrs.write(0x830, 5L << 32 | 0x4030, true));
    assertEquals(5, lapic.register(Lapic.ICR2));
    assertTrue(vcpu.msrs.read(0x830, true));
    assertEquals(5L << 32 | 0x4030, vcpu.msrs.value);
  }
}
