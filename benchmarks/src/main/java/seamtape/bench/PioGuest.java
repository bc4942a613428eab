package seamtape.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.UserMemory;

/** A VM with one vCPU in real mode whose every few instructions are an exit by port 0x3f8. */
final class PioGuest {
  /** How the VMM stores bytes: recorded, or straight to memory. */
  interface Store {
    void store(long address, byte[] bytes);
  }

  /** {@code again: mov eax, ecx; out dx, al; dec ecx; jmp again}, as fixtures' pio-storm. */
  static final byte[] OUT = {
    0x66, (byte) 0x89, (byte) 0xc8, (byte) 0xee, 0x66, 0x49, (byte) 0xeb, (byte) 0xf8
  };

  /** {@code again: in al, dx; jmp again}. */
  static final byte[] IN = {(byte) 0xec, (byte) 0xeb, (byte) 0xfd};

  private static final int TID = 1;
  private static final long RAM = 0x7f00_0000_0000L;
  private static final long RUN = 0x7f00_0010_0000L;
  private static final long ARGUMENT = 0x7e00_0000_0000L;
  private static final long PAGE = UserMemory.PAGE_SIZE;
  private static final long READ_WRITE = 3;
  private static final long FIXED_ANONYMOUS = 0x32;
  private static final int SREGS_BYTES = 312;
  private static final int REGS_BYTES = 144;
  private static final int RDX = 24;
  private static final int RFLAGS = 136;
  private static final byte[] ANSWER = {0x5a};

  private final Machine machine;
  private final Store store;
  private final int kvm;
  private final int vcpu;

  PioGuest(Machine machine, UserMemory memory, Store store, byte[] code) {
    this.machine = machine;
    this.store = store;
    map(RAM, -1);
    map(ARGUMENT, -1);
    kvm = (int) machine.open(TID, "/dev/kvm", 2);
    int vm = (int) ioctl(kvm, KvmIoctl.KVM_CREATE_VM, 0);
    store.store(RAM, code);
    store.store(ARGUMENT, struct(32).putLong(16, PAGE).putLong(24, RAM).array());
    ioctl(vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION, ARGUMENT);
    vcpu = (int) ioctl(vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    map(RUN, vcpu);
    startAtZero(memory);
  }

  private void startAtZero(UserMemory memory) {
    ioctl(vcpu, KvmIoctl.KVM_GET_SREGS, ARGUMENT);
    byte[] sregs = new byte[SREGS_BYTES];
    memory.read(ARGUMENT, sregs, 0, SREGS_BYTES);
    store.store(ARGUMENT, ByteBuffer.wrap(sregs).putLong(0, 0).putShort(12, (short) 0).array());
    ioctl(vcpu, KvmIoctl.KVM_SET_SREGS, ARGUMENT);
    store.store(ARGUMENT, struct(REGS_BYTES).putLong(RDX, 0x3f8).putLong(RFLAGS, 2).array());
    ioctl(vcpu, KvmIoctl.KVM_SET_REGS, ARGUMENT);
  }

  private static ByteBuffer struct(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void map(long address, int fd) {
    long length = fd < 0 ? PAGE : 3 * PAGE;
    long flags = fd < 0 ? FIXED_ANONYMOUS : 1;
    if (machine.mmap(TID, address, length, READ_WRITE, flags, fd, 0) != address) {
      throw new IllegalStateException("mmap of fd " + fd + " failed");
    }
  }

  private long ioctl(int fd, KvmIoctl row, long arg) {
    long result = machine.ioctl(TID, fd, row.number(), arg, Machine.DEFAULT_INSTRUCTIONS);
    if (result < 0) {
      throw new IllegalStateException(row + " failed: " + result);
    }
    return result;
  }

  /** KVM_CHECK_EXTENSION(KVM_CAP_USER_MEMORY): a call that takes and gives a number. */
  long checkExtension() {
    return ioctl(kvm, KvmIoctl.KVM_CHECK_EXTENSION, 3);
  }

  /** A call that copies 144 bytes out. */
  long getRegs() {
    return ioctl(vcpu, KvmIoctl.KVM_GET_REGS, ARGUMENT);
  }

  /** To the next exit. */
  long run() {
    return ioctl(vcpu, KvmIoctl.KVM_RUN, 0);
  }

  /** Answers the port that the guest reads, and goes on to the next exit. */
  long answerAndRun() {
    store.store(RUN + PAGE, ANSWER);
    return run();
  }
}
