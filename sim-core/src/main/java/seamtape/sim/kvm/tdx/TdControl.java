package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.EAGAIN;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOMEM;
import static seamtape.catalog.Errno.ENOSPC;
import static seamtape.sim.marshal.CallShape.PLAIN;
import static seamtape.sim.marshal.CallShape.RET;

import java.util.Arrays;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.tdx.PhysicalMemory;

/** Creates a TD for the module (__tdx_td_init), and takes back what a failure leaves. */
final class TdControl {
  private static final long SUCCESS = TdxStatus.TDX_SUCCESS.value();
  private static final long TSC_OFFSET = 0x1100_0000_0000_000aL;
  private static final long TSC_MULTIPLIER = 0x1100_0000_0000_000bL;

  private final KvmTdx tdx;
  private final TdxHost host;
  private final int lp;
  private long status;

  TdControl(KvmTdx tdx) {
    this.tdx = tdx;
    this.host = tdx.host;
    this.lp = host.lp();
  }

  /** The status of the last SEAMCALL. */
  long status() {
    return status;
  }

  private boolean call(int onLp, Seamcall leaf, long rcx, long rdx) {
    status = host.seamcalls.call(onLp, leaf, PLAIN, rcx, rdx);
    return status == SUCCESS;
  }

  /**
   * @param params address of TD_PARAMS
   * @return 0 or a negative errno; EINVAL where the module refused the parameters
   */
  long create(long params) {
    tdx.keyId = host.allocateKeyId();
    if (!tdx.keyAssigned()) {
      return ENOSPC.result();
    }
    long error = allocate();
    if (error == 0) {
      error = createTdr();
    }
    if (error == 0) {
      error = addTdcs();
    }
    if (error == 0) {
      error = initialize(params);
    }
    if (error != 0) {
      new TdTeardown(tdx).run();
    }
    return error;
  }

  private long allocate() {
    tdx.tdcs = new long[host.info().tdcsPages()];
    Arrays.fill(tdx.tdcs, PhysicalMemory.NONE);
    tdx.tdr = host.memory.allocate();
    tdx.sharedEptRoot = host.memory.allocate();
    boolean all = tdx.tdr != PhysicalMemory.NONE && tdx.sharedEptRoot != PhysicalMemory.NONE;
    for (int i = 0; i < tdx.tdcs.length; i++) {
      tdx.tdcs[i] = host.memory.allocate();
      all &= tdx.tdcs[i] != PhysicalMemory.NONE;
    }
    return all ? 0 : ENOMEM.result();
  }

  /** TDR, and the key on every package. */
  private long createTdr() {
    if (!call(lp, Seamcall.TDH_MNG_CREATE, tdx.tdr, tdx.keyId)) {
      return noEntropy() ? EAGAIN.result() : EIO.result();
    }
    for (int i = 0; i < host.module.platform().packages(); i++) {
      int onLp = i * host.module.platform().lpsPerPackage();
      if (!call(onLp, Seamcall.TDH_MNG_KEY_CONFIG, tdx.tdr, 0)) {
        return EIO.result();
      }
    }
    return 0;
  }

  private long addTdcs() {
    for (long page : tdx.tdcs) {
      if (!call(lp, Seamcall.TDH_MNG_ADDCX, page, tdx.tdr)) {
        return noEntropy() ? EAGAIN.result() : EIO.result();
      }
    }
    return 0;
  }

  private boolean noEntropy() {
    return status == TdxStatus.TDX_RND_NO_ENTROPY.value();
  }

  private long initialize(long params) {
    if (!call(lp, Seamcall.TDH_MNG_INIT, tdx.tdr, params)) {
      boolean refused = TdxStatus.of(status).orElse(null) == TdxStatus.TDX_OPERAND_INVALID;
      return refused ? EINVAL.result() : EIO.result();
    }
    boolean read = read(TSC_OFFSET) && read(TSC_MULTIPLIER);
    return read ? 0 : EIO.result();
  }

  /** Fields that KVM keeps for its own view of the guest's TSC. */
  private boolean read(long field) {
    status = host.seamcalls.call(lp, Seamcall.TDH_MNG_RD, RET, tdx.tdr, field);
    return status == SUCCESS;
  }
}
