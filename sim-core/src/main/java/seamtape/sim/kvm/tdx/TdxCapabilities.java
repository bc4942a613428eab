package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.kvm.tdx.TdxSysInfo.CpuidConfig;

/** KVM_TDX_CAPABILITIES: what a TD may be configured with, as the module and KVM allow it. */
final class TdxCapabilities {
  /** sizeof(struct kvm_tdx_capabilities) before the entries; the count lies 8 bytes before. */
  private static final int SIZE = 2056;

  private static final int NENT = 2048;
  static final int ENTRY_SIZE = 40;
  private static final int KVM_CPUID_FLAG_SIGNIFCANT_INDEX = 1;

  /** SEPT_VE_DISABLE, the one attribute that KVM allows. */
  private static final long KVM_SUPPORTED_TD_ATTRS = 1L << 28;

  /** GetQuote and SetupEventNotifyInterrupt, which user space may serve. */
  private static final long USER_TDVMCALLS = 3;

  private static final int LEAF_ADDRESS_SIZES = 0x8000_0008;

  /** Bits 23:16 of EAX: the width of guest physical addresses, KVM's own knob. */
  private static final int GUEST_PHYS_BITS = 0xff_0000;

  private static final int TSX = 1 << 4 | 1 << 11;
  private static final int WAITPKG = 1 << 5;

  private TdxCapabilities() {}

  static long get(KvmTdx tdx, TdxCmd cmd, UserCopy user) {
    if (cmd.flags() != 0) {
      return EINVAL.result();
    }
    ByteBuffer nent = user.struct(cmd.data() + NENT, Integer.BYTES);
    if (nent == null) {
      return EFAULT.result();
    }
    CpuidConfig[] configs = tdx.host.info().cpuidConfig();
    if (Integer.compareUnsigned(nent.getInt(0), configs.length) < 0) {
      return E2BIG.result();
    }
    long attributes = attributes(tdx.host);
    long xfam = xfam(tdx.host);
    if (tdx.host.info().attributesFixed1() != 0 && attributes == 0 || xfam == 0) {
      return EIO.result();
    }
    ByteBuffer out =
        ByteBuffer.allocate(SIZE + configs.length * ENTRY_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(0, attributes).putLong(8, xfam).putLong(24, USER_TDVMCALLS);
    out.putInt(NENT, configs.length);
    for (int i = 0; i < configs.length; i++) {
      entry(out, SIZE + i * ENTRY_SIZE, configs[i]);
    }
    return user.out(cmd.data(), out.array()) ? 0 : EFAULT.result();
  }

  /** tdx_get_supported_attrs. */
  static long attributes(TdxHost host) {
    TdxSysInfo info = host.info();
    boolean forced = (KVM_SUPPORTED_TD_ATTRS & info.attributesFixed1()) == info.attributesFixed1();
    return forced ? KVM_SUPPORTED_TD_ATTRS & info.attributesFixed0() : 0;
  }

  /** tdx_get_supported_xfam: features that both KVM and the module have. */
  static long xfam(TdxHost host) {
    TdxSysInfo info = host.info();
    long kvm = host.profile.supportedXcr0(host.cpu) | host.profile.supportedXss(host.cpu);
    return (kvm & info.xfamFixed1()) == info.xfamFixed1() ? kvm & info.xfamFixed0() : 0;
  }

  /** What a user may set in a leaf: TSX and WAITPKG are the host's business. */
  private static void entry(ByteBuffer out, int at, CpuidConfig config) {
    boolean features = config.leaf() == 7 && config.subleaf() == 0;
    int width = config.leaf() == LEAF_ADDRESS_SIZES ? GUEST_PHYS_BITS : 0;
    out.putInt(at, config.leaf());
    out.putInt(at + 4, config.hasSubleaf() ? config.subleaf() : 0);
    out.putInt(at + 8, config.hasSubleaf() ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0);
    out.putInt(at + 12, config.eax() | width);
    out.putInt(at + 16, features ? config.ebx() & ~TSX : config.ebx());
    out.putInt(at + 20, features ? config.ecx() & ~WAITPKG : config.ecx());
    out.putInt(at + 24, config.edx());
  }

  /** tdx_unsupported_cpuid: an entry of user space that asks for TSX or WAITPKG. */
  static boolean unsupported(ByteBuffer entries, int at) {
    return entries.getInt(at) == 7
        && entries.getInt(at + 4) == 0
        && ((entries.getInt(at + 16) & TSX) != 0 || (entries.getInt(at + 20) & WAITPKG) != 0);
  }

  /** The entry for a leaf and subleaf, as kvm_find_cpuid_entry2 finds it; -1 without one. */
  static int find(ByteBuffer entries, int first, int count, int leaf, int subleaf) {
    for (int i = 0; i < count; i++) {
      int at = first + i * ENTRY_SIZE;
      boolean any =
          subleaf == CpuidConfig.NO_SUBLEAF
              || (entries.getInt(at + 8) & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) == 0;
      if (entries.getInt(at) == leaf && (any || entries.getInt(at + 4) == subleaf)) {
        return at;
      }
    }
    return -1;
  }
}
