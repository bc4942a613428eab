package seamtape.catalog;

import java.util.Optional;
import java.util.stream.Stream;

/** Codes of the SEV firmware: {@code error} of struct kvm_sev_cmd. */
public enum SevStatus {
  SEV_RET_NO_FW_CALL(-1, "the firmware was not called: KVM, or the driver, refused first"),
  SEV_RET_SUCCESS(0, "done"),
  SEV_RET_INVALID_PLATFORM_STATE(1, "the platform is not initialised, or is so already"),
  SEV_RET_INVALID_GUEST_STATE(
      2, "not in this state of the guest: KVM_SEV_GUEST_STATUS tells which it is in"),
  SEV_RET_INVALID_CONFIG(3, "the platform configuration is invalid"),
  SEV_RET_INVALID_LEN(
      4,
      "a length is wrong; where a buffer was too short the length that it needs is written back"),
  SEV_RET_ALREADY_OWNED(5, "the platform has an owner already"),
  SEV_RET_INVALID_CERTIFICATE(
      6, "a certificate is malformed, or does not lead to AMD or the owner"),
  SEV_RET_POLICY_FAILURE(
      7,
      "the policy forbids it: reserved bits, a newer firmware wanted, NODBG, NOKS, NOSEND, SMT, or not that of the ID block"),
  SEV_RET_INACTIVE(8, "the guest has no ASID"),
  SEV_RET_INVALID_ADDRESS(9, "an address is misaligned, or not memory that the firmware may use"),
  SEV_RET_BAD_SIGNATURE(0xa, "a signature does not verify"),
  SEV_RET_BAD_MEASUREMENT(
      0xb,
      "a MAC or a digest is not the expected one: wrong keys, wrong measurement, or an ID block of another image"),
  SEV_RET_ASID_OWNED(0xc, "the ASID has a guest already: a second launch on one VM"),
  SEV_RET_INVALID_ASID(
      0xd,
      "the ASID is out of range: an SEV-ES VM needs the ES bit in the policy, an SEV VM must not have it"),
  SEV_RET_WBINVD_REQUIRED(0xe, "caches must be written back before an ASID is used again"),
  SEV_RET_DFFLUSH_REQUIRED(0xf, "DF_FLUSH must come before an ASID is used again"),
  SEV_RET_INVALID_GUEST(0x10, "no guest has the handle"),
  SEV_RET_INVALID_COMMAND(0x11, "the firmware does not know the command"),
  SEV_RET_ACTIVE(0x12, "the guest has an ASID already"),
  SEV_RET_HWERROR_PLATFORM(0x13, "hardware failed; the platform is safe"),
  SEV_RET_HWERROR_UNSAFE(0x14, "hardware failed; the platform must be reset"),
  SEV_RET_UNSUPPORTED(0x15, "a feature that this firmware does not have"),
  SEV_RET_INVALID_PARAM(
      0x16,
      "a parameter is wrong; of a CPUID page: corrected values are in the page, to be tried again"),
  SEV_RET_RESOURCE_LIMIT(0x17, "the firmware has no more handles or memory"),
  SEV_RET_SECURE_DATA_INVALID(0x18, "stored secure data does not verify"),
  SEV_RET_INVALID_PAGE_SIZE(0x19, "the RMP has the page in another size"),
  SEV_RET_INVALID_PAGE_STATE(0x1a, "the RMP has the page in another state"),
  SEV_RET_INVALID_MDATA_ENTRY(0x1b, "an entry of swapped-out metadata is wrong"),
  SEV_RET_INVALID_PAGE_OWNER(0x1c, "the page is another guest's"),
  SEV_RET_AEAD_OFLOW(0x1d, "a guest message has another number than the next"),
  SEV_RET_EXIT_RING_BUFFER(0x1f, "the firmware left ring buffer mode"),
  SEV_RET_RMP_INIT_REQUIRED(0x20, "the RMP is not initialised"),
  SEV_RET_BAD_SVN(0x21, "an SVN is older than the committed one"),
  SEV_RET_BAD_VERSION(0x22, "a version is older than the committed one"),
  SEV_RET_SHUTDOWN_REQUIRED(0x23, "the platform must be shut down first"),
  SEV_RET_UPDATE_FAILED(0x24, "the new firmware could not be started"),
  SEV_RET_RESTORE_REQUIRED(0x25, "the old firmware must be restored"),
  SEV_RET_INVALID_KEY(0x27, "the key asked for is not loaded, or not to be used for this guest");

  private final int code;
  private final String meaning;

  SevStatus(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** In words, with what leads to it. */
  public String meaning() {
    return meaning;
  }

  public static Optional<SevStatus> of(int code) {
    return Stream.of(values()).filter(status -> status.code == code).findFirst();
  }

  /** 32 bits, unsigned. */
  public int code() {
    return code;
  }
}
