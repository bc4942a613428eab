package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.SevStatus.SEV_RET_SUCCESS;

import java.nio.ByteBuffer;
import java.util.Arrays;
import seamtape.sim.kvm.vcpu.Vcpu;

/** Start and finish of the launch of an SNP guest; {@link SnpUpdate} is what comes between. */
final class SnpLaunch {
  private static final int START_SIZE = 64;
  private static final int FINISH_SIZE = 88;
  private static final int HOST_DATA = 19;
  private static final long INITIAL_VMSA_GPA = 0x0000_ffff_ffff_f000L;

  private SnpLaunch() {}

  static long start(SevCall call) {
    SevVm sev = call.sev;
    if (!sev.snpGuest()) {
      return ENOTTY.result();
    }
    ByteBuffer params = call.params(START_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    long policy = params.getLong(0);
    if (sev.snpContext != null || params.getShort(24) != 0 || !accepts(sev.module, policy)) {
      return EINVAL.result();
    }
    if (call.issue(call.sevFd(), () -> SEV_RET_SUCCESS) != 0) {
      return ENOTTY.result();
    }
    SnpContext context = new SnpContext(guestSecret(call), new SnpPlatform(call.firmware));
    long error = call.issue(call.sevFd(), () -> context.start(policy));
    if (error == 0) {
      error = call.issue(call.sevFd(), () -> call.firmware.own(sev.asid, context));
    }
    if (error == 0) {
      sev.snpContext = context;
      sev.fd = call.sevFd();
    }
    return error;
  }

  /** Another one for each ASID; hardware draws it. */
  private static byte[] guestSecret(SevCall call) {
    return SevCrypto.hmac(call.firmware.platformSecret("vmpck"), new byte[] {(byte) call.sev.asid});
  }

  private static boolean accepts(SevModule module, long policy) {
    boolean known = (policy & ~SnpPolicy.SUPPORTED) == 0;
    boolean fixed = (policy & SnpPolicy.RESERVED_ONE) != 0;
    boolean smt = (policy & SnpPolicy.SMT) != 0;
    boolean singleSocket = (policy & SnpPolicy.SINGLE_SOCKET) != 0;
    boolean allowed = module.profile().sevSnpPolicyOfFirmware() || smt && !singleSocket;
    return known && fixed && allowed;
  }

  static long finish(SevCall call) {
    if (!call.sev.snpGuest()) {
      return ENOTTY.result();
    }
    if (call.sev.snpContext == null) {
      return EINVAL.result();
    }
    ByteBuffer params = call.params(FINISH_SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    if (params.getShort(54) != 0) {
      return EINVAL.result();
    }
    long error = updateVmsas(call);
    if (error != 0) {
      return error;
    }
    SnpIdentity expected = null;
    if (params.get(16) != 0) {
      byte[] block = call.blob(params.getLong(0), SnpIdentity.BLOCK);
      byte[] auth = block == null ? null : call.blob(params.getLong(8), SnpIdentity.AUTH);
      if (auth == null) {
        return call.blobError;
      }
      expected = new SnpIdentity(block, auth, params.get(17) != 0);
    }
    SnpIdentity identity = expected;
    int end = HOST_DATA + SnpContext.HOST_DATA_SIZE;
    byte[] hostData = Arrays.copyOfRange(params.array(), HOST_DATA, end);
    boolean withoutVcek = params.get(18) != 0;
    return call.issue(() -> call.sev.snpContext.finish(identity, hostData, withoutVcek));
  }

  /** Every vCPU's save area is a page of the launch, in the order of creation. */
  private static long updateVmsas(SevCall call) {
    if (call.sev.vcpusBusy()) {
      return EBUSY.result();
    }
    for (int i = 0; i < call.vm.createdVcpus(); i++) {
      Vcpu vcpu = call.vm.vcpuState(i);
      long error = SevVmsa.check(call.sev, vcpu);
      if (error == 0) {
        byte[] vmsa = SevVmsa.page(call.sev, vcpu);
        error =
            call.issue(() -> call.sev.snpContext.update(SnpPageType.VMSA, INITIAL_VMSA_GPA, vmsa));
      }
      if (error != 0) {
        return error;
      }
      vcpu.guestStateProtected = true;
    }
    return 0;
  }

  static long enableReqCerts(SevCall call) {
    if (call.vm.createdVcpus() > 0 || !call.sev.snpGuest()) {
      return EINVAL.result();
    }
    call.sev.certsEnabled = true;
    return 0;
  }
}
