package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.TID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.machine.Machine;
import seamtape.machine.NestedCalls;

/**
 * S5, S7: contexts between VMs and registered regions, rule by rule of sev-notes.md. A VM is made
 * by words: its type, then what is done with it.
 */
final class SevContextTest {
  private static final KvmCapability COPY = KvmCapability.KVM_CAP_VM_COPY_ENC_CONTEXT_FROM;
  private static final KvmCapability MOVE = KvmCapability.KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM;

  /** Another thread of the VMM. */
  private static final int OTHER = TID + 1;

  private final SevMachine sev = new SevMachine("linux-7.3");

  /** A VM's fd. */
  private int made(String words) {
    for (String word : words.split("\\+")) {
      switch (word) {
        case "plain" -> sev.createVm(0);
        case "sev" -> check(sev.createVm(0), sev.init(false));
        case "es" -> check(sev.createVm(0), sev.init(true));
        case "type2", "type3", "snp" -> sev.createVm(word.equals("snp") ? 4 : word.charAt(4) - '0');
        case "init2" -> check(0, sev.init2(0, 0, 0));
        case "vcpu0", "vcpu1" -> sev.createVcpu(word.charAt(4) - '0');
        case "started" -> check(0, sev.launchStart(0));
        case "esstarted" -> check(0, sev.launchStart(4));
        case "vmsa" -> check(0, sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
        case "mirror" -> {
          int owner = sev.vm;
          sev.createVm(0);
          assertEquals("0", sev.enableCap(sev.vm, COPY, owner));
        }
        default -> throw new IllegalArgumentException(word);
      }
    }
    return sev.vm;
  }

  private static void check(int fd, String result) {
    assertEquals("0 0", result, "on the way");
  }

  @ParameterizedTest(name = "{3}")
  @CsvSource({
    "sev+started, plain,  0,      a mirror of a guest",
    "es+vcpu0+esstarted+vmsa, plain, 0, a mirror of an SEV-ES guest",
    "sev+started, sev,    EINVAL, the destination is an SEV VM already",
    "plain,       plain,  EINVAL, the source is none",
    "snp+init2,   plain,  EINVAL, the source is an SNP VM",
    "sev+started+mirror, plain, EINVAL, the source is a mirror itself",
    "sev+started, plain+vcpu0, EINVAL, the destination has vCPUs"
  })
  void s7AMirrorIsMadeByTheRules(String source, String target, String result, String why) {
    int from = made(source);
    int to = made(target);
    assertEquals(result, sev.enableCap(to, COPY, from), why);
  }

  @ParameterizedTest(name = "{3}")
  @CsvSource({
    "sev+started, plain,  0,      a guest moves",
    "sev,         plain,  0,      one without a launch moves too",
    "type2+init2, type2,  0,      of the same type",
    "type2+init2, plain,  EINVAL, the types differ",
    "sev+started, sev,    EINVAL, the destination is active",
    "plain,       plain,  EINVAL, the source is not active",
    "sev+started+mirror, plain, 0,    a mirror moves too",
    "snp+init2,   snp,    EINVAL, the source is an SNP VM",
    "es+vcpu0+esstarted+vmsa, plain, EINVAL, another count of vCPUs",
    "es+vcpu0+esstarted, plain+vcpu0, EINVAL, a vCPU is not encrypted yet",
    "es+vcpu0+esstarted+vmsa, plain+vcpu0, 0, as many vCPUs and all encrypted"
  })
  void s7AContextMovesByTheRules(String source, String target, String result, String why) {
    int from = made(source);
    int to = made(target);
    assertEquals(result, sev.enableCap(to, MOVE, from), why);
    long after = sev.m.ioctl(from, KvmIoctl.KVM_CHECK_EXTENSION, 0);
    assertEquals(result.equals("0") ? -5 : 1, after, "the source is dead, or as it was");
  }

  @ParameterizedTest
  @CsvSource({"999", "0x12345678"})
  void s7AnFdThatIsNoVmIsEbadf(String fd) {
    int to = made("plain");
    for (KvmCapability cap : new KvmCapability[] {COPY, MOVE}) {
      assertEquals("EBADF", sev.enableCap(to, cap, Long.decode(fd)));
      assertEquals("EBADF", sev.enableCap(to, cap, sev.m.kvm), "the system fd");
      assertEquals("EBADF", sev.enableCap(to, cap, sev.sevFd), "/dev/sev");
      assertEquals("EINVAL", sev.enableCap(to, cap, to), "itself");
    }
  }

  @Test
  void s7AMirrorLivesOnWithItsOwnersContext() {
    int owner = made("sev+started");
    int mirror = made("plain");
    assertEquals("0", sev.enableCap(mirror, COPY, owner));
    sev.m.machine.close(TID, owner);
    sev.vm = mirror;
    assertEquals("1 0 1", sev.status(), "the guest is still there");
    sev.m.machine.close(TID, mirror);
    made("sev+started");
    assertEquals("2 0 1", sev.status(), "a new one; the first is gone with its mirror");
  }

  /** Linux 6.16 and later take the mutexes of all vCPUs or none. */
  @Test
  void s7ACommandThatNeedsAllVcpusIsEbusyWhileOneRuns() {
    EsGuest guest = new EsGuest("linux-7.3", false, NestedCalls.NONE);
    guest.launched("forever: jmp forever", "hlt");
    int source = guest.sev.vm;
    int run = KvmIoctl.KVM_RUN.number();
    assertEquals(Machine.IN_PROGRESS, guest.m.machine.ioctl(OTHER, guest.m.vcpu, run, 0, 100));
    assertEquals("EBUSY ffffffff", guest.sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    int target = guest.sev.createVm(3);
    assertEquals("EBUSY", guest.sev.enableCap(target, MOVE, source));
    assertEquals("EBADF", guest.sev.enableCap(target, MOVE, guest.m.kvm), "the fd comes first");
    assertEquals(
        "EINVAL", guest.sev.enableCap(guest.sev.createVm(0), MOVE, source), "the type too");
  }

  @Test
  void s7AMirrorThatMovedIsAMirrorOfTheSameOwner() {
    int owner = made("sev+started");
    int mirror = made("plain");
    assertEquals("0", sev.enableCap(mirror, COPY, owner));
    int target = made("plain");
    assertEquals("0", sev.enableCap(target, MOVE, mirror));
    assertEquals("1 0 1", sev.status(), "the owner's guest");
    assertEquals("EINVAL -", sev.finish(), "not for mirrors");
    sev.m.machine.close(TID, owner);
    sev.m.machine.close(TID, mirror);
    assertEquals("1 0 1", sev.status(), "the owner lives on with its mirror");
    sev.m.machine.close(TID, target);
    made("sev+started");
    assertEquals("2 0 1", sev.status());
  }

  @ParameterizedTest(name = "{4}")
  @CsvSource({
    "plain, 0, 0x1000,    -25, not an SEV VM",
    "sev,   0, 0,         -22, no size",
    "sev,   -0x1000000800, 0x1000, -22, it wraps",
    "sev,   0, 0x10000000000, -12, more than may be locked",
    "sev,   0, 0x1000,    0,   a region",
    "sev+started+mirror, 0, 0x1000, -22, a mirror"
  })
  void s5ARegionIsRegisteredByTheRules(
      String vm, String offset, String size, long result, String why) {
    made(vm);
    long address = GUEST + Long.decode(offset);
    sev.m.store(ARG, sev.struct(16).putLong(0, address).putLong(8, Long.decode(size)).array());
    assertEquals(result, sev.m.ioctl(sev.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION, ARG), why);
    long back = sev.m.ioctl(sev.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_UNREG_REGION, ARG);
    boolean plain = vm.equals("plain");
    assertEquals(result == 0 ? 0 : plain ? -25 : -22, back, "unregistered, or unknown");
    assertEquals(-14, sev.m.ioctl(sev.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION, 8));
  }
}
