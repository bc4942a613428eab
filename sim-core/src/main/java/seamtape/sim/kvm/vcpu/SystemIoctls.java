package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENXIO;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmIoctl;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.CpuidTable;
import seamtape.sim.profile.FeatureMsrs;
import seamtape.sim.profile.Profile;

/** The ioctls of the system fd that say what guests can have: CPUID, MSRs, machine checks, XCR0. */
public final class SystemIoctls {
  private static final int DEVICE_ATTR_SIZE = 24;
  private static final int CPUID_PADDING = 28;

  private SystemIoctls() {}

  /** Answers one ioctl of {@code /dev/kvm}; EINVAL for those that are not of this kind. */
  public static long handle(
      KvmIoctl row, long arg, UserCopy user, Profile profile, CpuModel model) {
    return switch (row) {
      case KVM_GET_SUPPORTED_CPUID -> cpuid(profile.supportedCpuid(model), arg, user, false);
      case KVM_GET_EMULATED_CPUID -> cpuid(profile.emulatedCpuid(), arg, user, true);
      case KVM_GET_SUPPORTED_HV_CPUID -> CpuidIoctls.copyOut(profile.hypervCpuid(), arg, user);
      case KVM_GET_MSR_INDEX_LIST -> msrList(profile.msrIndexList(model), arg, user);
      case KVM_GET_MSR_FEATURE_INDEX_LIST -> msrList(profile.msrFeatureList(model), arg, user);
      case KVM_GET_MSRS -> featureMsrs(profile, model, arg, user);
      case KVM_X86_GET_MCE_CAP_SUPPORTED -> {
        byte[] out = Bytes.zeroed(8).putLong(0, MceBanks.supported(model.intel())).array();
        yield user.out(arg, out) ? 0 : EFAULT.result();
      }
      case KVM_GET_DEVICE_ATTR, KVM_HAS_DEVICE_ATTR ->
          deviceAttr(row, profile.supportedXcr0(model), arg, user);
      default -> EINVAL.result();
    };
  }

  /** The count is written back on success only; more than 256 counts as 256. */
  private static long cpuid(CpuidTable table, long arg, UserCopy user, boolean cleanPadding) {
    ByteBuffer header = user.struct(arg, CpuidIoctls.HEADER_SIZE);
    if (header == null) {
      return EFAULT.result();
    }
    int room = header.getInt(0);
    if (room == 0) {
      return E2BIG.result();
    }
    boolean many = Integer.compareUnsigned(room, CpuidIoctls.MAX_ENTRIES) > 0;
    int entries = many ? CpuidIoctls.MAX_ENTRIES : room;
    if (cleanPadding && !paddingClean(arg, entries, user)) {
      return EINVAL.result();
    }
    return CpuidIoctls.copyOut(table, arg, user);
  }

  private static boolean paddingClean(long arg, int entries, UserCopy user) {
    for (int i = 0; i < entries; i++) {
      long at = arg + CpuidIoctls.HEADER_SIZE + (long) CpuidIoctls.ENTRY_SIZE * i;
      byte[] padding = user.in(at + CPUID_PADDING, 12);
      if (padding == null) {
        return false;
      }
      for (byte b : padding) {
        if (b != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** The needed count is written back first, also when there is no room for the list. */
  private static long msrList(int[] indices, long arg, UserCopy user) {
    ByteBuffer header = user.struct(arg, 4);
    if (header == null) {
      return EFAULT.result();
    }
    int room = header.getInt(0);
    header.putInt(0, indices.length);
    if (!user.out(arg, header.array())) {
      return EFAULT.result();
    }
    if (Integer.compareUnsigned(room, indices.length) < 0) {
      return E2BIG.result();
    }
    ByteBuffer list = Bytes.zeroed(4 * indices.length);
    for (int i = 0; i < indices.length; i++) {
      list.putInt(4 * i, indices[i]);
    }
    return user.out(arg + 4, list.array()) ? 0 : EFAULT.result();
  }

  private static long featureMsrs(Profile profile, CpuModel model, long arg, UserCopy user) {
    int[] features = profile.msrFeatureList(model);
    return MsrIoctls.batch(
        arg,
        user,
        true,
        (entries, at) -> {
          int index = entries.getInt(at);
          boolean known = java.util.Arrays.stream(features).anyMatch(f -> f == index);
          boolean zero = profile.advertisedMsrsReadZero() && profile.msrAdvertised(model, index);
          if (known || zero) {
            entries.putLong(at + MsrIoctls.DATA, known ? FeatureMsrs.value(index, model) : 0);
          }
          return known || zero;
        });
  }

  /** KVM_X86_GRP_SYSTEM with KVM_X86_XCOMP_GUEST_SUPP is the only attribute. */
  private static long deviceAttr(KvmIoctl row, long xcr0, long arg, UserCopy user) {
    ByteBuffer attr = user.struct(arg, DEVICE_ATTR_SIZE);
    if (attr == null) {
      return EFAULT.result();
    }
    if (attr.getInt(4) != 0 || attr.getLong(8) != 0) {
      return ENXIO.result();
    }
    if (row == KvmIoctl.KVM_HAS_DEVICE_ATTR) {
      return 0;
    }
    byte[] out = Bytes.zeroed(8).putLong(0, xcr0).array();
    return user.out(attr.getLong(16), out) ? 0 : EFAULT.result();
  }
}
