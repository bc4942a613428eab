package seamtape.recorder.live;

import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Structs;

/**
 * Keeps calls of the recorded VMM away from memory of this program: the kernel and the guest would
 * write wherever a workload's pointer says. Addresses where nothing lies pass; the kernel refuses
 * them itself.
 */
final class ForeignMemory {
  private static final int POINTER = 8;

  /** Where bits 29:16 of a request number tell the size of its argument (_IOC_SIZE). */
  private static final int SIZE_SHIFT = 16;

  private static final int SIZE_MASK = 0x3fff;

  /** Longest bitmap or array that a pointer inside a struct may stand for. */
  private static final long MAX_TARGET = 1 << 20;

  private final LiveMemory memory;

  ForeignMemory(LiveMemory memory) {
    this.memory = memory;
  }

  /**
   * @param row null for a request without one
   * @throws LiveException when the call could change this program
   */
  void check(KvmIoctl row, int request, long arg) {
    if (row != null && !row.pointer()) {
      return;
    }
    int size = Math.max(request >>> SIZE_SHIFT & SIZE_MASK, POINTER);
    if (row != null) {
      size = Math.max(size, Structs.of(row.struct()).size());
    }
    refuse(arg, size);
    if (row != null) {
      targets(row, arg);
    }
  }

  private void targets(KvmIoctl row, long arg) {
    switch (row) {
      case KVM_SET_USER_MEMORY_REGION, KVM_SET_USER_MEMORY_REGION2 ->
          memory.claim(number(arg + 24), number(arg + 16));
      case KVM_GET_DIRTY_LOG -> refuse(number(arg + 8), MAX_TARGET);
      case KVM_GET_ONE_REG -> refuse(number(arg + 8), 256);
      case KVM_GET_DEVICE_ATTR -> refuse(number(arg + 16), 4096);
      case KVM_MEMORY_ENCRYPT_OP -> refuse(number(arg + 8), MAX_TARGET);
      default -> {}
    }
  }

  private long number(long address) {
    byte[] bytes = new byte[POINTER];
    if (!memory.read(address, bytes, 0, POINTER)) {
      return 0;
    }
    return java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private void refuse(long address, long length) {
    if (length > 0 && memory.foreign(address, length)) {
      throw new LiveException(
          "0x"
              + Long.toHexString(address)
              + " is memory of this program, not of the workload; map it in the workload first");
    }
  }
}
