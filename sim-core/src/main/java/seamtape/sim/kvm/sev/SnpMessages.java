package seamtape.sim.kvm.sev;

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
 * AES-256-GCM with one of four keys that the guest finds in its secrets page. Of the messages there
 * is MSG_REPORT_REQ; the firmware's order of checks is as remembered from its ABI, not as tested.
 */
final class SnpMessages {
  static final int MSG_TYPE = 52;
  static final int MSG_REPORT_REQ = 5;
  static final int HEADER = 96;
  static final int REPORT = 1184;

  private static final int MSG_REPORT_RSP = 6;
  private static final int TAG = 16;
  private static final int SEQNO = 32;
  private static final int AUTHENTICATED = 48;
  private static final int ALGO_AES_256_GCM = 1;
  private static final int VERSION = 1;
  private static final int MAX_PAYLOAD = 4000;
  private static final int REPORT_REQ_BYTES = 96;
  private static final int REPORT_RSP_HEADER = 32;
  private static final int KEYS = 4;
  private static final int SIGNED = 0x2a0;
  private static final int LAST_VMPL = 3;

  private static final int SECRETS_VERSION = 3;
  private static final int SECRETS_VMPCK = 0x20;
  private static final int KEY_BYTES = 32;

  private final SnpContext context;
  private final byte[] secret;
  private final long[] count = new long[KEYS];

  /**
   * @param secret of the platform and this guest, from which its keys come
   */
  SnpMessages(SnpContext context, byte[] secret) {
    this.context = context;
    this.secret = secret;
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
    int vmpck = request[60] & 0xff;
    int length = header.getShort(54) & 0xffff;
    long number = header.getLong(SEQNO);
    if (context.state() != SnpContext.State.RUNNING) {
      return SEV_RET_INVALID_GUEST_STATE;
    }
    boolean known =
        request[48] == ALGO_AES_256_GCM && request[49] == VERSION && header.getShort(50) == HEADER;
    if (!known || vmpck >= KEYS || length > MAX_PAYLOAD || number != count[vmpck] + 1) {
      return SEV_RET_INVALID_PARAM;
    }
    byte[] sealed = sealed(request, length);
    byte[] payload = SevCrypto.openGcm(key(vmpck), iv(number), aad(request), sealed);
    if (payload == null) {
      return SEV_RET_BAD_MEASUREMENT;
    }
    if (request[MSG_TYPE] != MSG_REPORT_REQ || length != REPORT_REQ_BYTES) {
      return SEV_RET_INVALID_PARAM;
    }
    count[vmpck] += 2;
    answer(vmpck, number + 1, MSG_REPORT_RSP, reportResponse(payload), response);
    return SEV_RET_SUCCESS;
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

  private void answer(int vmpck, long number, int type, byte[] payload, byte[] page) {
    Arrays.fill(page, (byte) 0);
    ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(SEQNO, number).put(48, (byte) ALGO_AES_256_GCM).put(49, (byte) VERSION);
    header.putShort(50, (short) HEADER).put(MSG_TYPE, (byte) type).put(53, (byte) VERSION);
    header.putShort(54, (short) payload.length).put(60, (byte) vmpck);
    byte[] sealed = SevCrypto.sealGcm(key(vmpck), iv(number), aad(page), payload);
    System.arraycopy(sealed, 0, page, HEADER, payload.length);
    System.arraycopy(sealed, payload.length, page, 0, TAG);
  }

  /** MSG_REPORT_RSP: status, size, report. */
  private byte[] reportResponse(byte[] request) {
    int vmpl = ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN).getInt(64);
    boolean refused = Integer.compareUnsigned(vmpl, LAST_VMPL) > 0;
    ByteBuffer response =
        ByteBuffer.allocate(REPORT_RSP_HEADER + REPORT).order(ByteOrder.LITTLE_ENDIAN);
    response.putInt(0, refused ? SEV_RET_INVALID_PARAM.code() : 0);
    if (!refused) {
      response.putInt(4, REPORT).put(REPORT_RSP_HEADER, report(vmpl, request));
    }
    return response.array();
  }

  /**
   * ATTESTATION_REPORT, version 2. ECDSA draws a number of its own each time; here HMAC-SHA-256
   * with the guest's secret signs instead.
   */
  private byte[] report(int vmpl, byte[] request) {
    ByteBuffer report = ByteBuffer.allocate(REPORT).order(ByteOrder.LITTLE_ENDIAN);
    report.putInt(0, 2).putLong(8, context.policy()).putInt(0x30, vmpl).putInt(0x34, 1);
    report.put(0x50, request, 0, 64).put(0x90, context.digest()).put(0xc0, context.hostData());
    report.put(0x140, key(KEYS));
    byte[] signature = SevCrypto.hmac(secret, Arrays.copyOf(report.array(), SIGNED));
    return report.put(SIGNED, signature).array();
  }
}
