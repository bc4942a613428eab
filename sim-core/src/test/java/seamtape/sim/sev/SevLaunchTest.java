package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;
import static seamtape.sim.sev.SevMachine.DATA;
import static seamtape.sim.sev.SevMachine.OUT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.sim.kvm.sev.PlatformKeys;

/** S7: the launch of SEV and SEV-ES guests, command by command, its digest computed again here. */
final class SevLaunchTest {
  private static final int ES = 4;
  private static final String ONE = "1";

  private final SevMachine sev = new SevMachine("linux-7.3");

  /** What the firmware draws: HMAC of purpose and count, keyed with the seed. */
  private static byte[] drawn(String purpose) throws Exception {
    return Arrays.copyOf(
        hmac(ONE.getBytes(StandardCharsets.US_ASCII), purpose.getBytes(StandardCharsets.US_ASCII)),
        16);
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static byte[] u32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private byte[] pattern(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 7 + seed);
    }
    return bytes;
  }

  @Test
  void s7TheMeasurementIsTheHmacOfTheDigestOfAllThatWasEncrypted() throws Exception {
    byte[] first = pattern(0x3000, 1);
    byte[] second = pattern(0x40, 9);
    sev.m.store(GUEST + 0x1000, first);
    sev.m.store(GUEST + 0x8010, second);
    sev.createVm(0);
    assertEquals("0 0", sev.init(false));
    assertEquals("0 0", sev.launchStart(0));
    assertEquals(1, sev.m.number(DATA, 4), "handle");
    assertEquals("1 0 1", sev.status(), "LUPDATE");
    assertEquals("0 0", sev.updateData(GUEST + 0x1000, first.length));
    assertEquals("0 0", sev.updateData(GUEST + 0x8010, second.length));
    assertEquals("EIO 4", sev.measure(0), "a length of 0 asks for the length");
    assertEquals(48, sev.m.number(DATA + 8, 4));
    assertEquals("EIO 4", sev.measure(47));
    assertEquals("0 0", sev.measure(48));
    assertEquals("1 0 2", sev.status(), "LSECRET");

    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(first);
    byte[] digest = sha.digest(second);
    byte[] blob = sev.bytes(OUT, 48);
    byte[] nonce = Arrays.copyOfRange(blob, 32, 48);
    assertArrayEquals(drawn("mnonce:4"), nonce);
    byte[] expected = hmac(drawn("tik:3"), new byte[] {4, 1, 55, 8}, u32(0), digest, nonce);
    assertArrayEquals(expected, Arrays.copyOf(blob, 32));

    assertEquals("EIO 2", sev.measure(48), "measured once");
    assertEquals("EIO 2", sev.updateData(GUEST, 16), "too late for more");
    assertEquals("0 0", sev.finish());
    assertEquals("1 0 3", sev.status(), "RUNNING");
    assertEquals("EIO 2", sev.finish());
  }

  @Test
  void s7EncryptedMemoryIsCiphertextToTheVmmAndOneBlockDiffersFromTheNext() {
    sev.m.store(GUEST, new byte[0x1000]);
    sev.createVm(0);
    sev.init(false);
    sev.launchStart(0);
    sev.updateData(GUEST, 0x20);
    byte[] cipher = sev.bytes(GUEST, 0x40);
    assertFalse(Arrays.equals(new byte[16], Arrays.copyOf(cipher, 16)));
    assertFalse(Arrays.equals(Arrays.copyOf(cipher, 16), Arrays.copyOfRange(cipher, 16, 32)));
    assertArrayEquals(new byte[32], Arrays.copyOfRange(cipher, 32, 64), "beyond the region");
  }

  @Test
  void s7LaunchUpdateDataChecksRangePagesAndFirmwareAlignment() {
    sev.createVm(0);
    assertEquals("ENOTTY ffffffff", sev.updateData(GUEST, 16), "no SEV VM");
    sev.init(false);
    assertEquals("EBADF ffffffff", sev.updateData(GUEST, 16), "no fd of /dev/sev yet");
    sev.launchStart(0);
    assertEquals("EINVAL ffffffff", sev.updateData(GUEST, 0));
    assertEquals("EINVAL ffffffff", sev.updateData(-16, 32), "wraps");
    assertEquals("ENOMEM ffffffff", sev.updateData(0x66_0000, 16), "not mapped");
    assertEquals("EIO 9", sev.updateData(GUEST + 8, 16));
    assertEquals("EIO 4", sev.updateData(GUEST, 24));
    assertEquals("EFAULT ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_DATA.id(), 1));
  }

  @Test
  void s7LaunchStartChecksBlobsPolicyAndKey() {
    sev.createVm(0);
    assertEquals("ENOTTY ffffffff", sev.launchStart(0));
    sev.init(false);
    assertEquals("EFAULT ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_START.id(), 8));
    ByteBuffer start = sev.struct(40).putLong(8, BLOB).putInt(16, 16385);
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_START, start));
    start = sev.struct(40).putLong(24, 0x66_0000).putInt(32, 128);
    assertEquals("EFAULT ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_START, start));
    assertEquals("EIO 7", sev.launchStart(0x40), "reserved bit");
    assertEquals("EIO 7", sev.launchStart(2 << 16), "API 2.0");
    assertEquals("EIO 10", sev.launchStart(99, 0), "no guest whose key could be shared");
    assertEquals("EIO d", sev.launchStart(ES), "an ES guest cannot have this ASID");
    sev.sevFd = sev.m.kvm;
    assertEquals("EBADF ffffffff", sev.launchStart(0));
  }

  @Test
  void s7KeysAreSharedOnlyWhereBothPoliciesLetThem() {
    sev.running(0);
    int first = sev.vm;
    sev.createVm(0);
    sev.init(false);
    assertEquals("EIO 7", sev.launchStart(1, 2), "NOKS of the new guest");
    assertEquals("0 0", sev.launchStart(1, 0));
    sev.m.store(GUEST + 0x2000, new byte[16]);
    sev.updateData(GUEST + 0x2000, 16);
    byte[] shared = sev.bytes(GUEST + 0x2000, 16);
    sev.m.store(GUEST + 0x2000, new byte[16]);
    sev.vm = first;
    sev.m.store(BLOB, new byte[16]);
    ByteBuffer debug = sev.struct(24).putLong(0, BLOB).putLong(8, GUEST + 0x2000).putInt(16, 16);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_DBG_ENCRYPT, debug));
    assertArrayEquals(shared, sev.bytes(GUEST + 0x2000, 16), "same key, same place");
  }

  @Test
  void s7AnOwnersSessionGivesTheKeysWithWhichItChecksTheMeasurement() throws Exception {
    byte[] certificate = pattern(2084, 3);
    byte[] nonce = pattern(16, 5);
    byte[] iv = pattern(16, 6);
    byte[] tek = pattern(16, 7);
    byte[] tik = pattern(16, 8);
    sev.m.store(BLOB, certificate);
    byte[] session = session(certificate, nonce, iv, tek, tik, 0);
    sev.m.store(BLOB + 0x1000, session);
    sev.createVm(0);
    sev.init(false);
    ByteBuffer start = sev.struct(40).putLong(8, BLOB).putInt(16, 2084);
    start.putLong(24, BLOB + 0x1000).putInt(32, 128);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_LAUNCH_START, start));
    sev.m.store(GUEST, pattern(0x1000, 0));
    sev.updateData(GUEST, 0x1000);
    sev.measure(48);
    byte[] blob = sev.bytes(OUT, 48);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(pattern(0x1000, 0));
    byte[] measured = Arrays.copyOf(blob, 32);
    assertArrayEquals(
        hmac(tik, new byte[] {4, 1, 55, 8}, u32(0), digest, Arrays.copyOfRange(blob, 32, 48)),
        measured);
    secret(tek, tik, measured);
    session[100] ^= 1;
    sev.m.store(BLOB + 0x1000, session);
    sev.createVm(0);
    sev.init(false);
    assertEquals("EIO b", sev.command(SevCommand.KVM_SEV_LAUNCH_START, start));
  }

  /** KVM_SEV_LAUNCH_SECRET with a packet of the owner's. */
  private void secret(byte[] tek, byte[] tik, byte[] measured) throws Exception {
    byte[] iv = pattern(16, 11);
    byte[] plain = pattern(32, 12);
    byte[] cipher = ctr(tek, iv, plain);
    byte[] mac = hmac(tik, new byte[] {1}, new byte[4], iv, u32(32), u32(32), cipher, measured);
    ByteBuffer header = sev.struct(52);
    header.put(4, iv).put(20, mac);
    sev.m.store(BLOB, header.array());
    sev.m.store(BLOB + 0x100, cipher);
    ByteBuffer secret = sev.struct(48).putLong(0, BLOB).putInt(8, 52);
    secret.putLong(16, GUEST + 0x3000).putInt(24, 32).putLong(32, BLOB + 0x100).putInt(40, 32);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_LAUNCH_SECRET, secret));
    secret.putInt(8, 51);
    assertEquals("EIO 4", sev.command(SevCommand.KVM_SEV_LAUNCH_SECRET, secret));
    secret.putInt(8, 0);
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_SECRET, secret));
    secret.putInt(8, 52).putLong(16, (GUEST + 0x20_0000) - 16);
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_SECRET, secret));
    secret.putLong(16, GUEST + 0x3000);
    sev.m.store(BLOB + 0x100, (byte) ~cipher[0]);
    assertEquals("EIO b", sev.command(SevCommand.KVM_SEV_LAUNCH_SECRET, secret));
    sev.finish();
    assertEquals("EIO 2", sev.command(SevCommand.KVM_SEV_LAUNCH_SECRET, secret));
    ByteBuffer debug = sev.struct(24).putLong(0, GUEST + 0x3003).putLong(8, OUT).putInt(16, 20);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_DBG_DECRYPT, debug));
    assertArrayEquals(Arrays.copyOfRange(plain, 3, 23), sev.bytes(OUT, 20), "the secret is there");
  }

  private static byte[] ctr(byte[] key, byte[] iv, byte[] data) throws Exception {
    Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
    return cipher.doFinal(data);
  }

  private static byte[] kdf(byte[] key, String label, byte[] context) throws Exception {
    byte[] words = label.getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(hmac(key, u32(1), words, new byte[1], context, u32(128)), 16);
  }

  private static byte[] session(
      byte[] certificate, byte[] nonce, byte[] iv, byte[] tek, byte[] tik, int policy)
      throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update("ecdh".getBytes(StandardCharsets.US_ASCII));
    byte[] master = kdf(sha.digest(certificate), "sev-master-secret", nonce);
    byte[] keys = new byte[32];
    System.arraycopy(tek, 0, keys, 0, 16);
    System.arraycopy(tik, 0, keys, 16, 16);
    byte[] wrapped = ctr(kdf(master, "sev-kek", new byte[0]), iv, keys);
    ByteBuffer blob = ByteBuffer.allocate(128);
    blob.put(nonce).put(wrapped).put(iv);
    blob.put(hmac(kdf(master, "sev-kik", new byte[0]), wrapped)).put(hmac(tik, u32(policy)));
    return blob.array();
  }

  @Test
  void s7TheSaveAreasOfAnEsGuestAreMeasuredInTheOrderOfItsVcpus() throws Exception {
    sev.createVm(3);
    assertEquals("0 0", sev.init2(0, 0, 0));
    int first = sev.createVcpu(0);
    sev.createVcpu(1);
    assertEquals("0 0", sev.launchStart(ES));
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA), "once");
    assertEquals(-22, sev.m.ioctl(first, KvmIoctl.KVM_GET_REGS, ARG), "protected");
    assertEquals(-22, sev.m.ioctl(first, KvmIoctl.KVM_SET_SREGS, ARG), "protected");
    assertEquals("0 0", sev.measure(48));
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(resetVmsa(0));
    byte[] digest = sha.digest(resetVmsa(0));
    byte[] blob = sev.bytes(OUT, 48);
    byte[] nonce = Arrays.copyOfRange(blob, 32, 48);
    byte[] expected = hmac(drawn("tik:3"), new byte[] {4, 1, 55, 8}, u32(ES), digest, nonce);
    assertArrayEquals(expected, Arrays.copyOf(blob, 32));
  }

  /** The save area of a new vCPU, written down from the reset values of the documents. */
  static byte[] resetVmsa(long features) {
    ByteBuffer page = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    for (int segment : new int[] {0, 0x20, 0x30, 0x40, 0x50}) {
      page.putShort(segment + 2, (short) 0x93).putInt(segment + 4, 0xffff);
    }
    page.putShort(0x10, (short) 0xf000).putShort(0x12, (short) 0x9b).putInt(0x14, 0xffff);
    page.putLong(0x18, 0xffff_0000L).putInt(0x64, 0xffff).putInt(0x84, 0xffff);
    page.putShort(0x72, (short) 0x82).putInt(0x74, 0xffff);
    page.putShort(0x92, (short) 0x8b).putInt(0x94, 0xffff);
    page.putLong(0xd0, 0x1000).putLong(0x148, 0x40).putLong(0x158, 0x10);
    page.putLong(0x160, 0x400).putLong(0x168, 0xffff_0ff0L).putLong(0x170, 2);
    page.putLong(0x178, 0xfff0).putLong(0x268, 0x0007_0406_0007_0406L);
    // Without a CPUID table the signature in RDX is KVM's own.
    page.putLong(0x310, 0x600).putLong(0x3b0, features).putLong(0x3e8, 1);
    return page.putInt(0x408, 0x1f80).putShort(0x410, (short) 0x37f).array();
  }

  @Test
  void s7LaunchUpdateVmsaIsForEsGuestsThatNobodyDebugs() {
    sev.createVm(0);
    assertEquals("ENOTTY ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    assertEquals("0 0", sev.init(true));
    int vcpu = sev.createVcpu(0);
    sev.launchStart(ES);
    sev.m.store(ARG, sev.struct(72).putInt(0, 1).array());
    assertEquals(0, sev.m.ioctl(vcpu, KvmIoctl.KVM_SET_GUEST_DEBUG, ARG));
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    sev.m.store(ARG, new byte[72]);
    sev.m.ioctl(vcpu, KvmIoctl.KVM_SET_GUEST_DEBUG, ARG);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    assertEquals(0, sev.m.ioctl(vcpu, KvmIoctl.KVM_GET_REGS, ARG), "VM type 0 is not refused");
    assertEquals(-22, sev.m.ioctl(vcpu, KvmIoctl.KVM_SET_GUEST_DEBUG, ARG));
  }

  @Test
  void s7TheAttestationReportHoldsNonceDigestAndPolicy() throws Exception {
    sev.m.store(GUEST, pattern(0x1000, 2));
    sev.running(1);
    byte[] nonce = pattern(16, 77);
    ByteBuffer report = sev.struct(32);
    report.put(0, nonce);
    assertEquals("EIO 4", sev.command(SevCommand.KVM_SEV_GET_ATTESTATION_REPORT, report));
    assertEquals(208, sev.m.number(DATA + 24, 4));
    report.putLong(16, OUT).putInt(24, 16385);
    assertEquals("EINVAL ffffffff", sev.command(SevCommand.KVM_SEV_GET_ATTESTATION_REPORT, report));
    report.putInt(24, 208);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_GET_ATTESTATION_REPORT, report));
    assertArrayEquals(nonce, sev.bytes(OUT, 16));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(pattern(0x1000, 2));
    assertArrayEquals(digest, sev.bytes(OUT + 16, 32));
    assertEquals(1, sev.m.number(OUT + 48, 4));
    assertEquals(0x1002, sev.m.number(OUT + 52, 4), "the PEK");
    assertEquals(2, sev.m.number(OUT + 56, 4), "ECDSA with SHA-256");
    byte[] signature = sev.bytes(OUT + 64, 144);
    assertTrue(
        PlatformKeys.verifies(PlatformKeys.of(1, "pek"), 256, sev.bytes(OUT, 52), signature));
    sev.createVm(0);
    assertEquals("ENOTTY ffffffff", sev.command(SevCommand.KVM_SEV_GET_ATTESTATION_REPORT, report));
  }
}
