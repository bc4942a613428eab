package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_AEAD_OFLOW;
import static seamtape.catalog.SevStatus.SEV_RET_BAD_MEASUREMENT;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_GUEST_STATE;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_PARAM;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.SevStatus;

/**
 * SNP_GUEST_REQUEST: guest and firmware talk in messages that the host carries and cannot read,
 * AES-256-GCM with one of four keys that the guest finds in its secrets page. What the host may
 * have got wrong fails the command; what the guest got wrong is told in the answer. The order of
 * checks is that of AMD's published firmware. Of its messages there are MSG_REPORT_REQ and
 * MSG_KEY_REQ, which Linux sends; the others are answered as unknown.
 */
final class SnpMessages {
  static final int MSG_TYPE = 52;
  static final int MSG_REPORT_REQ = 5;
  private static final int MSG_KEY_REQ = 3;
  static final int HEADER = 96;

  private static final int TAG = 16;
  private static final int SEQNO = 32;
  private static final int AUTHENTICATED = 48;
  private static final int ALGO_AES_256_GCM = 1;
  private static final int VERSION = 1;
  private static final int PAGE = 4096;
  private static final int KEYS = 4;

  private static final int SECRETS_VERSION = 3;
  private static final int SECRETS_VMPCK = 0x20;
  private static final int KEY_BYTES = 32;

  private final SnpContext context;
  private final byte[] secret;
  private final SnpPlatform platform;
  private final long[] count = new long[KEYS];

  /**
   * @param secret of the platform and this guest, from which its keys come
   */
  SnpMessages(SnpContext context, byte[] secret, SnpPlatform platform) {
    this.context = context;
    this.secret = secret;
    this.platform = platform;
  }

  private byte[] key(int number) {
    return SevCrypto.hmac(secret, new byte[] {(byte) number});
  }

  /** The page of type SECRETS: its version, then the keys VMPCK0 to VMPCK3. */
  byte[] secretsPage() {
    ByteBuffer page = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    page.putInt(0, SECRETS_VERSION);
    for (int i = 0; i < KEYS; i++) {
      page.put(SECRETS_VMPCK + i * KEY_BYTES, key(i));
    }
    return page.array();
  }

  /**
   * Serves a message.
   *
   * @param request a page
   * @param response a page, written where the message is answered
   */
  SevStatus serve(byte[] request, byte[] response) {
    ByteBuffer header = ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN);
    if (context.state() != SnpContext.State.RUNNING) {
      return SEV_RET_INVALID_GUEST_STATE;
    }
    int length = header.getShort(54) & 0xffff;
    int vmpck = request[60] & 0xff;
    boolean known =
        request[49] == VERSION && header.getShort(50) == HEADER && request[48] == ALGO_AES_256_GCM;
    boolean whole = length != 0 && (length & TAG - 1) == 0 && HEADER + length <= PAGE;
    if (!known || !whole || vmpck >= KEYS) {
      return SEV_RET_INVALID_PARAM;
    }
    long number = header.getLong(SEQNO);
    byte[] sealed = sealed(request, length);
    byte[] payload = SevCrypto.openGcm(key(vmpck), iv(number), aad(request), sealed);
    if (payload == null) {
      return SEV_RET_BAD_MEASUREMENT;
    }
    if (number != count[vmpck] + 1) {
      return SEV_RET_AEAD_OFLOW;
    }
    byte[] answer = request[53] == VERSION ? answer(request[MSG_TYPE], vmpck, payload) : null;
    if (answer == null) {
      return SEV_RET_INVALID_PARAM;
    }
    count[vmpck] += 2;
    seal(vmpck, number + 1, request[MSG_TYPE] + 1, answer, response);
    return SEV_RET_SUCCESS;
  }

  /** The payload of the answer; null for a message that there is not. */
  private byte[] answer(int type, int vmpck, byte[] payload) {
    return switch (type) {
      case MSG_REPORT_REQ -> {
        byte[] id = key(KEYS);
        yield new SnpReport(context, platform, id).answer(payload, vmpck);
      }
      case MSG_KEY_REQ ->
          new SnpDerivedKey(context, platform, key(KEYS + 1)).answer(payload, vmpck);
      default -> null;
    };
  }

  private static byte[] iv(long number) {
    return ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  private static byte[] aad(byte[] message) {
    return Arrays.copyOfRange(message, AUTHENTICATED, HEADER);
  }

  /** Payload and tag, as Java's cipher wants them. */
  private static byte[] sealed(byte[] message, int length) {
    byte[] sealed = Arrays.copyOfRange(message, HEADER, HEADER + length + TAG);
    System.arraycopy(message, 0, sealed, length, TAG);
    return sealed;
  }

  private void seal(int vmpck, long number, int type, byte[] payload, byte[] page) {
    Arrays.fill(page, (byte) 0);
    ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(SEQNO, number).put(48, (byte) ALGO_AES_256_GCM).put(49, (byte) VERSION);
    header.putShort(50, (short) HEADER).put(MSG_TYPE, (byte) type).put(53, (byte) VERSION);
    header.putShort(54, (short) payload.length).put(60, (byte) vmpck);
    byte[] sealed = SevCrypto.sealGcm(key(vmpck), iv(number), aad(page), payload);
    System.arraycopy(sealed, 0, page, HEADER, payload.length);
    System.arraycopy(sealed, payload.length, page, 0, TAG);
  }
}
