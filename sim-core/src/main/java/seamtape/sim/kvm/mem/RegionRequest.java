package seamtape.sim.kvm.mem;

import java.nio.ByteBuffer;

/** The argument of KVM_SET_USER_MEMORY_REGION and its second version, as one. */
public record RegionRequest(
    int slot, int flags, long gpa, long size, long userspaceAddress, long memfdOffset, int memfd) {
  public static final int SIZE = 32;
  public static final int SIZE_2 = 160;

  public static RegionRequest version1(ByteBuffer region) {
    return of(region, 0, 0);
  }

  public static RegionRequest version2(ByteBuffer region) {
    return of(region, region.getLong(32), region.getInt(40));
  }

  private static RegionRequest of(ByteBuffer region, long memfdOffset, int memfd) {
    return new RegionRequest(
        region.getInt(0),
        region.getInt(4),
        region.getLong(8),
        region.getLong(16),
        region.getLong(24),
        memfdOffset,
        memfd);
  }

  int addressSpace() {
    return slot >>> 16;
  }

  int id() {
    return slot & 0xffff;
  }

  boolean hasMemfd() {
    return (flags & MemorySlot.KVM_MEM_GUEST_MEMFD) != 0;
  }
}
