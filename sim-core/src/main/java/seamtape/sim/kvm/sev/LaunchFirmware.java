package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_BAD_MEASUREMENT;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_ADDRESS;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_GUEST;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_GUEST_STATE;
import static seamtape.catalog.SevStatus.SEV_RET_INVALID_LEN;
import static seamtape.catalog.SevStatus.SEV_RET_POLICY_FAILURE;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;
import static seamtape.catalog.SevStatus.SEV_RET_UNSUPPORTED;

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
    boolean given = certificate != null;
    if (given && (session == null || session.length != SevSession.SIZE)) {
      return SEV_RET_INVALID_LEN;
    }
    return create(key, policy, certificate, given ? session : null, SevGuestState.LUPDATE);
  }

  /** LAUNCH_START and RECEIVE_START, as the published firmware checks: MACs, policy, then key. */
  SevStatus create(int key, int policy, byte[] certificate, byte[] session, SevGuestState state) {
    SevGuest shared = firmware.guest(key);
    SevGuest asked = new SevGuest(0, policy, new byte[SevCrypto.KEY_BYTES], state);
    if (session != null && !SevSession.open(session, certificate, asked)) {
      return SEV_RET_BAD_MEASUREMENT;
    }
    SevStatus status = allowed(key, shared, policy);
    if (status == SEV_RET_SUCCESS) {
      guest = firmware.create(policy, shared == null ? null : shared.vek, state);
      guest.tek = session == null ? firmware.draw("tek", SevCrypto.KEY_BYTES) : asked.tek;
      guest.tik = session == null ? firmware.draw("tik", SevCrypto.KEY_BYTES) : asked.tik;
    }
    return status;
  }

  /** A key is shared by guests of one policy, if that allows it. */
  private static SevStatus allowed(int key, SevGuest shared, int policy) {
    if (SevPolicy.tooNew(policy) || SevPolicy.reserved(policy)) {
      return SEV_RET_POLICY_FAILURE;
    }
    if (key == 0) {
      return SEV_RET_SUCCESS;
    }
    if (shared == null) {
      return SEV_RET_INVALID_GUEST;
    }
    boolean shares = shared.policy == policy && !shared.has(SevPolicy.NOKS);
    return shares ? SEV_RET_SUCCESS : SEV_RET_POLICY_FAILURE;
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
    if (length == 0 || (length & MemoryEncryption.BLOCK - 1) != 0) {
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
      return SEV_RET_UNSUPPORTED;
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
