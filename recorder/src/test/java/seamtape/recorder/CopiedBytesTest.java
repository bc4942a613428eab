package seamtape.recorder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.machine.MachineSpec;
import seamtape.sim.Simulator;

/** Row S8: user memory that a call reads and writes is in its two events, and a fault is told. */
class CopiedBytesTest {
  private static final int TID = 1;
  private static final long ARG = 0x10_0000;
  private static final long UNMAPPED = 0x6000_0000_0000L;
  private static final HexFormat HEX = HexFormat.of();

  private final List<Event> events = new ArrayList<>();
  private RecordingVmm vmm;
  private int vm;

  @BeforeEach
  void createVm() {
    MachineSpec spec = new MachineSpec("linux-7.3", "intel", "none", "bare", 1, false);
    vmm = RecordingVmm.of(new Simulator(), spec, this::keep);
    vmm.mmap(TID, ARG, 0x1000, 3, 0x32, -1, 0);
    int kvm = (int) vmm.open(TID, "/dev/kvm", 2);
    vm = (int) vmm.ioctl(TID, kvm, KvmIoctl.KVM_CREATE_VM.number(), 0, 0);
    vmm.ioctl(TID, vm, KvmIoctl.KVM_CREATE_IRQCHIP.number(), 0, 0);
  }

  private long keep(Event event) {
    Event copy = new Event();
    copy.set(event);
    copy.number = events.size() + 1L;
    events.add(copy);
    return copy.number;
  }

  private long call(KvmIoctl row, long arg) {
    events.clear();
    return vmm.ioctl(TID, vm, row.number(), arg, 0);
  }

  private Event last(Phase phase) {
    return events.stream().filter(event -> event.phase == phase).reduce((a, b) -> b).orElseThrow();
  }

  @Test
  void rowS8BytesCopiedInAreOfTheEnterAndBytesCopiedOutOfTheReturn() {
    byte[] level = HEX.parseHex("0500000001000000");
    vmm.store(TID, ARG, level);
    assertEquals(0, call(KvmIoctl.KVM_IRQ_LINE_STATUS, ARG));
    assertArrayEquals(level, last(Phase.ENTER).copied(0));
    assertArrayEquals(HEX.parseHex("0100000001000000"), last(Phase.RETURN).copied(0));
    assertEquals(0, last(Phase.RETURN).copyAt(0));
  }

  @Test
  void rowS8AnUnreadableArgumentIsEfaultWithNoBytes() {
    assertEquals(Errno.EFAULT.result(), call(KvmIoctl.KVM_IRQ_LINE, UNMAPPED));
    assertEquals(0, last(Phase.ENTER).copyCount());
    assertEquals(0, last(Phase.RETURN).copyCount());
    assertEquals(UNMAPPED, last(Phase.ENTER).fields[1]);
  }

  @Test
  void rowS8AnArgumentThatEndsBeyondItsPageIsEfault() {
    assertEquals(Errno.EFAULT.result(), call(KvmIoctl.KVM_IRQ_LINE, ARG + 0xffc));
    assertEquals(0, last(Phase.ENTER).copyCount());
  }

  @Test
  void rowS8BytesThatTheKernelCouldNotWriteAreNotInTheReturn() {
    assertEquals(Errno.EFAULT.result(), call(KvmIoctl.KVM_GET_CLOCK, UNMAPPED));
    assertEquals(0, last(Phase.RETURN).copyCount());
  }
}
