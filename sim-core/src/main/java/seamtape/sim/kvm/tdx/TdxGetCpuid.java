package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EIO;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.marshal.CallShape;
import seamtape.sim.marshal.Gpr;

/** KVM_TDX_GET_CPUID: the leaves that the module serves a TD, read one by one. */
final class TdxGetCpuid {
  private static final int HEADER = 8;
  private static final int MAX_ENTRIES = 256;
  private static final int KVM_CPUID_FLAG_SIGNIFCANT_INDEX = 1;
  private static final long CPUID_VALUES = 0x9410_0003_0000_0000L;

  private static final int FIRST_EXTENDED = 0x8000_0000;
  private static final int ADDRESS_SIZES = 0x8000_0008;
  private static final int GUEST_PHYS_BITS = 0xff_0000;

  /** Bits 30:7 of a leaf have no place in a field id. */
  private static final int UNREADABLE = 0x7fff_ff80;

  private static final int SUBLEAVES = 128;

  private final KvmTdx tdx;
  private final ByteBuffer entries =
      ByteBuffer.allocate(HEADER + MAX_ENTRIES * TdxCapabilities.ENTRY_SIZE)
          .order(ByteOrder.LITTLE_ENDIAN);
  private int count;

  private TdxGetCpuid(KvmTdx tdx) {
    this.tdx = tdx;
  }

  static long run(VcpuTdx vcpu, TdxCmd cmd, UserCopy user) {
    ByteBuffer header = user.struct(cmd.data(), HEADER);
    if (header == null) {
      return EFAULT.result();
    }
    TdxGetCpuid cpuid = new TdxGetCpuid(vcpu.tdx);
    if (!cpuid.range(0) || !cpuid.range(FIRST_EXTENDED)) {
      return EIO.result();
    }
    cpuid.entries.putInt(0, cpuid.count).putInt(4, header.getInt(4));
    boolean fits = Integer.compareUnsigned(header.getInt(0), cpuid.count) >= 0;
    int bytes = fits ? HEADER + cpuid.count * TdxCapabilities.ENTRY_SIZE : HEADER;
    if (!user.out(cmd.data(), cpuid.entries.array(), 0, bytes)) {
      return EFAULT.result();
    }
    return fits ? 0 : E2BIG.result();
  }

  /** The leaves from a first one to the last that it names; false where it cannot be read. */
  private boolean range(int first) {
    if (!leaf(first)) {
      return false;
    }
    int last = entries.getInt(HEADER + (count - 1) * TdxCapabilities.ENTRY_SIZE + 12);
    for (int leaf = first + 1; leaf <= last && (leaf & UNREADABLE) == 0; leaf++) {
      leaf(leaf);
    }
    return true;
  }

  /** Without a subleaf first; then subleaf by subleaf until one cannot be read. */
  private boolean leaf(int leaf) {
    if (read(leaf, 0, false)) {
      return true;
    }
    int subleaf = 0;
    while (subleaf < SUBLEAVES && read(leaf, subleaf, true)) {
      subleaf++;
    }
    return subleaf > 0;
  }

  private boolean read(int leaf, int subleaf, boolean hasSubleaf) {
    long field = CPUID_VALUES | fieldCode(leaf, subleaf, hasSubleaf);
    if (count == MAX_ENTRIES || !field(field)) {
      return false;
    }
    long low = tdx.host.seamcalls.results().get(Gpr.R8);
    if (!field(field | 1)) {
      return false;
    }
    long high = tdx.host.seamcalls.results().get(Gpr.R8);
    int at = HEADER + count++ * TdxCapabilities.ENTRY_SIZE;
    entries.putInt(at, leaf).putInt(at + 4, subleaf);
    entries.putInt(at + 8, hasSubleaf ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0);
    entries.putLong(at + 12, low).putLong(at + 20, high);
    if (leaf == ADDRESS_SIZES) {
      // The module has no guest width in this leaf; KVM knows it by the shared bit.
      int eax = entries.getInt(at + 12) & ~GUEST_PHYS_BITS | tdx.gpaWidth << 16;
      entries.putInt(at + 12, eax);
    }
    return true;
  }

  /** Bit 16 leaf bit 31, 15:9 leaf, 8 no subleaf, 7:1 subleaf (all ones without), 0 element. */
  private static long fieldCode(int leaf, int subleaf, boolean hasSubleaf) {
    long sub = hasSubleaf ? (subleaf & 0x7fL) << 1 : 1L << 8 | 0x7fL << 1;
    return (leaf < 0 ? 1L << 16 : 0) | (leaf & 0x7fL) << 9 | sub;
  }

  private boolean field(long field) {
    long status =
        tdx.host.seamcalls.call(tdx.host.lp(), Seamcall.TDH_MNG_RD, CallShape.RET, tdx.tdr, field);
    return status == TdxStatus.TDX_SUCCESS.value();
  }
}
