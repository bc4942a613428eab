package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;

import java.nio.ByteBuffer;
import seamtape.catalog.SevStatus;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.mem.MemorySlot;

/** KVM_SEV_SNP_LAUNCH_UPDATE: pages of a guest_memfd are filled, measured and made the guest's. */
final class SnpUpdate {
  private static final int SIZE = 64;
  private static final int UADDR = 8;
  private static final int LEN = 16;

  private final SevCall call;
  private final SnpPageType type;
  private final MemorySlot slot;

  private SnpUpdate(SevCall call, SnpPageType type, MemorySlot slot) {
    this.call = call;
    this.type = type;
    this.slot = slot;
  }

  /**
   * On success the struct says where the next call goes on; a length of 0 says that all is done.
   */
  static long update(SevCall call) {
    if (!call.sev.snpGuest() || call.sev.snpContext == null) {
      return EINVAL.result();
    }
    ByteBuffer params = call.params(SIZE);
    if (params == null) {
      return EFAULT.result();
    }
    long length = params.getLong(LEN);
    SnpPageType type = SnpPageType.ofUser(params.get(24) & 0xff);
    boolean unaligned = (length & Limits.PAGE_SIZE - 1) != 0;
    if (length == 0 || unaligned || params.getShort(26) != 0 || type == null) {
      return EINVAL.result();
    }
    if (type != SnpPageType.ZERO && badSource(call.sev.module, params.getLong(UADDR))) {
      return EINVAL.result();
    }
    long gfn = params.getLong(0);
    MemorySlot slot = gfn < 0 ? null : call.vm.slots.backing(gfn);
    if (slot == null || slot.memfd() == null) {
      return EINVAL.result();
    }
    return new SnpUpdate(call, type, slot).populate(params, gfn, length);
  }

  private static boolean badSource(SevModule module, long address) {
    boolean misplaced = address == 0 || (address & Limits.PAGE_SIZE - 1) != 0;
    return misplaced && module.profile().sevSnpSourceChecked();
  }

  private long populate(ByteBuffer params, long gfn, long length) {
    long room = slot.baseGfn + slot.pages - gfn;
    long pages = Math.min(length >>> Limits.PAGE_SHIFT, room);
    long source = type == SnpPageType.ZERO ? 0 : params.getLong(UADDR);
    long done = 0;
    while (done < pages && page(gfn + done, source + (done << Limits.PAGE_SHIFT))) {
      done++;
    }
    if (done == 0) {
      return EIO.result();
    }
    call.error(0);
    long bytes = done << Limits.PAGE_SHIFT;
    params.putLong(0, gfn + done).putLong(LEN, length - bytes);
    params.putLong(UADDR, type == SnpPageType.ZERO ? params.getLong(UADDR) : source + bytes);
    return call.result(params);
  }

  /** One page; false where it cannot be had, is the guest's already, or is refused. */
  private boolean page(long gfn, long source) {
    long index = slot.memfdPage(gfn);
    if (!call.vm.attributes.isPrivate(gfn) || slot.memfd().owner(index) != null) {
      call.error(0);
      return false;
    }
    byte[] content = new byte[Limits.PAGE_SIZE];
    if (type != SnpPageType.ZERO) {
      content = source == 0 ? null : call.user.in(source, Limits.PAGE_SIZE);
      if (content == null) {
        call.error(0);
        return false;
      }
    }
    // What user space gave for it does not matter.
    boolean secrets = type == SnpPageType.SECRETS;
    byte[] plain = secrets ? call.sev.snpContext.messages().secretsPage() : content;
    long gpa = gfn << Limits.PAGE_SHIFT;
    if (call.issue(call.sevFd(), () -> call.sev.snpContext.update(type, gpa, plain)) != 0) {
      tellCorrections(source, plain);
      return false;
    }
    // Pages of the launch need no PVALIDATE; KVM gives VMPL 1 to 3 nothing.
    slot.memfd().assign(index, gfn).validated(true);
    System.arraycopy(plain, 0, slot.memfd().privatePage(index), 0, plain.length);
    return true;
  }

  /** A CPUID page that the firmware corrected goes back to its source, for the VMM to try again. */
  private void tellCorrections(long source, byte[] page) {
    boolean corrected = call.error() == SevStatus.SEV_RET_INVALID_PARAM.code();
    if (type == SnpPageType.CPUID && corrected) {
      call.user.out(source, page);
    }
  }
}
