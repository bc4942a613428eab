package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_BAD_MEASUREMENT;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_ADDRESS;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_GUEST;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_GUEST_STATE;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_LEN;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_PARAM;
import static seamtape.catalog.SevStatus.SEV_RET_POLICY_FAILURE;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.util.Arrays;
import seamtape.catalog.SevStatus;
import seamtape.sim.kvm.UserCopy;

/** The firmware's side of a launch; what a request gives besides its status is in the fields. */
final class LaunchFirmware {
  /** HMAC and nonce. */
  static final int MEASUREMENT_SIZE = 48;

  private static final byte MEASURE_CONTEXT = 4;
  private static final int VMSA_SIZE = 4096;

  private final SevFirmware firmware;
  SevGuest guest;
  byte[] blob;
  int neededLength;

  LaunchFirmware(SevFirmware firmware) {
    this.firmware = firmware;
  }

  /** A guest that the firmware knows, in a state in which the request is allowed. */
  static SevStatus in(SevGuest guest, SevGuestState... states) {
    if (guest == null) {
      return SEV_RET_INVALID_GUEST;
    }
    return Arrays.asList(states).contains(guest.state)
        ? SEV_RET_SUCCESS
        : SEV_RET_INVALID_GUEST_STATE;
  }

  static SevStatus known(SevGuest guest) {
    return guest == null ? SEV_RET_INVALID_GUEST : SEV_RET_SUCCESS;
  }

  /**
   * LAUNCH_START.
   *
   * @param key handle of the guest whose key is shared; 0 for a new key
   * @param certificate of the owner, with its session; both null for keys of the firmware's own
   */
  SevStatus start(int key, int policy, byte[] certificate, byte[] session) {
    if (SevPolicy.reserved(policy)) {
      return SEV_RET_INVALID_PARAM;
    }
    if (SevPolicy.tooNew(policy)) {
      return SEV_RET_POLICY_FAILURE;
    }
    SevGuest shared = firmware.guest(key);
    if (key != 0 && shared == null) {
      return SEV_RET_INVALID_GUEST;
    }
    if (key != 0 && (shared.has(SevPolicy.NOKS) || (policy & SevPolicy.NOKS) != 0)) {
      return SEV_RET_POLICY_FAILURE;
    }
    if ((certificate == null) != (session == null)) {
      return SEV_RET_INVALID_PARAM;
    }
    if (session != null && session.length != SevSession.SIZE) {
      return SEV_RET_INVALID_LEN;
    }
    guest = firmware.create(policy, shared == null ? null : shared.vek, SevGuestState.LUPDATE);
    if (session == null) {
      guest.tek = firmware.draw("tek", SevCrypto.KEY_BYTES);
      guest.tik = firmware.draw("tik", SevCrypto.KEY_BYTES);
    } else if (!SevSession.open(session, certificate, guest)) {
      firmware.decommission(guest.handle);
      return SEV_RET_BAD_MEASUREMENT;
    }
    return SEV_RET_SUCCESS;
  }

  /** LAUNCH_UPDATE_DATA: measures the plaintext and encrypts it where it lies. */
  static SevStatus updateData(SevGuest guest, UserCopy user, long address, int length) {
    SevStatus status = in(guest, SevGuestState.LUPDATE);
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    if ((address & MemoryEncryption.BLOCK - 1) != 0) {
      return SEV_RET_INVALID_ADDRESS;
    }
    if ((length & MemoryEncryption.BLOCK - 1) != 0) {
      return SEV_RET_INVALID_LEN;
    }
    byte[] plain = user.in(address, length);
    if (plain == null) {
      return SEV_RET_INVALID_ADDRESS;
    }
    guest.measure(plain, 0, length);
    EncryptedMemory.of(guest, user).store(address, plain);
    return SEV_RET_SUCCESS;
  }

  /** LAUNCH_UPDATE_VMSA of one vCPU. */
  static SevStatus updateVmsa(SevGuest guest, byte[] vmsa) {
    SevStatus status = in(guest, SevGuestState.LUPDATE);
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    if (!guest.has(SevPolicy.ES)) {
      return SEV_RET_POLICY_FAILURE;
    }
    guest.measure(vmsa, 0, VMSA_SIZE);
    return SEV_RET_SUCCESS;
  }

  /** LAUNCH_MEASURE into a buffer of some length. */
  SevStatus measure(SevGuest measured, int room) {
    SevStatus status = in(measured, SevGuestState.LUPDATE);
    neededLength = MEASUREMENT_SIZE;
    if (status != SEV_RET_SUCCESS) {
      neededLength = room;
      return status;
    }
    if (Integer.compareUnsigned(room, MEASUREMENT_SIZE) < 0) {
      return SEV_RET_INVALID_LEN;
    }
    byte[] nonce = firmware.draw("mnonce", 16);
    measured.closeDigest();
    byte[] version = {
      MEASURE_CONTEXT,
      (byte) SevFirmware.API_MAJOR,
      (byte) SevFirmware.API_MINOR,
      (byte) SevFirmware.BUILD
    };
    byte[] policy = SevCrypto.u32(measured.policy);
    measured.measurement = measured.macOf(version, policy, measured.digest(), nonce);
    blob = Arrays.copyOf(measured.measurement, MEASUREMENT_SIZE);
    System.arraycopy(nonce, 0, blob, 32, 16);
    measured.state = SevGuestState.LSECRET;
    return SEV_RET_SUCCESS;
  }

  static SevStatus finish(SevGuest guest) {
    SevStatus status = in(guest, SevGuestState.LSECRET);
    if (status == SEV_RET_SUCCESS) {
      guest.state = SevGuestState.RUNNING;
    }
    return status;
  }
}
