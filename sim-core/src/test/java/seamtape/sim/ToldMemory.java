package seamtape.sim;

import seamtape.machine.UserMemory;
import seamtape.machine.Vmm;

/** The memory of a recorded process: what a test maps or stores is told as the process's doing. */
final class ToldMemory implements UserMemory {
  private static final long READ_WRITE = 3;
  private static final long PRIVATE_ANONYMOUS = 0x22;

  private final Vmm vmm;

  ToldMemory(Vmm vmm) {
    this.vmm = vmm;
  }

  @Override
  public boolean read(long address, byte[] dst, int offset, int length) {
    return vmm.memory().read(address, dst, offset, length);
  }

  @Override
  public boolean write(long address, byte[] src, int offset, int length) {
    byte[] bytes = new byte[length];
    boolean mapped = read(address, bytes, 0, length);
    if (mapped) {
      System.arraycopy(src, offset, bytes, 0, length);
      vmm.store(TestMachine.TID, address, bytes);
    }
    return mapped;
  }

  @Override
  public byte[] page(long address) {
    return vmm.memory().page(address);
  }

  @Override
  public void map(long address, long length) {
    vmm.mmap(TestMachine.TID, address, length, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
  }

  @Override
  public void mapPage(long address, byte[] page) {
    map(address, page.length);
    write(address, page, 0, page.length);
  }

  @Override
  public void unmap(long address, long length) {
    vmm.munmap(TestMachine.TID, address, length);
  }
}
