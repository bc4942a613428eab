package seamtape.sim.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.machine.UserMemory;
import seamtape.sim.guest.CpuState;
import seamtape.sim.kvm.vcpu.Vcpu;

/** struct kvm_run, the page that a vCPU shares with user space; offsets in bytes. */
final class RunPage {
  static final int EXIT_REASON = 8;
  private static final int FLAGS = 14;
  private static final int KVM_RUN_X86_SMM = 1;
  static final int UNION = 32;
  static final int VALID_REGS = 288;
  static final int DIRTY_REGS = 296;

  /** struct kvm_sync_regs: kvm_regs, kvm_sregs, kvm_vcpu_events. */
  static final int SYNC_REGS = 304;

  static final int SYNC_SREGS = SYNC_REGS + 144;
  static final int SYNC_EVENTS = SYNC_SREGS + 312;

  private final byte[] page = new byte[Limits.PAGE_SIZE];
  private final ByteBuffer fields = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);

  byte[] page() {
    return page;
  }

  /** Field access at an offset from the start of struct kvm_run. */
  ByteBuffer fields() {
    return fields;
  }

  boolean requestInterruptWindow() {
    return page[0] != 0;
  }

  boolean immediateExit() {
    return page[1] != 0;
  }

  void exitReason(int reason) {
    fields.putInt(EXIT_REASON, reason);
  }

  long cr8() {
    return fields.getLong(16);
  }

  /** What KVM_RUN stores at its end, whatever the result. */
  void save(Vcpu state, boolean ready) {
    page[12] = (byte) (ready ? 1 : 0);
    page[13] = (byte) (state.cpu.flag(CpuState.IF) ? 1 : 0);
    if (state.cpu.smm) {
      fields.putShort(FLAGS, (short) (fields.getShort(FLAGS) | KVM_RUN_X86_SMM));
    }
    fields.putLong(16, state.cr8()).putLong(24, state.cpu.apicBase);
  }

  /** A page of the vCPU fd, this one first; null beyond the last. */
  byte[] page(long index, ExitWriter exits, Vm vm, DirtyRing ring) {
    if (index == 0) {
      return page;
    }
    if (index == Limits.KVM_PIO_PAGE_OFFSET) {
      return exits.ioData();
    }
    if (index == Limits.KVM_COALESCED_MMIO_PAGE_OFFSET) {
      return vm.coalesced.ring();
    }
    return ring.page(index - Limits.KVM_DIRTY_LOG_PAGE_OFFSET);
  }

  void clearFlags() {
    fields.putShort(FLAGS, (short) 0);
  }

  /** The page as memory of its own, addressed from 0: for handlers that copy structs. */
  UserMemory asMemory() {
    return new UserMemory() {
      @Override
      public boolean read(long address, byte[] dst, int offset, int length) {
        System.arraycopy(page, (int) address, dst, offset, length);
        return true;
      }

      @Override
      public boolean write(long address, byte[] src, int offset, int length) {
        System.arraycopy(src, offset, page, (int) address, length);
        return true;
      }

      @Override
      public byte[] page(long address) {
        return page;
      }

      @Override
      public void map(long address, long length) {
        throw new UnsupportedOperationException("struct kvm_run is one page");
      }

      @Override
      public void mapPage(long address, byte[] newPage) {
        throw new UnsupportedOperationException("struct kvm_run is one page");
      }

      @Override
      public void unmap(long address, long length) {
        throw new UnsupportedOperationException("struct kvm_run is one page");
      }
    };
  }
}
