package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_BAD_MEASUREMENT;
import static seamtape.catalog.SevStatus.SEV_RET_BAD_SIGNATURE;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_PARAM;
import static seamtape.catalog.SevStatus.SEV_RET_POLICY_FAILURE;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.SevStatus;

/**
 * The ID block of an SNP guest's launch, by which its owner says what it must be, signed with the
 * owner's key and, if wanted, that key with the author's (sev-measure.md section 5; the order of
 * checks is that of AMD's published firmware).
 */
final class SnpIdentity {
  static final int BLOCK = 96;
  static final int AUTH = 4096;
  private static final int DIGEST = 48;

  /** In the block: what the owner calls the guest, its security version, its policy. */
  private static final int FAMILY_AND_IMAGE = 48;

  private static final int NAMES = 32;
  private static final int GUEST_SVN = 84;
  private static final int POLICY = 88;

  private static final int ECDSA_P384_SHA384 = 1;
  private static final int CURVE_P384 = 2;
  private static final int ID_SIGNATURE = 64;
  private static final int ID_KEY = 576;
  private static final int KEY_SIGNATURE = 1664;
  private static final int AUTHOR_KEY = 2176;
  private static final int KEY_BYTES = 1028;

  private final ByteBuffer block;
  private final ByteBuffer auth;
  private final boolean author;

  /**
   * @param author the key of the block is signed by an author's
   */
  SnpIdentity(byte[] block, byte[] auth, boolean author) {
    this.block = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    this.auth = ByteBuffer.wrap(auth).order(ByteOrder.LITTLE_ENDIAN);
    this.author = author;
  }

  SevStatus check(byte[] digest, long policy) {
    if (!Arrays.equals(digest, bytes(block, 0, DIGEST))) {
      return SEV_RET_BAD_MEASUREMENT;
    }
    if (block.getLong(POLICY) != policy) {
      return SEV_RET_POLICY_FAILURE;
    }
    if (auth.getInt(0) != ECDSA_P384_SHA384 || author && auth.getInt(4) != ECDSA_P384_SHA384) {
      return SEV_RET_INVALID_PARAM;
    }
    boolean good = signed(ID_KEY, ID_SIGNATURE, block.array());
    byte[] key = bytes(auth, ID_KEY, KEY_BYTES);
    return good && (!author || signed(AUTHOR_KEY, KEY_SIGNATURE, key))
        ? SEV_RET_SUCCESS
        : SEV_RET_BAD_SIGNATURE;
  }

  private boolean signed(int key, int signature, byte[] message) {
    return auth.getInt(key) == CURVE_P384
        && SevCrypto.verifies(
            number(key + 4),
            number(key + 4 + SevEcdsa.COORDINATE),
            number(signature),
            number(signature + SevEcdsa.COORDINATE),
            message);
  }

  private BigInteger number(int at) {
    byte[] little = bytes(auth, at, SevEcdsa.COORDINATE);
    byte[] big = new byte[little.length];
    for (int i = 0; i < big.length; i++) {
      big[i] = little[big.length - 1 - i];
    }
    return new BigInteger(1, big);
  }

  private static byte[] bytes(ByteBuffer from, int at, int length) {
    return Arrays.copyOfRange(from.array(), at, at + length);
  }

  int guestSvn() {
    return block.getInt(GUEST_SVN);
  }

  /** For a derived key: names that the guest selects, and whose key signed. */
  void mixInto(ByteBuffer mixed, long fields) {
    mixed.put((fields & 4) != 0 ? bytes(block, FAMILY_AND_IMAGE, 16) : new byte[16]);
    mixed.put((fields & 2) != 0 ? bytes(block, FAMILY_AND_IMAGE + 16, 16) : new byte[16]);
    mixed.put(SevCrypto.sha384(bytes(auth, author ? AUTHOR_KEY : ID_KEY, KEY_BYTES)));
  }

  /** What a report tells of it, once it has been found good. */
  void into(ByteBuffer report) {
    report.putInt(4, guestSvn());
    report.put(0x10, block.array(), FAMILY_AND_IMAGE, NAMES);
    report.putInt(0x48, author ? 1 : 0);
    report.put(0xe0, SevCrypto.sha384(bytes(auth, ID_KEY, KEY_BYTES)));
    if (author) {
      report.put(0x110, SevCrypto.sha384(bytes(auth, AUTHOR_KEY, KEY_BYTES)));
    }
  }
}
