package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOMEM;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.kvm.tdx.TdxSysInfo.CpuidConfig;
import seamtape.sim.tdx.PhysicalMemory;

/** KVM_TDX_INIT_VM (tdx_td_init): what user space asks for becomes TD_PARAMS, then a TD. */
final class TdxInitVm {
  private static final int CPUID = 256;
  private static final int ENTRIES = CPUID + 8;
  private static final int KVM_MAX_CPUID_ENTRIES = 256;
  private static final int RESERVED = 160;
  private static final int LEAF_ADDRESS_SIZES = 0x8000_0008;

  /** EPTP_CONTROLS: memory type write-back, and walk length less 1 in bits 5:3. */
  private static final long EPTP_WB = 6;

  private static final long WALK_4 = 3 << 3;
  private static final long WALK_5 = 4 << 3;
  private static final long CONFIG_MAX_GPAW = 1;
  private static final long CONFIG_NO_RBP_MOD = 4;
  private static final int GUEST_PHYS_BITS = 0xff_0000;

  /** TD_PARAMS counts the TSC's frequency in units of 25 MHz. */
  private static final long TSC_UNIT_KHZ = 25_000;

  private final KvmTdx tdx;
  private final TdxCmd cmd;
  private final UserCopy user;
  private ByteBuffer in;
  private int entries;
  private long configFlags = CONFIG_NO_RBP_MOD;
  private long eptp = EPTP_WB | WALK_4;

  TdxInitVm(KvmTdx tdx, TdxCmd cmd, UserCopy user) {
    this.tdx = tdx;
    this.cmd = cmd;
    this.user = user;
  }

  long run() {
    if (tdx.state != KvmTdx.State.UNINITIALIZED || cmd.flags() != 0) {
      return EINVAL.result();
    }
    long error = copyIn();
    if (error == 0) {
      error = check();
    }
    return error != 0 ? error : build();
  }

  private long copyIn() {
    ByteBuffer nent = user.struct(cmd.data() + CPUID, Integer.BYTES);
    if (nent == null) {
      return EFAULT.result();
    }
    if (Integer.compareUnsigned(nent.getInt(0), KVM_MAX_CPUID_ENTRIES) > 0) {
      return E2BIG.result();
    }
    entries = nent.getInt(0);
    in = user.struct(cmd.data(), ENTRIES + entries * TdxCapabilities.ENTRY_SIZE);
    return in == null ? EFAULT.result() : 0;
  }

  private long check() {
    for (int at = RESERVED; at < CPUID; at += Long.BYTES) {
      if (in.getLong(at) != 0) {
        return EINVAL.result();
      }
    }
    if (in.getInt(CPUID + 4) != 0) {
      return EINVAL.result();
    }
    if (tdx.vm.createdVcpus() > 0) {
      return EBUSY.result();
    }
    boolean attributes = (in.getLong(0) & ~TdxCapabilities.attributes(tdx.host)) == 0;
    boolean xfam = (in.getLong(8) & ~TdxCapabilities.xfam(tdx.host)) == 0;
    return attributes && xfam && takeWidth() && cpuidConfigurable() ? 0 : EINVAL.result();
  }

  /** setup_tdparams_eptp_controls: the width of addresses comes from leaf 0x80000008. */
  private boolean takeWidth() {
    int at = TdxCapabilities.find(in, ENTRIES, entries, LEAF_ADDRESS_SIZES, 0);
    if (at < 0) {
      return false;
    }
    int width = in.getInt(at + 12) >>> 16 & 0xff;
    boolean wide = width == 52;
    if (wide) {
      eptp = EPTP_WB | WALK_5;
      configFlags |= CONFIG_MAX_GPAW;
    }
    return width == 48 || wide && tdx.host.cpu.linearBits() == 57;
  }

  /** setup_tdparams_cpuids: every entry must be one that can be configured. */
  private boolean cpuidConfigurable() {
    int used = 0;
    for (CpuidConfig config : tdx.host.info().cpuidConfig()) {
      int at = TdxCapabilities.find(in, ENTRIES, entries, config.leaf(), config.subleaf());
      if (at >= 0) {
        used++;
        if (TdxCapabilities.unsupported(in, at)) {
          return false;
        }
      }
    }
    return used == entries;
  }

  private long build() {
    long params = tdx.host.memory.allocate();
    if (params == PhysicalMemory.NONE) {
      return ENOMEM.result();
    }
    store(PhysicalPages.bytes(tdx.host.memory, params));
    tdx.gpaWidth = (configFlags & CONFIG_MAX_GPAW) != 0 ? 52 : 48;
    TdControl control = new TdControl(tdx);
    long error = control.create(params);
    tdx.host.memory.free(params);
    if (error == EINVAL.result()) {
      cmd.hwError(control.status());
    }
    if (error == 0) {
      tdx.attributes = in.getLong(0) | tdx.host.info().attributesFixed1();
      tdx.xfam = in.getLong(8) | tdx.host.info().xfamFixed1();
      tdx.state = KvmTdx.State.INITIALIZED;
    }
    return error;
  }

  private void store(ByteBuffer params) {
    TdxSysInfo info = tdx.host.info();
    params.putLong(0, in.getLong(0) | info.attributesFixed1());
    params.putLong(8, in.getLong(8) | info.xfamFixed1());
    params.putShort(16, (short) tdx.vm.maxVcpus());
    params.putLong(24, eptp).putLong(32, configFlags);
    params.putShort(40, (short) (tdx.vm.settings.tscKhz / TSC_UNIT_KHZ));
    // mrconfigid, mrowner, mrownerconfig: 48 bytes each, in this order in both structs.
    params.put(80, in.array(), 16, 3 * 48);
    CpuidConfig[] configs = info.cpuidConfig();
    for (int i = 0; i < configs.length; i++) {
      CpuidConfig config = configs[i];
      int at = TdxCapabilities.find(in, ENTRIES, entries, config.leaf(), config.subleaf());
      if (at >= 0) {
        boolean width = config.leaf() == LEAF_ADDRESS_SIZES;
        params.put(256 + 16 * i, in.array(), at + 12, 16);
        int eax = in.getInt(at + 12);
        params.putInt(256 + 16 * i, width ? eax & ~GUEST_PHYS_BITS : eax);
      }
    }
  }
}
