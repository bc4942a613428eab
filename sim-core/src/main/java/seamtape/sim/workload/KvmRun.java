package seamtape.sim.workload;

import java.util.Arrays;
import seamtape.catalog.KvmExit;

/** The mapped struct kvm_run of a vCPU, as the VMM looks at it after an exit. */
final class KvmRun {
  private static final int EXIT_REASON = 8;
  private static final int UNION = 32;
  private static final int IO_DIRECTION = UNION;
  private static final int IO_SIZE = UNION + 1;
  private static final int IO_PORT = UNION + 2;
  private static final int IO_COUNT = UNION + 4;
  private static final int IO_DATA_OFFSET = UNION + 8;
  private static final int MMIO_ADDRESS = UNION;
  private static final int MMIO_DATA = UNION + 8;
  private static final int MMIO_LENGTH = UNION + 16;
  private static final int MMIO_IS_WRITE = UNION + 20;

  /** Bytes of data of one exit: the PIO page. */
  private static final int MAX_DATA = 4096;

  private final VmmThread thread;
  private final long address;
  private final byte[] header = new byte[64];

  /**
   * @param address of the struct; -1 when it is not mapped
   */
  KvmRun(VmmThread thread, long address) {
    this.thread = thread;
    this.address = address;
  }

  boolean mapped() {
    return address != -1;
  }

  /** Takes the header as the last exit left it. */
  void load() {
    if (!thread.process().vmm.memory().read(address, header, 0, header.length)) {
      throw new StepFailure("struct kvm_run is no longer mapped");
    }
  }

  int exitReason() {
    return (int) number(EXIT_REASON, 4);
  }

  private boolean io() {
    return exitReason() == KvmExit.KVM_EXIT_IO.number();
  }

  /** True when the guest waits for data, for an exit by port or MMIO. */
  boolean guestReads() {
    return header[io() ? IO_DIRECTION : MMIO_IS_WRITE] == 0;
  }

  /** Port or guest physical address. */
  long place() {
    return io() ? number(IO_PORT, 2) : number(MMIO_ADDRESS, 8);
  }

  /** Bytes of one unit. */
  int dataSize() {
    int size = io() ? header[IO_SIZE] : (int) number(MMIO_LENGTH, 4);
    return Math.max(1, Math.min(size, 8));
  }

  /** Bytes of all units. */
  int dataLength() {
    long units = io() ? number(IO_COUNT, 4) : 1;
    return (int) Math.min(MAX_DATA, dataSize() * units);
  }

  private long dataOffset() {
    return io() ? number(IO_DATA_OFFSET, 8) : MMIO_DATA;
  }

  byte[] data() {
    return thread.process().load(address + dataOffset(), dataLength());
  }

  void answer(byte[] data) {
    thread.process().store(thread.tid(), address + dataOffset(), data);
  }

  byte[] bytes(int offset, int length) {
    return thread.process().load(address + offset, length);
  }

  private long number(int offset, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | (header[offset + i] & 0xff);
    }
    return value;
  }

  static byte[] little(long value, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size && i < 8; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    return bytes;
  }

  /** What an empty bus answers. */
  static byte[] ones(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }
}
