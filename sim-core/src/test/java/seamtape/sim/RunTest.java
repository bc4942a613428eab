package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.catalog.Errno.EAGAIN;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINTR;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.ScriptedExits;

/** KVM_RUN over several calls: quanta, signals, waiting threads, interrupts, scripts. */
final class RunTest {
  /** sti; hlt; out 0x99, al; hlt. */
  private static final String STI_HLT_OUT = "fbf4e699f4";

  /** ICW1 to ICW4 of the master PIC at base 0x20, nothing masked, then sti; hlt; jmp $-1. */
  private static final String PIC_THEN_HLT = "b011e620b020e621b004e621b001e62130c0e621fbf4ebfd";

  /** mov al, 0x66; out 0x99, al; mov al, 0x20; out 0x20, al; iret. */
  private static final String HANDLER = "b066e699b020e620cf";

  private static final int OTHER = 2;

  @Test
  void aSpinningGuestUsesUpItsInstructionsAndASignalEndsIt() {
    TestMachine m = new TestMachine().guest("ebfe");
    int run = KvmIoctl.KVM_RUN.number();
    assertEquals(Machine.IN_PROGRESS, m.machine.ioctl(TID, m.vcpu, run, 0, 100));
    long before = m.machine.tsc();
    assertEquals(Machine.IN_PROGRESS, m.machine.resume(TID, 100));
    assertEquals(100, m.machine.tsc() - before);
    m.machine.signal(TID);
    assertEquals(EINTR.result(), m.machine.resume(TID, 100));
    assertEquals(10, m.exitReason());
  }

  @Test
  void aGuestThatOnlyFaultsUsesUpItsInstructionsToo() {
    TestMachine m = new TestMachine().guest("0f0b");
    // Vector 6 leads back to the instruction that raises it.
    m.memory.write(GUEST + 24, new byte[] {0, 0x10, 0, 0}, 0, 4);
    long before = m.machine.tsc();
    int run = KvmIoctl.KVM_RUN.number();
    assertEquals(Machine.IN_PROGRESS, m.machine.ioctl(TID, m.vcpu, run, 0, 1000));
    assertTrue(m.machine.tsc() - before >= 1000, "time stands still");
  }

  @Test
  void aSecondThreadWaitsForTheVcpuUntilTheFirstOnesRunEnds() {
    TestMachine m = new TestMachine().guest("ebfe");
    m.machine.ioctl(TID, m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 10);
    int getRegs = KvmIoctl.KVM_GET_REGS.number();
    assertEquals(Machine.IN_PROGRESS, m.machine.ioctl(OTHER, m.vcpu, getRegs, ARG, 0));
    assertEquals(Machine.IN_PROGRESS, m.machine.resume(OTHER, 0));
    m.machine.signal(TID);
    assertEquals(EINTR.result(), m.machine.resume(TID, 10));
    assertEquals(0, m.machine.resume(OTHER, 0));
    assertEquals(0x1000, m.number(ARG + 128, 8));
  }

  @Test
  void aRunInFlightSurvivesTheCloseOfItsFd() {
    TestMachine m = new TestMachine().guest("ebfe");
    m.machine.ioctl(TID, m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 10);
    assertEquals(0, m.machine.close(OTHER, m.vcpu));
    assertEquals(0, m.machine.close(OTHER, m.vm));
    assertEquals(Machine.IN_PROGRESS, m.machine.resume(TID, 10));
    m.machine.signal(TID);
    assertEquals(EINTR.result(), m.machine.resume(TID, 10));
  }

  private static TestMachine withIrqchip(String code) {
    TestMachine m = new TestMachine().createVm();
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0));
    m.memory.map(GUEST, 0x10000);
    assertEquals(0, m.addSlot(0, 0, 0, 0x10000, GUEST));
    m.addVcpu(code);
    return m;
  }

  @Test
  void withAnIrqchipHltWaitsInTheKernelForAnInterruptOfThePic() {
    TestMachine m = withIrqchip(PIC_THEN_HLT);
    m.store(GUEST + 4 * 0x24, (byte) 0x00, (byte) 0x11, (byte) 0, (byte) 0);
    m.store(GUEST + 0x1100, HexFormat.of().parseHex(HANDLER));
    int run = KvmIoctl.KVM_RUN.number();
    assertEquals(Machine.IN_PROGRESS, m.machine.ioctl(TID, m.vcpu, run, 0, 1000));
    assertEquals(Machine.IN_PROGRESS, m.machine.resume(TID, 1000));
    m.storeNumber(ARG, 4, 4);
    m.storeNumber(ARG + 4, 4, 1);
    assertEquals(0, m.machine.ioctl(OTHER, m.vm, KvmIoctl.KVM_IRQ_LINE.number(), ARG, 0));
    assertEquals(0, m.machine.resume(TID, 1000));
    assertEquals(2, m.exitReason());
    assertEquals(0x99, m.number(RUN + 34, 2));
    assertEquals(0x66, m.number(RUN + 4096, 1));
    assertEquals(Machine.IN_PROGRESS, m.machine.ioctl(TID, m.vcpu, run, 0, 1000));
  }

  @Test
  void thePitTicksInVirtualTime() {
    TestMachine m = new TestMachine().createVm();
    m.ioctl(m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_CREATE_PIT2, ARG));
    m.memory.map(GUEST, 0x10000);
    m.addSlot(0, 0, 0, 0x10000, GUEST);
    // mov al, 0x34; out 0x43, al; mov al, 0x10; out 0x40, al; out 0x40, al; then the PIC.
    m.addVcpu("b034e643b010e640e640" + PIC_THEN_HLT);
    m.store(GUEST + 4 * 0x20, (byte) 0x00, (byte) 0x11, (byte) 0, (byte) 0);
    m.store(GUEST + 0x1100, HexFormat.of().parseHex(HANDLER));
    long start = m.machine.tsc();
    assertEquals(0, m.run());
    assertEquals(0x66, m.number(RUN + 4096, 1));
    long clocks = 0x1010;
    long cycles = clocks * 2_000_000_000L / 1_193_182;
    assertTrue(m.machine.tsc() - start >= cycles, "before its time");
    assertTrue(m.machine.tsc() - start < 2 * cycles, "long after its time");
  }

  @Test
  void anApWaitsForInitAndSipiOfTheBootProcessor() {
    // ds = 0xffff0000 does not reach the LAPIC in real mode: MSI messages carry INIT and SIPI.
    TestMachine m = withIrqchip("f4");
    int ap = (int) m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 1);
    int run = KvmIoctl.KVM_RUN.number();
    assertEquals(Machine.IN_PROGRESS, m.machine.ioctl(OTHER, ap, run, 0, 100));
    sendMsi(m, 0xfee0_1000, 0x500);
    assertEquals(EAGAIN.result(), m.machine.resume(OTHER, 100));
    m.ioctl(ap, KvmIoctl.KVM_GET_MP_STATE, ARG);
    assertEquals(2, m.number(ARG, 4), "INIT_RECEIVED");
    assertEquals(Machine.IN_PROGRESS, m.machine.ioctl(OTHER, ap, run, 0, 100));
    m.store(GUEST + 0x2000, HexFormat.of().parseHex("e677f4"));
    sendMsi(m, 0xfee0_1000, 0x602);
    assertEquals(0, m.machine.resume(OTHER, 100));
    m.ioctl(ap, KvmIoctl.KVM_GET_REGS, ARG);
    assertTrue(m.number(ARG + 128, 8) <= 2, "at the start of the page that SIPI named");
  }

  private static void sendMsi(TestMachine m, int address, int data) {
    m.store(ARG, new byte[32]);
    m.storeNumber(ARG, 4, address);
    m.storeNumber(ARG + 8, 4, data);
    assertEquals(1, m.ioctl(m.vm, KvmIoctl.KVM_SIGNAL_MSI, ARG));
  }

  @ParameterizedTest
  @CsvSource({"linux-6.2, 0", "linux-6.12, 39", "linux-7.3, 39"})
  void aSlotWithoutUserMemoryBehindItFaults(String profile, int exitReason) {
    TestMachine m = new TestMachine(profile).guest("a00080f4");
    m.machine.munmap(TID, GUEST + 0x8000, 0x1000);
    assertEquals(EFAULT.result(), m.run());
    assertEquals(exitReason, m.exitReason());
  }

  /** mov [0x8000], al; hlt. */
  @Test
  void aWriteToMemoryThatIsNotThereIsMadeOnceItIs() {
    TestMachine m = new TestMachine().guest("a20080f4");
    m.machine.munmap(TID, GUEST + 0x8000, 0x1000);
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    m.storeNumber(ARG, 8, 0x77);
    m.ioctl(m.vcpu, KvmIoctl.KVM_SET_REGS, ARG);
    assertEquals(EFAULT.result(), m.run());
    m.memory.map(GUEST + 0x8000, 0x1000);
    assertEquals(0, m.run());
    assertEquals(0x77, m.number(GUEST + 0x8000, 1));
  }

  @Test
  void aScriptedMachineEndsKvmRunAsItIsTold() {
    TestMachine m = new TestMachine("linux-7.3", "intel", true).guest("ebfe");
    ScriptedExits script = (ScriptedExits) m.machine;
    script.nextExit(TID, 0, 2);
    assertEquals(0, m.run());
    assertEquals(2, m.exitReason());
    script.nextExit(TID, EINTR.result(), -1);
    assertEquals(EINTR.result(), m.run());
    assertEquals(2, m.exitReason(), "left as it was");
    script.nextExit(TID, 0, 5);
    assertEquals(
        seamtape.catalog.Errno.EINVAL.result(),
        m.ioctl(m.vcpu, KvmIoctl.KVM_RUN, 1),
        "the rules win");
  }

  @Test
  void withoutAScriptAScriptedRunIsInterrupted() {
    TestMachine m = new TestMachine("linux-7.3", "intel", true).guest(STI_HLT_OUT);
    assertEquals(EINTR.result(), m.run());
    assertEquals(10, m.exitReason());
  }
}
