package seamtape.sim.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.machine.UserMemory;

/**
 * Copies between the kernel and the VMM's memory, as copy_from_user and copy_to_user: explicit, and
 * able to fault. A fault is a value, which handlers turn into EFAULT.
 */
public final class UserCopy {
  private final UserMemory memory;

  public UserCopy(UserMemory memory) {
    this.memory = memory;
  }

  /**
   * Copies in.
   *
   * @param length bytes, already checked against the limit of the call
   * @return null on a fault
   */
  public byte[] in(long address, int length) {
    byte[] bytes = new byte[length];
    return memory.read(address, bytes, 0, length) ? bytes : null;
  }

  /** Copies in a struct, to be read field by field at its offsets; null on a fault. */
  public ByteBuffer struct(long address, int length) {
    byte[] bytes = in(address, length);
    return bytes == null ? null : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Copies out; false on a fault. */
  public boolean out(long address, byte[] bytes) {
    return memory.write(address, bytes, 0, bytes.length);
  }

  /** Copies a part of an array out; false on a fault. */
  public boolean out(long address, byte[] bytes, int offset, int length) {
    return memory.write(address, bytes, offset, length);
  }

  /** The memory behind the copies: guest memory is reached through it without copies. */
  public UserMemory memory() {
    return memory;
  }
}
