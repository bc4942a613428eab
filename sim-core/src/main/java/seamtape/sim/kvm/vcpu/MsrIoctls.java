package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.kvm.tdx.TdMsrs;
import seamtape.sim.profile.CpuFeature;

/** MSRs in batches, and one by one as registers. */
final class MsrIoctls {
  static final int HEADER_SIZE = 8;
  static final int ENTRY_SIZE = 16;
  static final int DATA = 8;

  /** A batch must be smaller: MAX_IO_MSRS. */
  static final int MAX_MSRS = 256;

  private static final int ONE_REG_SIZE = 16;
  private static final long REG_X86_U64 = 0x2030_0000_0000_0000L;
  private static final int REG_TYPE_MSR = 2;
  private static final int REG_TYPE_KVM = 3;
  private static final long REG_GUEST_SSP = REG_X86_U64 | (long) REG_TYPE_KVM << 32;

  private MsrIoctls() {}

  /** Accesses one entry of a batch; false stops it. */
  interface Access {
    boolean entry(ByteBuffer entries, int at);
  }

  /**
   * Copies a batch in and accesses entries until one fails.
   *
   * @param copyBack true for a read: all entries are copied out again
   * @return how many entries were done, or a negative errno
   */
  static long batch(long arg, UserCopy user, boolean copyBack, Access access) {
    ByteBuffer header = user.struct(arg, HEADER_SIZE);
    if (header == null) {
      return EFAULT.result();
    }
    int count = header.getInt(0);
    if (Integer.compareUnsigned(count, MAX_MSRS) >= 0) {
      return E2BIG.result();
    }
    ByteBuffer entries = user.struct(arg + HEADER_SIZE, count * ENTRY_SIZE);
    if (entries == null) {
      return EFAULT.result();
    }
    int done = 0;
    while (done < count && access.entry(entries, done * ENTRY_SIZE)) {
      done++;
    }
    boolean copied = !copyBack || user.out(arg + HEADER_SIZE, entries.array());
    return copied ? done : EFAULT.result();
  }

  static long getMsrs(Vcpu vcpu, long arg, UserCopy user) {
    return batch(
        arg,
        user,
        true,
        (entries, at) -> {
          boolean done = read(vcpu, entries.getInt(at));
          if (done) {
            entries.putLong(at + DATA, vcpu.msrs.value);
          }
          return done;
        });
  }

  static long setMsrs(Vcpu vcpu, long arg, UserCopy user) {
    return batch(
        arg,
        user,
        false,
        (entries, at) -> write(vcpu, entries.getInt(at), entries.getLong(at + DATA)));
  }

  /** Of a TD's MSRs those that KVM emulates; the module keeps the others to itself. */
  private static boolean read(Vcpu vcpu, int index) {
    boolean td = vcpu.vm().hasProtectedApic();
    return (!td || TdMsrs.emulates(index)) && vcpu.msrs.read(index, true);
  }

  private static boolean write(Vcpu vcpu, int index, long value) {
    boolean td = vcpu.vm().hasProtectedApic();
    return (!td || TdMsrs.writable(index)) && vcpu.msrs.write(index, value, true);
  }

  /** KVM_GET_ONE_REG and KVM_SET_ONE_REG: an MSR by its register id. */
  static long oneReg(Vcpu vcpu, long arg, UserCopy user, boolean write) {
    if (!vcpu.vm().profile().oneReg()) {
      return EINVAL.result();
    }
    ByteBuffer reg = user.struct(arg, ONE_REG_SIZE);
    if (reg == null) {
      return EFAULT.result();
    }
    long id = reg.getLong(0);
    boolean msr = (id & 0xffff_ffff_0000_0000L) == (REG_X86_U64 | (long) REG_TYPE_MSR << 32);
    if (!msr) {
      return EINVAL.result();
    }
    long address = reg.getLong(8);
    if (write) {
      ByteBuffer value = user.struct(address, 8);
      if (value == null) {
        return EFAULT.result();
      }
      return write(vcpu, (int) id, value.getLong(0)) ? 0 : EINVAL.result();
    }
    if (!read(vcpu, (int) id)) {
      return EINVAL.result();
    }
    ByteBuffer value = Bytes.zeroed(8).putLong(0, vcpu.msrs.value);
    return user.out(address, value.array()) ? 0 : EFAULT.result();
  }

  /** The list has the shadow stack pointer of guests that have one, and nothing else. */
  static long getRegList(Vcpu vcpu, long arg, UserCopy user) {
    if (!vcpu.vm().profile().oneReg()) {
      return EINVAL.result();
    }
    ByteBuffer header = user.struct(arg, 8);
    if (header == null) {
      return EFAULT.result();
    }
    boolean shadowStack = vcpu.cpuid.has(CpuFeature.SHSTK);
    long room = header.getLong(0);
    header.putLong(0, shadowStack ? 1 : 0);
    if (!user.out(arg, header.array())) {
      return EFAULT.result();
    }
    if (!shadowStack) {
      return 0;
    }
    if (room == 0) {
      return E2BIG.result();
    }
    ByteBuffer list = Bytes.zeroed(8).putLong(0, REG_GUEST_SSP);
    return user.out(arg + 8, list.array()) ? 0 : EFAULT.result();
  }
}
