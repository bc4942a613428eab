package seamtape.recorder;

import seamtape.machine.UserMemory;

/** What the machine sees of user memory: its copies are noted for the call it serves. */
final class ObservedMemory implements UserMemory {
  private final UserMemory memory;
  private CallInFlight serving;

  ObservedMemory(UserMemory memory) {
    this.memory = memory;
  }

  /**
   * @param call whose copies are noted from now on; null for none
   */
  void serving(CallInFlight call) {
    serving = call;
  }

  @Override
  public boolean read(long address, byte[] dst, int offset, int length) {
    return memory.read(address, dst, offset, length);
  }

  @Override
  public boolean write(long address, byte[] src, int offset, int length) {
    boolean written = memory.write(address, src, offset, length);
    if (written && serving != null && length > 0) {
      serving.wrote(address, length);
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
