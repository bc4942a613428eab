package seamtape.catalog;

import java.util.Optional;

/** Classes of completion statuses of the TDX module: bits 47:40. */
public enum TdxStatusClass {
  GENERAL(0x00, "General"),
  INVALID_OPERAND(0x01, "Invalid operand"),
  RESOURCE_BUSY(0x02, "Resource busy"),
  PAGE_METADATA(0x03, "Page metadata"),
  DEPENDENT_RESOURCES(0x04, "Dependent resources"),
  MODULE_STATE(0x05, "Module state"),
  TD_STATE(0x06, "TD state"),
  VCPU_STATE(0x07, "VCPU state"),
  KEY_MANAGEMENT(0x08, "Key management"),
  PLATFORM(0x09, "Platform / CPUID"),
  TDMR_CONFIGURATION(0x0a, "TDMR / PAMT config"),
  SECURE_EPT(0x0b, "EPT / Secure EPT"),
  METADATA(0x0c, "Metadata fields"),
  SERVICE_TD(0x0d, "Service TD"),
  MIGRATION(0x0e, "Migration"),
  ATTESTATION(0x10, "Attestation"),
  TD_PARTITIONING(0x11, "TD partitioning (L2)"),
  SOFTWARE(0xff, "Set by software");

  private final int code;
  private final String words;

  TdxStatusClass(int code, String words) {
    this.code = code;
    this.words = words;
  }

  public int code() {
    return code;
  }

  public String words() {
    return words;
  }

  /** The class of a 64-bit status. */
  public static Optional<TdxStatusClass> of(long status) {
    int code = (int) (status >>> 40) & 0xff;
    for (TdxStatusClass candidate : values()) {
      if (candidate.code == code) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
