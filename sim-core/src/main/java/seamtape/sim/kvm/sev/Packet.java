package seamtape.sim.kvm.sev;

import java.util.Arrays;

/**
 * Data under transport: a header of flags (4), IV (16) and MAC (32), and the data in AES-128-CTR
 * with the TEK. The MAC, with the TIK, covers the kind of packet, flags, IV, both lengths, the
 * ciphertext, and what else the kind adds.
 */
final class Packet {
  static final int HEADER_SIZE = 52;
  private static final int IV = 4;
  private static final int MAC = 20;

  private Packet() {}

  /** The header's flag of compressed data, which the firmware knows and does not support. */
  static boolean compressed(byte[] header) {
    return (header[0] & 1) != 0;
  }

  /** The plaintext; null when the MAC is wrong. */
  static byte[] open(SevGuest guest, byte kind, byte[] header, byte[] data, byte[] more) {
    byte[] flags = Arrays.copyOf(header, IV);
    byte[] iv = Arrays.copyOfRange(header, IV, MAC);
    byte[] mac = mac(guest, kind, flags, iv, data, more);
    return SevGuest.same(mac, Arrays.copyOfRange(header, MAC, HEADER_SIZE))
        ? SevCrypto.aesCtr(guest.tek, iv, data)
        : null;
  }

  /** The header of what {@link #encrypt} gave. */
  static byte[] header(SevGuest guest, byte kind, byte[] iv, byte[] data) {
    byte[] header = new byte[HEADER_SIZE];
    System.arraycopy(iv, 0, header, IV, iv.length);
    byte[] mac = mac(guest, kind, new byte[IV], iv, data, new byte[0]);
    System.arraycopy(mac, 0, header, MAC, mac.length);
    return header;
  }

  static byte[] encrypt(SevGuest guest, byte[] iv, byte[] plain) {
    return SevCrypto.aesCtr(guest.tek, iv, plain);
  }

  private static byte[] mac(
      SevGuest guest, byte kind, byte[] flags, byte[] iv, byte[] data, byte[] more) {
    byte[] length = SevCrypto.u32(data.length);
    return guest.macOf(new byte[] {kind}, flags, iv, length, length, data, more);
  }
}
