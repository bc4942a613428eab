package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EAGAIN;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOSPC;

import seamtape.machine.Machine;
import seamtape.sim.kvm.ExitWriter;
import seamtape.sim.kvm.Limits;

/**
 * Messages of an SNP guest to the firmware, by VMGEXIT (snp_handle_guest_req): KVM copies them from
 * and to the pages that the guest shares. The extended request also asks for certificates, which
 * user space puts into the guest's memory where it has said that it would
 * (KVM_SEV_SNP_ENABLE_REQ_CERTS).
 */
final class SnpGuestRequest {
  /** The request itself is wrong: the guest is told so. */
  static final long INVALID = 1;

  /** Of the VMM, in the upper half of SW_EXITINFO2. */
  static final long ERR_INVALID_LEN = 1L << 32;

  static final long ERR_BUSY = 2L << 32;
  static final long ERR_GENERIC = 0xffff_ffffL << 32;

  /** A table of certificates ends in an entry of zeros. */
  private static final byte[] END_OF_TABLE = new byte[24];

  private final SevVm sev;
  private final SharedMemory memory;
  private final ExitWriter exits;
  private final byte[] response = new byte[Limits.PAGE_SIZE];
  private long requestGpa;
  private long responseGpa;

  /** What SW_EXITINFO2 becomes. */
  long result;

  /** Pages that the certificates need, where they do not fit; else what the guest gave. */
  long pages;

  SnpGuestRequest(SevVm sev, SharedMemory memory, ExitWriter exits) {
    this.sev = sev;
    this.memory = memory;
    this.exits = exits;
  }

  /**
   * A request.
   *
   * @return IN_PROGRESS with {@link #result}, {@link #INVALID}, 0 to leave to user space, or an
   *     error of KVM_RUN
   */
  long begin(boolean extended, long requestAt, long responseAt, Ghcb ghcb) {
    requestGpa = requestAt;
    responseGpa = responseAt;
    pages = ghcb.value(Ghcb.RBX);
    if (!extended) {
      return carry();
    }
    byte[] type = memory.read(requestAt + SnpMessages.MSG_TYPE, 1);
    if (type == null) {
      return EIO.result();
    }
    return type[0] == SnpMessages.MSG_REPORT_REQ ? certificates(ghcb) : carry();
  }

  private long certificates(Ghcb ghcb) {
    long gpa = ghcb.value(Ghcb.RAX);
    boolean given = ghcb.valid(Ghcb.RAX) && ghcb.valid(Ghcb.RBX);
    if (!given || (gpa & Limits.PAGE_SIZE - 1) != 0) {
      return INVALID;
    }
    if (sev.certsEnabled) {
      exits.snpCertificates(gpa, pages);
      return 0;
    }
    return pages != 0 && !memory.write(gpa, END_OF_TABLE) ? EIO.result() : carry();
  }

  private long carry() {
    byte[] request = memory.read(requestGpa, Limits.PAGE_SIZE);
    if (request == null) {
      return EIO.result();
    }
    result = sev.snpContext.messages().serve(request, response).code();
    return memory.write(responseGpa, response.clone()) ? Machine.IN_PROGRESS : EIO.result();
  }

  private long ends(long error) {
    result = error;
    return Machine.IN_PROGRESS;
  }

  /** User space has put the certificates there, or says why not. */
  long complete() {
    long answer = exits.snpCertificatesResult();
    if (answer == ENOSPC.number()) {
      pages = exits.snpCertificatesPages();
      return ends(ERR_INVALID_LEN);
    }
    if (answer == EAGAIN.number()) {
      return ends(ERR_BUSY);
    }
    if (answer == EIO.number()) {
      return ends(ERR_GENERIC);
    }
    return answer == 0 ? carry() : EINVAL.result();
  }
}
