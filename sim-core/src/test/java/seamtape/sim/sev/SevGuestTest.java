package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.sev.SevMachine.OUT;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;

/** S7: encrypted guests run: they see plaintext where the VMM sees ciphertext. */
final class SevGuestTest {
  /** mov ax, [0x100]; inc ax; mov [0x100], ax; out 0x10, ax; hlt. */
  private static final String CODE = "a10001" + "40" + "a30001" + "e710" + "f4";

  private final SevMachine sev = new SevMachine("linux-7.3");

  private void load() {
    sev.m.store(GUEST, new byte[0x2000]);
    sev.m.storeNumber(GUEST + 0x100, 2, 41);
    sev.m.store(GUEST + 0x1000, HexFormat.of().parseHex(CODE));
  }

  private void registers() {
    sev.m.ioctl(sev.m.vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    sev.m.memory.write(ARG, new byte[8], 0, 8);
    sev.m.memory.write(ARG + 12, new byte[2], 0, 2);
    sev.m.ioctl(sev.m.vcpu, KvmIoctl.KVM_SET_SREGS, ARG);
    sev.m.store(ARG, sev.struct(144).putLong(48, 0x8000).putLong(128, 0x1000).array());
    sev.m.ioctl(sev.m.vcpu, KvmIoctl.KVM_SET_REGS, ARG);
  }

  @Test
  void s7AnSevGuestRunsItsEncryptedCodeAndItsWritesStayCiphertext() {
    sev.createVm(0);
    sev.init(false);
    sev.m.addSlot(0, 0, 0, 0x10000, GUEST);
    sev.createVcpu(0);
    registers();
    load();
    assertEquals(0, sev.m.run());
    assertEquals(9, sev.m.exitReason(), "KVM_EXIT_FAIL_ENTRY: no key yet");
    assertEquals(0xffff_ffffL, sev.m.number(RUN + 32, 8));
    sev.launchStart(0);
    assertEquals("0 0", sev.updateData(GUEST, 0x2000));
    byte[] before = sev.bytes(GUEST + 0x100, 16);
    sev.measure(48);
    sev.finish();
    assertEquals(0, sev.m.run());
    assertEquals(2, sev.m.exitReason(), "KVM_EXIT_IO");
    assertEquals(42, sev.m.number(RUN + 0x1000, 2));
    assertEquals(0, sev.m.run());
    assertEquals(5, sev.m.exitReason());
    assertNotEquals(42, sev.m.number(GUEST + 0x100, 2), "ciphertext");
    assertNotEquals(
        java.util.Arrays.toString(before), java.util.Arrays.toString(sev.bytes(GUEST + 0x100, 16)));
    var debug = sev.struct(24).putLong(0, GUEST + 0x100).putLong(8, OUT).putInt(16, 2);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_DBG_DECRYPT, debug));
    assertArrayEquals(new byte[] {42, 0}, sev.bytes(OUT, 2));
  }

  @Test
  void s7AnEsGuestRunsOnlyWithEncryptedStateAndItsPortsRaiseVc() {
    sev.createVm(3);
    sev.m.addSlot(0, 0, 0, 0x10000, GUEST);
    sev.createVcpu(0);
    assertEquals(-22, sev.m.run(), "KVM_SEV_INIT2 is still due");
    sev.createVm(3);
    sev.init2(0, 0, 0);
    sev.m.addSlot(0, 0, 0, 0x10000, GUEST);
    sev.createVcpu(0);
    registers();
    load();
    // The handler of #VC: hlt.
    sev.m.storeNumber(GUEST + 29 * 4, 4, 0x1800);
    sev.m.store(GUEST + 0x1800, (byte) 0xf4);
    sev.launchStart(4);
    sev.updateData(GUEST, 0x2000);
    assertEquals(-22, sev.m.run(), "its state is not encrypted yet");
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    sev.measure(48);
    sev.finish();
    assertEquals(0, sev.m.run());
    assertEquals(5, sev.m.exitReason(), "no KVM_EXIT_IO: the guest's handler halted");
  }
}
