package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;
import static seamtape.sim.sev.SevMachine.DATA;
import static seamtape.sim.sev.SevMachine.OUT;

import java.nio.ByteBuffer;
import java.util.Arrays;
import seamtape.catalog.SevCommand;

/** Brings a machine into the state in which a command is tried. */
final class SevState {
  private final SevMachine sev;

  SevState(SevMachine sev) {
    this.sev = sev;
  }

  /** Words joined by +, one after the other. */
  void reach(String words) {
    Arrays.stream(words.split("\\+")).forEach(this::step);
  }

  private void step(String word) {
    switch (word) {
      case "plain" -> sev.createVm(0);
      case "sev" -> made(sev.createVm(0), sev.init(false));
      case "es" -> made(sev.createVm(0), sev.init(true));
      case "type2", "type3", "type4" -> sev.createVm(word.charAt(4) - '0');
      case "init2" -> made(0, sev.init2(0, 0, 0));
      case "full" -> full();
      case "vcpu" -> sev.createVcpu(0);
      case "debugged" -> debugged();
      case "started" -> made(0, sev.launchStart(0));
      case "esstarted" -> made(0, sev.launchStart(4));
      case "vmsa" -> made(0, sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
      case "data" -> made(0, sev.updateData(GUEST, 0x1000));
      case "measured" -> made(0, sev.measure(48));
      case "secret" -> secret();
      case "running" -> sev.running(0);
      case "closed" -> sev.running(1 | 8);
      case "sending" -> sending();
      case "receiving" -> receiving();
      case "mirror" -> mirror();
      case "badfd" -> sev.sevFd = sev.m.kvm;
      case "fdgone" -> sev.m.machine.close(seamtape.sim.TestMachine.TID, sev.sevFd);
      case "finished" -> made(0, sev.finish());
      case "sendstart" -> made(0, sendStart());
      case "packet" -> made(0, sendPacket());
      case "sendfinish" -> made(0, sev.command(SevCommand.KVM_SEV_SEND_FINISH));
      case "receivestart" -> made(0, receiveStart());
      case "nokeys" -> {
        sev.running(2);
        made(0, sendStart());
      }
      case "snpfinished" ->
          made(0, sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_FINISH, sev.struct(88)));
      case "badcpuid" -> sev.m.storeNumber(GUEST, 4, 65);
      case "domain" -> sev.running(1 << 4);
      case "platform" -> sev.running(1 << 5);
      case "compressed" -> compressed();
      case "snp" -> made(sev.createVm(4), sev.init2(0, 0, 0));
      case "snpstarted" -> snpStarted();
      case "memory" -> memory(false);
      case "private" -> memory(true);
      default -> throw new IllegalArgumentException(word);
    }
  }

  private static void made(long fd, String result) {
    assertEquals("0 0", result, "on the way");
  }

  private void full() {
    for (int i = 0; i < 99; i++) {
      made(sev.createVm(0), sev.init(true));
    }
    sev.createVm(0);
  }

  private void secret() {
    try {
      sev.secret();
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private void debugged() {
    sev.m.store(DATA, sev.struct(128).putInt(0, 1).array());
    assertEquals(0, sev.m.ioctl(sev.m.vcpu, seamtape.catalog.KvmIoctl.KVM_SET_GUEST_DEBUG, DATA));
  }

  private void sending() {
    sev.running(0);
    made(0, sendStart());
  }

  String sendStart() {
    ByteBuffer start = sev.struct(72).putLong(56, OUT).putInt(64, 128);
    for (int blob = 8; blob <= 40; blob += 16) {
      start.putLong(blob, BLOB).putInt(blob + 8, 64);
    }
    return sev.command(SevCommand.KVM_SEV_SEND_START, start);
  }

  String sendPacket() {
    ByteBuffer data = sev.struct(48).putLong(16, GUEST).putInt(24, 16);
    data.putLong(0, OUT + 0x100).putInt(8, 52).putLong(32, OUT + 0x200).putInt(40, 16);
    return sev.command(SevCommand.KVM_SEV_SEND_UPDATE_DATA, data);
  }

  private void receiving() {
    sending();
    made(0, sendPacket());
    made(sev.createVm(0), sev.init(false));
    made(0, receiveStart());
  }

  String receiveStart() {
    // The packet lies where cases look for one.
    sev.m.store(BLOB + 0x100, sev.bytes(OUT + 0x100, 0x200));
    ByteBuffer start = sev.struct(40).putInt(4, sev.policy);
    start.putLong(8, BLOB).putInt(16, 64).putLong(24, OUT).putInt(32, 128);
    return sev.command(SevCommand.KVM_SEV_RECEIVE_START, start);
  }

  /** A packet that says it is compressed, with the MAC of one that is. */
  private void compressed() {
    try {
      sev.secret(1);
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private void mirror() {
    int owner = sev.vm;
    sev.createVm(0);
    var copy = seamtape.catalog.KvmCapability.KVM_CAP_VM_COPY_ENC_CONTEXT_FROM;
    assertEquals("0", sev.enableCap(sev.vm, copy, owner));
  }

  private void snpStarted() {
    step("snp");
    ByteBuffer start = sev.struct(64).putLong(0, 0x30000);
    made(0, sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, start));
  }

  private void memory(boolean isPrivate) {
    sev.memfdSlot(0x4000);
    sev.setAttributes(0, 0x4000, isPrivate ? 8 : 0);
  }
}
