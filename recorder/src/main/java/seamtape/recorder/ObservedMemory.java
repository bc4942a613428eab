package seamtape.recorder;

import seamtape.machine.UserMemory;

/** What the machine sees of user memory: its copies are noted for the call it serves. */
final class ObservedMemory implements UserMemory {
  /** Told of every copy_to_user. */
  interface Writes {
    void wrote(long address, int length);
  }

  private final UserMemory memory;
  private final Writes writes;

  ObservedMemory(UserMemory memory, Writes writes) {
    this.memory = memory;
    this.writes = writes;
  }

  @Override
  public boolean read(long address, byte[] dst, int offset, int length) {
    return memory.read(address, dst, offset, length);
  }

  @Override
  public boolean write(long address, byte[] src, int offset, int length) {
    boolean written = memory.write(address, src, offset, length);
    if (written && length > 0) {
      writes.wrote(address, length);
    }
    return written;
  }

  @Override
  public byte[] page(long address) {
    return memory.page(address);
  }

  @Override
  public void map(long address, long length) {
    memory.map(address, length);
  }

  @Override
  public void mapPage(long address, byte[] page) {
    memory.mapPage(address, page);
  }

  @Override
  public void unmap(long address, long length) {
    memory.unmap(address, length);
  }
}
