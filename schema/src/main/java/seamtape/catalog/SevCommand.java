package seamtape.catalog;

import java.util.Optional;

/** Sub-commands of KVM_MEMORY_ENCRYPT_OP on AMD: {@code id} of struct kvm_sev_cmd. */
public enum SevCommand {
  KVM_SEV_INIT(0, "", false, "4.16", "Make the VM an SEV guest"),
  KVM_SEV_ES_INIT(1, "", false, "5.11", "Make the VM an SEV-ES guest"),
  KVM_SEV_LAUNCH_START(2, "kvm_sev_launch_start", false, "4.16", "Start the launch of a guest"),
  KVM_SEV_LAUNCH_UPDATE_DATA(
      3, "kvm_sev_launch_update_data", false, "4.16", "Encrypt and measure guest memory"),
  KVM_SEV_LAUNCH_UPDATE_VMSA(4, "", true, "5.11", "Encrypt and measure the state of all vCPUs"),
  KVM_SEV_LAUNCH_SECRET(
      5, "kvm_sev_launch_secret", false, "4.16", "Inject a secret into guest memory"),
  KVM_SEV_LAUNCH_MEASURE(
      6, "kvm_sev_launch_measure", false, "4.16", "Read the measurement of the launch"),
  KVM_SEV_LAUNCH_FINISH(7, "", false, "4.16", "Finish the launch; the guest may run"),
  KVM_SEV_SEND_START(8, "kvm_sev_send_start", false, "5.14", "Start sending a guest"),
  KVM_SEV_SEND_UPDATE_DATA(
      9, "kvm_sev_send_update_data", false, "5.14", "Encrypt guest memory for transport"),
  KVM_SEV_SEND_UPDATE_VMSA(10, "", false, "enum only", "Never implemented"),
  KVM_SEV_SEND_FINISH(11, "", false, "5.14", "Finish sending a guest"),
  KVM_SEV_RECEIVE_START(12, "kvm_sev_receive_start", false, "5.14", "Start receiving a guest"),
  KVM_SEV_RECEIVE_UPDATE_DATA(
      13, "kvm_sev_receive_update_data", false, "5.14", "Decrypt received guest memory"),
  KVM_SEV_RECEIVE_UPDATE_VMSA(14, "", false, "enum only", "Never implemented"),
  KVM_SEV_RECEIVE_FINISH(15, "", false, "5.14", "Finish receiving a guest"),
  KVM_SEV_GUEST_STATUS(
      16, "kvm_sev_guest_status", true, "4.16", "Read handle, policy and state of the guest"),
  KVM_SEV_DBG_DECRYPT(17, "kvm_sev_dbg", true, "4.16", "Decrypt guest memory for a debugger"),
  KVM_SEV_DBG_ENCRYPT(18, "kvm_sev_dbg", true, "4.16", "Encrypt guest memory for a debugger"),
  KVM_SEV_CERT_EXPORT(19, "", false, "enum only", "Never implemented"),
  KVM_SEV_GET_ATTESTATION_REPORT(
      20, "kvm_sev_attestation_report", false, "5.13", "Read a signed report of the guest"),
  KVM_SEV_SEND_CANCEL(21, "", false, "5.14", "Cancel sending a guest"),
  KVM_SEV_INIT2(
      22, "kvm_sev_init", false, "6.10", "Make the VM an SEV, SEV-ES or SNP guest, with features"),
  KVM_SEV_SNP_LAUNCH_START(
      100, "kvm_sev_snp_launch_start", false, "6.11", "Start the launch of an SNP guest"),
  KVM_SEV_SNP_LAUNCH_UPDATE(
      101,
      "kvm_sev_snp_launch_update",
      false,
      "6.11",
      "Encrypt and measure guest memory of an SNP guest"),
  KVM_SEV_SNP_LAUNCH_FINISH(
      102, "kvm_sev_snp_launch_finish", false, "6.11", "Finish the launch of an SNP guest"),
  KVM_SEV_SNP_ENABLE_REQ_CERTS(
      103,
      "",
      false,
      "7.0-7.3 (in 7.3 header, not in 6.12)",
      "Exit to user space for certificates");

  private final int id;
  private final String struct;
  private final boolean fromMirror;
  private final String since;
  private final String doc;

  SevCommand(int id, String struct, boolean fromMirror, String since, String doc) {
    this.id = id;
    this.struct = struct;
    this.fromMirror = fromMirror;
    this.since = since;
    this.doc = doc;
  }

  public int id() {
    return id;
  }

  /** The struct behind {@code data}; empty without one. */
  public String struct() {
    return struct;
  }

  /** True where a mirror VM may use it. */
  public boolean fromMirror() {
    return fromMirror;
  }

  public String since() {
    return since;
  }

  public String doc() {
    return doc;
  }

  public static Optional<SevCommand> byId(long id) {
    for (SevCommand command : values()) {
      if (command.id == id) {
        return Optional.of(command);
      }
    }
    return Optional.empty();
  }
}
