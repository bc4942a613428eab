package seamtape.sim.kvm.mem;

import java.util.Map;
import java.util.TreeMap;

/** KVM_SET_MEMORY_ATTRIBUTES: the guest frames that are private, as ranges that do not overlap. */
public final class MemoryAttributes {
  public static final long KVM_MEMORY_ATTRIBUTE_PRIVATE = 8;

  /** First frame to the frame after the last. */
  private final TreeMap<Long, Long> privateRanges = new TreeMap<>();

  /** Makes frames private or shared. */
  public void set(long firstGfn, long endGfn, boolean isPrivate) {
    split(firstGfn);
    split(endGfn);
    privateRanges.subMap(firstGfn, endGfn).clear();
    if (isPrivate) {
      privateRanges.put(firstGfn, endGfn);
    }
  }

  /** Makes a frame the first of its range. */
  private void split(long gfn) {
    Map.Entry<Long, Long> range = privateRanges.lowerEntry(gfn);
    if (range != null && range.getValue() > gfn) {
      privateRanges.put(range.getKey(), gfn);
      privateRanges.put(gfn, range.getValue());
    }
  }

  public boolean isPrivate(long gfn) {
    Map.Entry<Long, Long> range = privateRanges.floorEntry(gfn);
    return range != null && gfn < range.getValue();
  }
}
