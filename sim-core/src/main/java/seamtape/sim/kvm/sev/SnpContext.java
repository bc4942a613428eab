package seamtape.sim.kvm.sev;

import static seamtape.catalog.SevStatus.SEV_RET_INVALID_GUEST_STATE;
import static seamtape.catalog.SevStatus.SEV_RET_POLICY_FAILURE;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.SevStatus;

/** The firmware's context of an SNP guest, with its launch digest. */
final class SnpContext {
  static final int DIGEST_SIZE = 48;
  static final int HOST_DATA_SIZE = 32;
  private static final int PAGE_INFO_SIZE = 112;

  /** States of GSTATE that a launch goes through. */
  enum State {
    INIT,
    LAUNCH,
    RUNNING
  }

  private final SnpMessages messages;
  private final SnpPlatform platform;
  private byte[] hostData = new byte[HOST_DATA_SIZE];
  private State state = State.INIT;
  private long policy;
  private byte[] digest = new byte[DIGEST_SIZE];
  private SnpIdentity identity;
  private boolean vcekDisabled;

  /**
   * @param secret of the platform and this guest, for the keys of its messages
   */
  SnpContext(byte[] secret, SnpPlatform platform) {
    this.platform = platform;
    messages = new SnpMessages(this, secret, platform);
  }

  /** What the guest's owner said it must be; null where nothing was said. */
  SnpIdentity identity() {
    return identity;
  }

  /** Security version that the owner gave the guest. */
  int guestSvn() {
    return identity == null ? 0 : identity.guestSvn();
  }

  /** The key of the chip is not to be used for this guest. */
  boolean vcekDisabled() {
    return vcekDisabled;
  }

  SnpMessages messages() {
    return messages;
  }

  byte[] hostData() {
    return hostData.clone();
  }

  State state() {
    return state;
  }

  long policy() {
    return policy;
  }

  byte[] digest() {
    return digest.clone();
  }

  /** SNP_LAUNCH_START; the host has SMT on. */
  SevStatus start(long wanted) {
    if (SnpPolicy.tooNew(wanted) || (wanted & SnpPolicy.SMT) == 0) {
      return SEV_RET_POLICY_FAILURE;
    }
    policy = wanted;
    state = State.LAUNCH;
    return SEV_RET_SUCCESS;
  }

  /**
   * SNP_LAUNCH_UPDATE of one page.
   *
   * @param content what a NORMAL or VMSA page holds; the others are not measured by content. A
   *     CPUID page that says what this CPU cannot is corrected, and refused.
   */
  SevStatus update(SnpPageType type, long gpa, byte[] content) {
    if (state != State.LAUNCH) {
      return SEV_RET_INVALID_GUEST_STATE;
    }
    SevStatus status =
        type == SnpPageType.CPUID ? platform.cpuid().check(content) : SEV_RET_SUCCESS;
    if (status != SEV_RET_SUCCESS) {
      return status;
    }
    byte[] contents = type.contentMeasured() ? SevCrypto.sha384(content) : new byte[DIGEST_SIZE];
    ByteBuffer info = ByteBuffer.allocate(PAGE_INFO_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    info.put(digest).put(contents).putShort((short) PAGE_INFO_SIZE).put((byte) type.number());
    info.putLong(104, gpa);
    digest = SevCrypto.sha384(info.array());
    return SEV_RET_SUCCESS;
  }

  /**
   * SNP_LAUNCH_FINISH.
   *
   * @param expected by the owner; null without an ID block
   * @param data of the host, for the guest's reports
   */
  SevStatus finish(SnpIdentity expected, byte[] data, boolean withoutVcek) {
    if (state != State.LAUNCH) {
      return SEV_RET_INVALID_GUEST_STATE;
    }
    SevStatus status = expected == null ? SEV_RET_SUCCESS : expected.check(digest, policy);
    if (status == SEV_RET_SUCCESS) {
      identity = expected;
      hostData = data.clone();
      vcekDisabled = withoutVcek;
      state = State.RUNNING;
    }
    return status;
  }
}
