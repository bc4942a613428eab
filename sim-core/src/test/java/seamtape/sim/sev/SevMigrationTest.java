package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;
import static seamtape.sim.sev.SevMachine.DATA;
import static seamtape.sim.sev.SevMachine.OUT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.sim.kvm.sev.PlatformKeys;

/** S7: guests that are sent, received, debugged, moved, launched as SNP, and asked at random. */
final class SevMigrationTest {
  private final SevMachine sev = new SevMachine("linux-7.3");

  @Test
  void s7AGuestThatIsSentArrivesWithItsMemory() {
    sev.m.store(GUEST, "sixteen letters!".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    sev.running(0);
    ByteBuffer start = sev.struct(72);
    assertEquals("EIO 4", sev.command(SevCommand.KVM_SEV_SEND_START, start), "the length");
    assertEquals(128, sev.m.number(DATA + 64, 4));
    start.putLong(56, OUT).putInt(64, 128);
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_SEND_START, start));
    for (int blob = 8; blob <= 40; blob += 16) {
      start.putLong(blob, BLOB).putInt(blob + 8, 64);
    }
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SEND_START, start));
    ByteBuffer data = sev.struct(48).putLong(16, GUEST).putInt(24, 16);
    assertEquals("EIO 4", sev.command(SevCommand.KVM_SEV_SEND_UPDATE_DATA, data), "the lengths");
    assertEquals(52, sev.m.number(DATA + 8, 4));
    data.putLong(0, OUT + 0x100).putInt(8, 52).putLong(32, OUT + 0x200).putInt(40, 16);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SEND_UPDATE_DATA, data));
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SEND_CANCEL));
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SEND_START, start));
    sev.command(SevCommand.KVM_SEV_SEND_UPDATE_DATA, data);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SEND_FINISH));
    assertEquals("1 0 6", sev.status(), "SENT");
    receive(data);
  }

  private void receive(ByteBuffer data) {
    sev.createVm(0);
    sev.init(false);
    ByteBuffer start = sev.struct(40).putLong(8, BLOB).putInt(16, 64);
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_RECEIVE_START, start));
    start.putLong(24, OUT).putInt(32, 128);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_RECEIVE_START, start));
    data.putLong(16, GUEST + 0x5000);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_RECEIVE_UPDATE_DATA, data));
    sev.m.store(OUT + 0x200, (byte) ~sev.m.number(OUT + 0x200, 1));
    assertEquals("EIO b", sev.command(SevCommand.KVM_SEV_RECEIVE_UPDATE_DATA, data));
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_RECEIVE_FINISH));
    ByteBuffer debug = sev.struct(24).putLong(0, GUEST + 0x5000).putLong(8, OUT).putInt(16, 16);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_DBG_DECRYPT, debug));
    assertEquals('s', sev.m.number(OUT, 1));
  }

  @Test
  void s7PoliciesForbidDebuggingAndSending() {
    sev.running(1 | 8);
    ByteBuffer debug = sev.struct(24).putLong(0, GUEST).putLong(8, OUT).putInt(16, 16);
    assertEquals("EIO 7", sev.command(SevCommand.KVM_SEV_DBG_DECRYPT, debug));
    assertEquals("EIO 7", sev.command(SevCommand.KVM_SEV_DBG_ENCRYPT, debug));
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_DBG_DECRYPT, sev.struct(24)));
    ByteBuffer query = sev.struct(72);
    assertEquals("EIO 4", sev.command(SevCommand.KVM_SEV_SEND_START, query), "the length first");
  }

  @Test
  void s7AContextMovesOnceAndLeavesADeadVm() {
    sev.running(0);
    int source = sev.vm;
    KvmCapability move = KvmCapability.KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM;
    int target = sev.createVm(0);
    assertEquals("EBADF", sev.enableCap(target, move, 999));
    assertEquals("EINVAL", sev.enableCap(target, move, target));
    assertEquals("0", sev.enableCap(target, move, source));
    assertEquals("1 0 3", sev.status());
    assertEquals(-5, sev.m.ioctl(source, KvmIoctl.KVM_CHECK_EXTENSION, 0), "dead");
    assertEquals("EINVAL", sev.enableCap(target, move, source));
  }

  @Test
  void s7TheSnpDigestIsAChainOverPageInfos() throws Exception {
    sev.createVm(4);
    sev.init2(0, 0, 0);
    sev.m.store(ARG, sev.struct(64).putLong(0, 0x4000).array());
    long memfd = sev.m.ioctl(sev.vm, KvmIoctl.KVM_CREATE_GUEST_MEMFD, ARG);
    ByteBuffer region = sev.struct(160).putInt(0, 0).putInt(4, 4).putLong(16, 0x4000);
    region.putLong(24, GUEST).putInt(40, (int) memfd);
    sev.m.store(ARG, region.array());
    assertEquals(0, sev.m.ioctl(sev.vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION2, ARG));
    sev.m.store(ARG, sev.struct(32).putLong(8, 0x4000).putLong(16, 8).array());
    assertEquals(0, sev.m.ioctl(sev.vm, KvmIoctl.KVM_SET_MEMORY_ATTRIBUTES, ARG));
    ByteBuffer start = sev.struct(64).putLong(0, 0x30000);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, start));
    byte[] page = new byte[4096];
    page[7] = 9;
    sev.m.store(GUEST, page);
    ByteBuffer update = sev.struct(64).putLong(0, 1).putLong(8, GUEST).putLong(16, 4096);
    update.put(24, (byte) 1);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, update));
    update.putLong(0, 2).put(24, (byte) 5);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, update));
    byte[] digest = extend(new byte[48], sha384(page), 1, 0x1000);
    digest = extend(digest, new byte[48], 5, 0x2000);
    sev.createVcpu(0);
    digest = extend(digest, sha384(SevLaunchTest.resetVmsa(1)), 2, 0xffff_ffff_f000L);
    ByteBuffer idBlock = sev.struct(96).put(digest).putLong(88, 0x30000);
    sev.m.store(BLOB, idBlock.array());
    byte[] owner = {7};
    ByteBuffer auth = sev.struct(4096).putInt(0, 1).putInt(576, 2);
    auth.put(580, PlatformKeys.point(owner)).put(64, PlatformKeys.sign(owner, idBlock.array()));
    sev.m.store(GUEST + 0x8000, auth.array());
    ByteBuffer finish = sev.struct(88).putLong(0, BLOB).putLong(8, GUEST + 0x8000);
    finish.put(16, (byte) 1);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_FINISH, finish), "as expected");
  }

  private static byte[] sha384(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-384").digest(bytes);
  }

  private static byte[] extend(byte[] digest, byte[] content, int type, long gpa) throws Exception {
    ByteBuffer info = ByteBuffer.allocate(112).order(ByteOrder.LITTLE_ENDIAN);
    info.put(digest).put(content).putShort((short) 112).put((byte) type).putLong(104, gpa);
    return sha384(info.array());
  }
}
