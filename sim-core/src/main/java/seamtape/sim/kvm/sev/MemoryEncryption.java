package seamtape.sim.kvm.sev;

import javax.crypto.Cipher;

/**
 * The memory controller's cipher for one guest key: AES-128 of each 16-byte block, mixed before and
 * after with a mask of its address, so that equal plaintext at two places looks different. The host
 * physical address of a page is, in this machine, its address in the VMM.
 */
final class MemoryEncryption {
  static final int BLOCK = 16;
  private static final int PAGE = 4096;

  private final Cipher encrypt;
  private final Cipher decrypt;
  private final Cipher mask;
  private final byte[] masks = new byte[PAGE];
  private long maskedPage = -1;

  /**
   * @param key the guest's VEK, 16 bytes
   */
  MemoryEncryption(byte[] key) {
    encrypt = SevCrypto.aesEcb(key, Cipher.ENCRYPT_MODE);
    decrypt = SevCrypto.aesEcb(key, Cipher.DECRYPT_MODE);
    mask = SevCrypto.aesEcb(SevCrypto.derive(key, "address", new byte[0]), Cipher.ENCRYPT_MODE);
  }

  /** Encrypts a whole page. */
  void encryptPage(long address, byte[] plain, byte[] cipher) {
    transform(encrypt, address & -PAGE, plain, cipher);
  }

  /** Decrypts a whole page. */
  void decryptPage(long address, byte[] cipher, byte[] plain) {
    transform(decrypt, address & -PAGE, cipher, plain);
  }

  private void transform(Cipher cipher, long page, byte[] from, byte[] to) {
    maskOf(page);
    for (int i = 0; i < PAGE; i++) {
      to[i] = (byte) (from[i] ^ masks[i]);
    }
    SevCrypto.blocks(cipher, to, PAGE);
    for (int i = 0; i < PAGE; i++) {
      to[i] ^= masks[i];
    }
  }

  private void maskOf(long page) {
    if (page == maskedPage) {
      return;
    }
    for (int block = 0; block < PAGE; block += BLOCK) {
      for (int i = 0; i < BLOCK; i++) {
        masks[block + i] = i < 8 ? (byte) (page + block >>> 8 * i) : 0;
      }
    }
    SevCrypto.blocks(mask, masks, PAGE);
    maskedPage = page;
  }
}
