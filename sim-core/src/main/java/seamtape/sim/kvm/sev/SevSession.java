package seamtape.sim.kvm.sev;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A session blob, by which an owner gives the firmware transport keys: NONCE 16, WRAP_TK 32,
 * WRAP_IV 16, WRAP_MAC 32, POLICY_MAC 32. In place of the x coordinate that ECDH would give, both
 * sides take SHA-256 of {@code "ecdh"} and the certificate; all else is as in the firmware.
 */
final class SevSession {
  static final int SIZE = 128;
  private static final int WRAP_TK = 16;
  private static final int WRAP_IV = 48;
  private static final int WRAP_MAC = 64;
  private static final int POLICY_MAC = 96;

  private SevSession() {}

  private static byte[] master(byte[] certificate, byte[] nonce) {
    var sha = SevCrypto.digest("SHA-256");
    sha.update("ecdh".getBytes(StandardCharsets.US_ASCII));
    return SevCrypto.derive(sha.digest(certificate), "sev-master-secret", nonce);
  }

  /** Takes the keys over; false where a MAC is wrong. */
  static boolean open(byte[] session, byte[] certificate, SevGuest guest) {
    byte[] master = master(certificate, Arrays.copyOf(session, WRAP_TK));
    byte[] wrapped = Arrays.copyOfRange(session, WRAP_TK, WRAP_IV);
    byte[] kik = SevCrypto.derive(master, "sev-kik", new byte[0]);
    byte[] mac = Arrays.copyOfRange(session, WRAP_MAC, POLICY_MAC);
    if (!SevGuest.same(mac, SevCrypto.hmac(kik, wrapped))) {
      return false;
    }
    byte[] kek = SevCrypto.derive(master, "sev-kek", new byte[0]);
    byte[] keys = SevCrypto.aesCtr(kek, Arrays.copyOfRange(session, WRAP_IV, WRAP_MAC), wrapped);
    byte[] tik = Arrays.copyOfRange(keys, 16, 32);
    byte[] policyMac = Arrays.copyOfRange(session, POLICY_MAC, SIZE);
    if (!SevGuest.same(policyMac, SevCrypto.hmac(tik, SevCrypto.u32(guest.policy)))) {
      return false;
    }
    guest.tek = Arrays.copyOf(keys, 16);
    guest.tik = tik;
    return true;
  }

  /** The blob that carries a guest's keys to who has the certificate. */
  static byte[] seal(SevFirmware firmware, byte[] certificate, SevGuest guest) {
    byte[] nonce = firmware.draw("session-nonce", 16);
    byte[] iv = firmware.draw("session-iv", 16);
    byte[] master = master(certificate, nonce);
    byte[] keys = Arrays.copyOf(guest.tek, 32);
    System.arraycopy(guest.tik, 0, keys, 16, 16);
    byte[] wrapped = SevCrypto.aesCtr(SevCrypto.derive(master, "sev-kek", new byte[0]), iv, keys);
    byte[] kik = SevCrypto.derive(master, "sev-kik", new byte[0]);
    byte[] session = Arrays.copyOf(nonce, SIZE);
    System.arraycopy(wrapped, 0, session, WRAP_TK, 32);
    System.arraycopy(iv, 0, session, WRAP_IV, 16);
    System.arraycopy(SevCrypto.hmac(kik, wrapped), 0, session, WRAP_MAC, 32);
    byte[] policyMac = guest.macOf(SevCrypto.u32(guest.policy));
    System.arraycopy(policyMac, 0, session, POLICY_MAC, 32);
    return session;
  }
}
