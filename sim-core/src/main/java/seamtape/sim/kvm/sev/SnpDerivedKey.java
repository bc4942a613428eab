package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_INVALID_KEY;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_PARAM;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.SevStatus;

/**
 * MSG_KEY_REQ: a key that a guest gets again whenever it is launched as the same guest. The
 * firmware mixes what the guest selects of itself into a root key; how it does is its own affair,
 * so here HMAC-SHA-256 mixes.
 */
final class SnpDerivedKey {
  private static final int REQUEST = 32;
  private static final int ANSWER = 64;

  /**
   * Bits of GUEST_FIELD_SELECT: policy, image id, family id, measurement, guest SVN, TCB version.
   */
  private static final long POLICY = 1;

  private static final long NAMES = 2 | 4;
  private static final long MEASUREMENT = 8;
  private static final long GUEST_SVN = 16;
  private static final long TCB = 32;
  private static final long FIELDS = POLICY | NAMES | MEASUREMENT | GUEST_SVN | TCB;

  private final SnpContext context;
  private final SnpPlatform platform;
  private final byte[] migrationRoot;

  /**
   * @param migrationRoot the guest's VMRK, the other root
   */
  SnpDerivedKey(SnpContext context, SnpPlatform platform, byte[] migrationRoot) {
    this.context = context;
    this.platform = platform;
    this.migrationRoot = migrationRoot;
  }

  /** The payload of MSG_KEY_RSP: status, and at 0x20 the key. */
  byte[] answer(byte[] payload, int vmpck) {
    ByteBuffer request =
        ByteBuffer.wrap(Arrays.copyOf(payload, REQUEST)).order(ByteOrder.LITTLE_ENDIAN);
    SevStatus status = check(request, vmpck);
    ByteBuffer answer = ByteBuffer.allocate(ANSWER).order(ByteOrder.LITTLE_ENDIAN);
    answer.putInt(0, status.code());
    if (status == SEV_RET_SUCCESS) {
      byte[] mixed = mixed(request);
      boolean chip = (request.getInt(0) & 1) == 0;
      answer.put(0x20, chip ? platform.derive(mixed) : SevCrypto.hmac(migrationRoot, mixed));
    }
    return answer.array();
  }

  private SevStatus check(ByteBuffer request, int vmpck) {
    int roots = request.getInt(0);
    if (roots >>> 3 != 0 || request.getInt(4) != 0) {
      return SEV_RET_INVALID_PARAM;
    }
    if ((roots & 1) == 0 && !SnpReport.usable(context, roots >>> 1)) {
      return SEV_RET_INVALID_KEY;
    }
    long fields = request.getLong(8);
    boolean above = Integer.compareUnsigned(request.getInt(16), vmpck) < 0;
    if (above || (fields & ~FIELDS) != 0) {
      return SEV_RET_INVALID_PARAM;
    }
    boolean newerTcb = (fields & TCB) != 0 && !SnpPlatform.reached(request.getLong(24));
    boolean newerGuest =
        (fields & GUEST_SVN) != 0
            && Integer.compareUnsigned(request.getInt(20), context.guestSvn()) > 0;
    return newerTcb || newerGuest ? SEV_RET_INVALID_PARAM : SEV_RET_SUCCESS;
  }

  private byte[] mixed(ByteBuffer request) {
    long fields = request.getLong(8);
    ByteBuffer mixed = ByteBuffer.allocate(240).order(ByteOrder.LITTLE_ENDIAN);
    mixed.putInt(request.getInt(0)).putInt(request.getInt(16)).putLong(fields);
    mixed.put(context.hostData()).putLong((fields & POLICY) != 0 ? context.policy() : 0);
    mixed.putInt((fields & GUEST_SVN) != 0 ? request.getInt(20) : 0);
    mixed.putLong((fields & TCB) != 0 ? request.getLong(24) : 0);
    mixed.put((fields & MEASUREMENT) != 0 ? context.digest() : new byte[SnpContext.DIGEST_SIZE]);
    if (context.identity() != null) {
      context.identity().mixInto(mixed, fields);
    }
    return mixed.array();
  }
}
