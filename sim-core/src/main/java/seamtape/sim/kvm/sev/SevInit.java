package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.catalog.SevStatus;
import seamtape.sim.kvm.VmType;
import seamtape.sim.profile.Profile;

/** KVM_SEV_INIT, _ES_INIT and _INIT2: a VM becomes an encrypted one and gets its ASID. */
final class SevInit {
  private static final int INIT2_SIZE = 48;
  private static final int GHCB_VERSION_MIN = 1;
  private static final int GHCB_VERSION_MAX = 2;

  private SevInit() {}

  /** The legacy commands: for VMs of type 0, without choices. */
  static long init(SevCall call, boolean es) {
    Profile profile = call.sev.module.profile();
    if (call.vm.type != VmType.DEFAULT || call.vm.createdVcpus() > 0) {
      return EINVAL.result();
    }
    if (call.sev.active) {
      return profile.sevActiveIsInvalid() ? EINVAL.result() : EBUSY.result();
    }
    return activate(call, es, 0, es ? GHCB_VERSION_MIN : 0);
  }

  static long init2(SevCall call) {
    if (!call.sev.needInit) {
      return EINVAL.result();
    }
    ByteBuffer init = call.params(INIT2_SIZE);
    if (init == null) {
      return EFAULT.result();
    }
    boolean es = call.vm.type != VmType.SEV;
    boolean snp = call.vm.type == VmType.SNP;
    long features = init.getLong(0);
    int version = init.getShort(12) & 0xffff;
    boolean flags = init.getInt(8) != 0;
    if (call.vm.createdVcpus() > 0
        || flags
        || (features & ~allowedFeatures(call.sev.module, es, snp)) != 0
        || badGhcbVersion(version, es, snp)
        || call.sev.active) {
      return EINVAL.result();
    }
    int chosen = es && version == 0 ? GHCB_VERSION_MAX : version;
    return activate(call, es, features | (snp ? SevVm.VMSA_SNP_ACTIVE : 0), chosen);
  }

  private static long allowedFeatures(SevModule module, boolean es, boolean snp) {
    long allowed = es ? module.supportedVmsaFeatures() : 0;
    return snp ? allowed : allowed & ~SevVm.VMSA_SECURE_TSC;
  }

  /** 0 leaves the choice to KVM. */
  private static boolean badGhcbVersion(int version, boolean es, boolean snp) {
    return version > GHCB_VERSION_MAX
        || !es && version != 0
        || snp && version != 0 && version < GHCB_VERSION_MAX;
  }

  private static long activate(SevCall call, boolean es, long features, int ghcbVersion) {
    SevVm sev = call.sev;
    int asid = sev.module.asids.take(es);
    if (asid == 0) {
      return EBUSY.result();
    }
    call.error(SevStatus.SEV_RET_SUCCESS.code());
    sev.active = true;
    sev.esActive = es;
    sev.asid = asid;
    sev.vmsaFeatures = features;
    sev.ghcbVersion = ghcbVersion;
    sev.needInit = false;
    return 0;
  }
}
