package seamtape.sim.kvm.sev;

import java.security.MessageDigest;
import java.util.Arrays;

/** The firmware's context of an SEV or SEV-ES guest, known to KVM by its handle. */
final class SevGuest {
  final int handle;
  final int policy;
  final MemoryEncryption memory;
  final byte[] vek;

  /** Transport integrity and encryption keys: the owner's, or the firmware's own. */
  byte[] tik;

  byte[] tek;
  SevGuestState state;

  /** 0 while no ASID is bound to it. */
  int asid;

  private final MessageDigest launchDigest = SevCrypto.digest("SHA-256");
  private byte[] finalDigest;

  /** What LAUNCH_MEASURE gave, without its nonce; null before. */
  byte[] measurement;

  SevGuest(int handle, int policy, byte[] vek, SevGuestState state) {
    this.handle = handle;
    this.policy = policy;
    this.vek = vek;
    this.memory = new MemoryEncryption(vek);
    this.state = state;
  }

  boolean has(int policyBit) {
    return (policy & policyBit) != 0;
  }

  /** Adds plaintext to the launch digest. */
  void measure(byte[] bytes, int offset, int length) {
    launchDigest.update(bytes, offset, length);
  }

  /** The launch digest so far. */
  byte[] digest() {
    if (finalDigest != null) {
      return finalDigest.clone();
    }
    try {
      return ((MessageDigest) launchDigest.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this Java runtime cannot clone SHA-256", e);
    }
  }

  /** No more is added to the digest. */
  void closeDigest() {
    finalDigest = digest();
  }

  byte[] macOf(byte[]... parts) {
    return SevCrypto.hmac(tik, parts);
  }

  static boolean same(byte[] a, byte[] b) {
    return Arrays.equals(a, b);
  }
}
