package seamtape.sim.kvm.sev;

import seamtape.machine.UserMemory;
import seamtape.sim.kvm.UserCopy;

/**
 * The VMM's memory seen with a guest's key: what lies there is ciphertext. The firmware reaches the
 * pages themselves; a page that is not there is for the caller to find first.
 */
final class EncryptedMemory {
  private static final int PAGE = UserMemory.PAGE_SIZE;

  private final MemoryEncryption key;
  private final UserMemory memory;

  private EncryptedMemory(MemoryEncryption key, UserMemory memory) {
    this.key = key;
    this.memory = memory;
  }

  static EncryptedMemory of(SevGuest guest, UserCopy user) {
    return new EncryptedMemory(guest.memory, user.memory());
  }

  /** The plaintext of a range. */
  byte[] load(long address, int length) {
    byte[] bytes = new byte[length];
    byte[] plain = new byte[PAGE];
    for (int done = 0; done < length; ) {
      int inPage = (int) (address + done) & PAGE - 1;
      int part = Math.min(length - done, PAGE - inPage);
      key.decryptPage(address + done, memory.page(address + done), plain);
      System.arraycopy(plain, inPage, bytes, done, part);
      done += part;
    }
    return bytes;
  }

  /**
   * Stores plaintext, encrypted. A block of 16 bytes that is only partly stored keeps its rest;
   * what is outside of the blocks stays as it lies.
   */
  void store(long address, byte[] bytes) {
    byte[] plain = new byte[PAGE];
    byte[] cipher = new byte[PAGE];
    for (int done = 0; done < bytes.length; ) {
      byte[] page = memory.page(address + done);
      int inPage = (int) (address + done) & PAGE - 1;
      int part = Math.min(bytes.length - done, PAGE - inPage);
      key.decryptPage(address + done, page, plain);
      System.arraycopy(bytes, done, plain, inPage, part);
      key.encryptPage(address + done, plain, cipher);
      int first = inPage & -MemoryEncryption.BLOCK;
      int end = inPage + part + MemoryEncryption.BLOCK - 1 & -MemoryEncryption.BLOCK;
      System.arraycopy(cipher, first, page, first, end - first);
      done += part;
    }
  }
}
