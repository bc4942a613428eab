package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_ACTIVE;
import static seamtape.catalog.SevStatus.SEV_RET_ASID_OWNED;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_ASID;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_GUEST;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import seamtape.catalog.SevStatus;
import seamtape.sim.profile.CpuModel;

/**
 * The secure processor: guests by handle, who has which ASID, and what it draws at random. Keys and
 * nonces come from the machine's seed by {@link #draw}, so that who knows the seed knows them.
 */
final class SevFirmware {
  static final int API_MAJOR = 1;
  static final int API_MINOR = 55;
  static final int BUILD = 8;

  private final byte[] seed;
  private final AsidPool asids;
  final CpuModel cpu;
  private final TreeMap<Integer, SevGuest> guests = new TreeMap<>();

  /** Who holds an ASID: an SEV guest, or an SNP context. */
  private final TreeMap<Integer, Object> active = new TreeMap<>();

  private int lastHandle;
  private int drawn;

  SevFirmware(long seed, AsidPool asids, CpuModel cpu) {
    this.seed = Long.toString(seed).getBytes(StandardCharsets.US_ASCII);
    this.asids = asids;
    this.cpu = cpu;
  }

  /**
   * Bytes that nobody outside can guess: HMAC-SHA-256 keyed with the seed in decimal, over the
   * purpose and the count of drawings, in decimal, joined by a colon.
   */
  byte[] draw(String purpose, int bytes) {
    byte[] name = (purpose + ":" + ++drawn).getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(SevCrypto.hmac(seed, name), bytes);
  }

  /** As {@link #draw}, and the same each time: secrets of the platform. */
  byte[] platformSecret(String purpose) {
    return SevCrypto.hmac(seed, purpose.getBytes(StandardCharsets.US_ASCII));
  }

  /** The guest of a handle; null without one. */
  SevGuest guest(int handle) {
    return guests.get(handle);
  }

  /**
   * @param vek null for a new key
   */
  SevGuest create(int policy, byte[] vek, SevGuestState state) {
    byte[] key = vek == null ? draw("vek", SevCrypto.KEY_BYTES) : vek;
    SevGuest guest = new SevGuest(++lastHandle, policy, key, state);
    guests.put(guest.handle, guest);
    return guest;
  }

  SevStatus activate(int handle, int asid) {
    SevGuest guest = guests.get(handle);
    if (guest == null) {
      return SEV_RET_INVALID_GUEST;
    }
    if (asids.forEs(asid) != guest.has(SevPolicy.ES)) {
      return SEV_RET_INVALID_ASID;
    }
    if (guest.asid != 0) {
      return SEV_RET_ACTIVE;
    }
    SevStatus status = own(asid, guest);
    guest.asid = status == SEV_RET_SUCCESS ? asid : 0;
    return status;
  }

  /** Gives an ASID to a guest or an SNP context. */
  SevStatus own(int asid, Object owner) {
    return active.putIfAbsent(asid, owner) == null ? SEV_RET_SUCCESS : SEV_RET_ASID_OWNED;
  }

  void disown(int asid) {
    active.remove(asid);
  }

  /** DEACTIVATE and DECOMMISSION: the guest is gone. */
  void decommission(int handle) {
    SevGuest guest = guests.remove(handle);
    if (guest != null && guest.asid != 0) {
      disown(guest.asid);
    }
  }
}
