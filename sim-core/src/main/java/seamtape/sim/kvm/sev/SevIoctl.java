package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.Errno.EPERM;

import java.nio.ByteBuffer;
import java.util.Optional;
import seamtape.catalog.SevCommand;
import seamtape.catalog.SevStatus;
import seamtape.sim.kvm.Vm;
import seamtape.sim.profile.Profile;

/** sev_mem_enc_ioctl: the checks that all commands share, in Linux's order, then the command. */
public final class SevIoctl {
  /** Commands from here on are those of SNP guests, which have no others. */
  private static final int FIRST_SNP = SevCommand.KVM_SEV_SNP_LAUNCH_START.id();

  private SevIoctl() {}

  public static long handle(Vm vm, long arg) {
    if (!vm.sev.module.enabled()) {
      return ENOTTY.result();
    }
    if (arg == 0) {
      return 0;
    }
    ByteBuffer command = vm.host.user.struct(arg, SevCall.SIZE);
    return command == null ? EFAULT.result() : locked(new SevCall(vm, command), arg);
  }

  /** What follows holds the VM's lock; refusals up to the dispatch copy nothing back. */
  private static long locked(SevCall call, long arg) {
    Profile profile = call.sev.module.profile();
    SevCommand row = row(call, profile).orElse(null);
    if (call.sev.mirror() && (row == null || !row.fromMirror())) {
      return EINVAL.result();
    }
    if (call.sev.snpGuest() && Integer.compareUnsigned(call.id(), FIRST_SNP) < 0) {
      return EPERM.result();
    }
    if (row == null) {
      return EINVAL.result();
    }
    if (row == SevCommand.KVM_SEV_ES_INIT && !call.sev.module.esEnabled()) {
      return ENOTTY.result();
    }
    if (profile.sevErrorMarksNoCall()) {
      call.error(SevStatus.SEV_RET_NO_FW_CALL.code());
    }
    long result = dispatch(row, call);
    return call.user.out(arg, call.bytes()) ? result : EFAULT.result();
  }

  /** The command, where the kernel has it. */
  private static Optional<SevCommand> row(SevCall call, Profile profile) {
    long id = Integer.toUnsignedLong(call.id());
    return SevCommand.byId(id).filter(row -> known(row, profile));
  }

  /** True where a kernel dispatches a command: all but those it only numbers, and later ones. */
  public static boolean known(SevCommand row, Profile profile) {
    return switch (row) {
      case KVM_SEV_SEND_UPDATE_VMSA, KVM_SEV_RECEIVE_UPDATE_VMSA, KVM_SEV_CERT_EXPORT -> false;
      case KVM_SEV_INIT2 -> profile.sevInit2();
      case KVM_SEV_SNP_LAUNCH_START, KVM_SEV_SNP_LAUNCH_UPDATE, KVM_SEV_SNP_LAUNCH_FINISH ->
          profile.sevSnp();
      case KVM_SEV_SNP_ENABLE_REQ_CERTS -> profile.sevSnpReqCerts();
      default -> true;
    };
  }

  private static long dispatch(SevCommand row, SevCall call) {
    return switch (row) {
      case KVM_SEV_INIT -> SevInit.init(call, false);
      case KVM_SEV_ES_INIT -> SevInit.init(call, true);
      case KVM_SEV_INIT2 -> SevInit.init2(call);
      case KVM_SEV_LAUNCH_START -> SevLaunch.start(call);
      case KVM_SEV_LAUNCH_UPDATE_DATA -> SevLaunch.updateData(call);
      case KVM_SEV_LAUNCH_UPDATE_VMSA -> SevVmsa.updateAll(call);
      case KVM_SEV_LAUNCH_MEASURE -> SevLaunch.measure(call);
      case KVM_SEV_LAUNCH_SECRET -> SevSecret.inject(call);
      case KVM_SEV_LAUNCH_FINISH -> SevLaunch.finish(call);
      case KVM_SEV_GUEST_STATUS -> SevLaunch.status(call);
      case KVM_SEV_GET_ATTESTATION_REPORT -> SevReport.get(call);
      case KVM_SEV_SEND_START -> SevSend.start(call);
      case KVM_SEV_SEND_UPDATE_DATA -> SevSend.updateData(call);
      case KVM_SEV_SEND_FINISH -> SevSend.finish(call);
      case KVM_SEV_SEND_CANCEL -> SevSend.cancel(call);
      case KVM_SEV_RECEIVE_START -> SevReceive.start(call);
      case KVM_SEV_RECEIVE_UPDATE_DATA -> SevReceive.updateData(call);
      case KVM_SEV_RECEIVE_FINISH -> SevReceive.finish(call);
      case KVM_SEV_DBG_DECRYPT -> SevDebug.crypt(call, true);
      case KVM_SEV_DBG_ENCRYPT -> SevDebug.crypt(call, false);
      case KVM_SEV_SNP_LAUNCH_START -> SnpLaunch.start(call);
      case KVM_SEV_SNP_LAUNCH_UPDATE -> SnpUpdate.update(call);
      case KVM_SEV_SNP_LAUNCH_FINISH -> SnpLaunch.finish(call);
      case KVM_SEV_SNP_ENABLE_REQ_CERTS -> SnpLaunch.enableReqCerts(call);
      case KVM_SEV_SEND_UPDATE_VMSA, KVM_SEV_RECEIVE_UPDATE_VMSA, KVM_SEV_CERT_EXPORT ->
          throw new AssertionError(row + " is dispatched by no kernel");
    };
  }
}
