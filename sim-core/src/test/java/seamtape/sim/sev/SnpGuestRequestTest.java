package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.PublicKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.SevCommand;
import seamtape.machine.NestedCalls;
import seamtape.sim.kvm.sev.PlatformKeys;

/** SNP_GUEST_REQUEST by VMGEXIT: what guest and firmware say behind the host's back. */
final class SnpGuestRequestTest {
  private static final long REQUEST = 0xd000;
  private static final long RESPONSE = 0xe000;
  private static final long CERTIFICATES = 0x4000;
  private static final long GUEST_REQUEST = 0x8000_0011L;
  private static final long EXT_GUEST_REQUEST = 0x8000_0012L;
  private static final int RAX = 0x1f8;
  private static final int RBX = 0x318;
  private static final int KEY_REQ = 3;
  private static final int REPORT_REQ = 5;
  private static final int SNP_REQ_CERTS = 43;

  /** The guest shows VMPCK0 of its secrets page at 0xa100. */
  private static final String SHOW_KEY =
      """
      mov rax, [0xf020]
      mov [0xa100], rax
      mov rax, [0xf028]
      mov [0xa108], rax
      mov rax, [0xf030]
      mov [0xa110], rax
      mov rax, [0xf038]
      mov [0xa118], rax
      """;

  private EsGuest guest;
  private byte[] key;

  @BeforeEach
  void launch() {
    start(false);
  }

  private void start(boolean certificates) {
    guest = new EsGuest("linux-7.3", true, NestedCalls.NONE);
    if (certificates) {
      assertEquals(
          "0 ffffffff", guest.sev.command(SevCommand.KVM_SEV_SNP_ENABLE_REQ_CERTS), "no firmware");
    }
    guest.launched(SHOW_KEY + EsGuest.LOOP, "hlt");
    assertEquals(EsGuest.GHCB | 0x13, guest.msr(EsGuest.GHCB | 0x12), "registered");
    key = bytes(GUEST + 0xa100, 32);
  }

  private byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    assertTrue(guest.m.memory.read(address, bytes, 0, length));
    return bytes;
  }

  private byte[] gcm(int mode, long number, byte[] header, byte[] text) throws Exception {
    byte[] iv = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
    cipher.updateAAD(header, 48, 48);
    return cipher.doFinal(text);
  }

  /** Puts a message with 64 bytes of data for a report into the guest's request page. */
  private void message(long number, int type, int vmpl) throws Exception {
    byte[] payload = new byte[96];
    Arrays.fill(payload, 0, 64, (byte) 0x77);
    payload[64] = (byte) vmpl;
    message(number, type, payload);
  }

  private void message(long number, int type, byte[] payload) throws Exception {
    ByteBuffer page = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    page.putLong(32, number).put(48, (byte) 1).put(49, (byte) 1).putShort(50, (short) 96);
    page.put(52, (byte) type).put(53, (byte) 1);
    page.putShort(54, (short) payload.length);
    byte[] sealed = gcm(Cipher.ENCRYPT_MODE, number, page.array(), payload);
    page.put(96, sealed, 0, payload.length).put(0, sealed, payload.length, 16);
    guest.m.store(GUEST + REQUEST, page.array());
  }

  private String ask(long code, long... fields) {
    guest.ghcb(code, REQUEST, RESPONSE, fields);
    return guest.outcomeOfRound();
  }

  /** The payload of the response, once its tag has been found right. */
  private byte[] answer(long number) throws Exception {
    return answer(number, REPORT_REQ + 1);
  }

  private byte[] answer(long number, int type) throws Exception {
    byte[] page = bytes(GUEST + RESPONSE, 4096);
    ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(number, header.getLong(32));
    assertEquals(type, page[52]);
    int length = header.getShort(54);
    byte[] sealed = Arrays.copyOfRange(page, 96, 96 + length + 16);
    System.arraycopy(page, 0, sealed, length, 16);
    return gcm(Cipher.DECRYPT_MODE, number, page, sealed);
  }

  @Test
  void aReportHoldsDataPolicyDigestAndHostData() throws Exception {
    message(1, REPORT_REQ, 2);
    assertEquals("0 0", ask(GUEST_REQUEST));
    ByteBuffer answer = ByteBuffer.wrap(answer(2)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(0, answer.getInt(0));
    assertEquals(1184, answer.getInt(4));
    assertEquals(2, answer.getInt(32), "version");
    assertEquals(0x30000, answer.getLong(32 + 8), "policy");
    assertEquals(2, answer.getInt(32 + 0x30), "VMPL");
    byte[] data = new byte[64];
    Arrays.fill(data, (byte) 0x77);
    assertArrayEquals(data, Arrays.copyOfRange(answer.array(), 32 + 0x50, 32 + 0x90));
    assertEquals(0x48, answer.get(32 + 0xc0), "host data");
  }

  @Test
  void theNextMessageHasTheNumberAfterTheAnswersAndAnOldOneIsRefused() throws Exception {
    message(1, REPORT_REQ, 0);
    assertEquals("0 0", ask(GUEST_REQUEST));
    assertEquals("0 1d", ask(GUEST_REQUEST), "again: AEAD_OFLOW");
    message(3, REPORT_REQ, 0);
    assertEquals("0 0", ask(GUEST_REQUEST));
    assertEquals(0, answer(4)[0]);
  }

  @ParameterizedTest
  @CsvSource({
    "48, 2, 16, another algorithm",
    "49, 2, 16, another version",
    "50, 95, 16, another size of the header",
    "54, 95, 16, no whole blocks",
    "54, 0, 16, nothing",
    "55, 16, 16, more than a page",
    "54, 80, b, a length that was not meant",
    "60, 4, 16, a fifth key",
    "60, 1, b, another key",
    "96, 1, b, text that was changed",
    "0, 1, b, a tag that was changed"
  })
  void aMessageThatIsNotWhatItSaysIsRefusedByTheFirmware(
      int offset, int value, String status, String why) throws Exception {
    message(1, REPORT_REQ, 0);
    guest.m.store(GUEST + REQUEST + offset, (byte) value);
    assertEquals("0 " + status, ask(GUEST_REQUEST), why);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 4, 16, a VMPL that there is not",
    "68, 1, 0, the chip's key",
    "68, 2, 27, a key that nobody loaded",
    "68, 3, 27, a selection that is none",
    "68, 4, 16, reserved bits",
    "80, 1, 16, reserved bytes"
  })
  void whatTheGuestGotWrongIsToldInTheAnswer(int at, int value, String status, String why)
      throws Exception {
    byte[] payload = new byte[96];
    payload[at] = (byte) value;
    message(1, REPORT_REQ, payload);
    assertEquals("0 0", ask(GUEST_REQUEST), why);
    assertEquals(Integer.parseInt(status, 16), answer(2)[0], why);
  }

  @Test
  void otherMessagesAndOtherVersionsAreUnknown() throws Exception {
    message(1, 1, 0);
    assertEquals("0 16", ask(GUEST_REQUEST));
    message(1, REPORT_REQ, 0);
    guest.m.store(GUEST + REQUEST + 53, (byte) 2);
    assertEquals("0 b", ask(GUEST_REQUEST), "the tag covers the version");
  }

  @Test
  void aReportIsSignedByTheKeyOfTheChip() throws Exception {
    message(1, REPORT_REQ, 0);
    assertEquals("0 0", ask(GUEST_REQUEST));
    byte[] report = Arrays.copyOfRange(answer(2), 32, 32 + 1184);
    assertEquals(1, report[0x34], "ECDSA on P-384 with SHA-384");
    byte[] signed = Arrays.copyOf(report, 0x2a0);
    byte[] signature = Arrays.copyOfRange(report, 0x2a0, 0x2a0 + 144);
    PublicKey vcek = PlatformKeys.of(1, "vcek");
    assertTrue(PlatformKeys.verifies(vcek, 384, signed, signature));
    signed[0x90] ^= 1;
    assertFalse(PlatformKeys.verifies(vcek, 384, signed, signature), "another measurement");
  }

  private byte[] derivedKey(long number, long fields, int vmpl, int svn) throws Exception {
    ByteBuffer payload = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    payload.putLong(8, fields).putInt(16, vmpl).putInt(20, svn);
    message(number, KEY_REQ, payload.array());
    assertEquals("0 0", ask(GUEST_REQUEST));
    return answer(number + 1, KEY_REQ + 1);
  }

  @Test
  void aDerivedKeyIsTheSameForTheSameSelectionAndAnotherForAnother() throws Exception {
    byte[] first = derivedKey(1, 8, 0, 0);
    assertEquals(0, first[0]);
    assertArrayEquals(first, derivedKey(3, 8, 0, 0));
    assertFalse(Arrays.equals(first, derivedKey(5, 9, 0, 0)), "with the policy");
    assertFalse(Arrays.equals(first, derivedKey(7, 8, 1, 0)), "for VMPL 1");
    assertEquals(0x16, derivedKey(9, 64, 0, 0)[0], "a field that there is not");
    assertEquals(0x16, derivedKey(11, 16, 0, 1)[0], "a newer guest than this");
  }

  @Test
  void withoutCertificatesTheExtendedRequestGetsAnEmptyTable() throws Exception {
    message(1, REPORT_REQ, 0);
    guest.m.storeNumber(GUEST + CERTIFICATES, 8, -1);
    assertEquals("0 0", ask(EXT_GUEST_REQUEST, RAX, CERTIFICATES, RBX, 1));
    assertEquals(0, guest.m.number(GUEST + CERTIFICATES, 8));
    assertEquals(0, answer(2)[0]);
    assertEquals("2 5", ask(EXT_GUEST_REQUEST, RAX, CERTIFICATES + 8, RBX, 1), "unaligned");
    assertEquals("2 5", ask(EXT_GUEST_REQUEST, RAX, CERTIFICATES), "how many");
  }

  /** KVM_EXIT_SNP_REQ_CERTS: 0, ENOSPC with the pages needed, EAGAIN, EIO, and any other. */
  @ParameterizedTest
  @CsvSource({"0, 0 0", "28, 0 100000000", "11, 0 200000000", "5, 0 ffffffff00000000"})
  void certificatesAreUserSpacesToGive(int answer, String outcome) throws Exception {
    start(true);
    message(1, REPORT_REQ, 0);
    guest.ghcb(EXT_GUEST_REQUEST, REQUEST, RESPONSE, RAX, CERTIFICATES, RBX, 1);
    assertEquals(SNP_REQ_CERTS, guest.exit(EsGuest.GHCB));
    assertEquals(CERTIFICATES, guest.runField(32));
    assertEquals(1, guest.runField(40));
    guest.m.storeNumber(RUN + 40, 8, 7);
    guest.m.storeNumber(RUN + 48, 8, answer);
    assertEquals(5, guest.run());
    assertEquals(outcome, guest.outcome());
    assertEquals(answer == 28 ? 7 : 1, guest.answer(RBX));
  }

  @Test
  void anAnswerThatIsNoneEndsTheRun() throws Exception {
    start(true);
    message(1, REPORT_REQ, 0);
    guest.ghcb(EXT_GUEST_REQUEST, REQUEST, RESPONSE, RAX, CERTIFICATES, RBX, 1);
    assertEquals(SNP_REQ_CERTS, guest.exit(EsGuest.GHCB));
    guest.m.storeNumber(RUN + 48, 8, 1);
    assertEquals(-22, guest.m.run());
  }
}
