package seamtape.sim.tdx.guest;

import seamtape.sim.tdx.PhysicalMemory;
import seamtape.sim.tdx.SecureEpt;
import seamtape.sim.tdx.SharedEpt;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdVcpu;

/** Guest physical memory of a vCPU: private through the secure EPT, shared through the host's. */
final class TdMemoryView {
  private static final int PAGE = PhysicalMemory.PAGE_SIZE;
  private static final int CACHED = 16;

  private final Td td;
  private final PhysicalMemory memory;
  private final long[] gpas = new long[CACHED];
  private final byte[][] pages = new byte[CACHED][];
  private final boolean[] writable = new boolean[CACHED];
  private long generation = -1;

  TdMemoryView(TdVcpu vcpu, PhysicalMemory memory) {
    this.td = vcpu.td;
    this.memory = memory;
  }

  /** The page of an address; null where the EPT does not let the access through. */
  byte[] page(long gpa, boolean write) {
    if (td.isPrivate(gpa)) {
      return privatePage(gpa & -PAGE, write);
    }
    SharedEpt shared = td.shared;
    boolean beyond = gpa >>> td.gpaWidth() != 0;
    return shared == null || beyond ? null : shared.page(gpa & ~td.sharedBit(), write);
  }

  private byte[] privatePage(long gpa, boolean write) {
    SecureEpt sept = td.sept();
    if (generation != sept.generation()) {
      generation = sept.generation();
      java.util.Arrays.fill(gpas, -1);
    }
    int entry = (int) (gpa >>> 12) & CACHED - 1;
    if (gpas[entry] != gpa && !enter(sept, gpa, entry)) {
      return null;
    }
    return write && !writable[entry] ? null : pages[entry];
  }

  private boolean enter(SecureEpt sept, long gpa, int entry) {
    sept.walk(gpa, SecureEpt.LEVEL_4K);
    if (!sept.state().leaf() || !sept.state().guestReadable()) {
      return false;
    }
    long inside = gpa & (1L << (12 + 9 * sept.level())) - 1;
    gpas[entry] = gpa;
    pages[entry] = memory.page(sept.hpa() + inside);
    writable[entry] = sept.state().guestWritable();
    return true;
  }
}
