package seamtape.sim.kvm.sev;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import seamtape.machine.RmpRange;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.mem.GuestMemfd;
import seamtape.sim.kvm.mem.RmpEntry;

/** The reverse map table as one VM's pages stand in it, for who inspects the machine. */
public final class ReverseMap {
  private final int asid;
  private final List<RmpRange> ranges = new ArrayList<>();

  private ReverseMap(int asid) {
    this.asid = asid;
  }

  /** Null for a VM whose memory is not in the table. */
  public static List<RmpRange> of(SevVm sev, List<GuestMemfd> memfds) {
    if (sev == null || !sev.memoryInMemfd()) {
      return null;
    }
    List<RmpEntry> entries = new ArrayList<>();
    memfds.forEach(memfd -> entries.addAll(memfd.owned()));
    entries.sort(Comparator.comparingLong(RmpEntry::gfn));
    ReverseMap map = new ReverseMap(sev.asid);
    entries.forEach(map::add);
    return map.ranges;
  }

  private void add(RmpEntry entry) {
    long gpa = entry.gfn() << Limits.PAGE_SHIFT;
    RmpRange page =
        new RmpRange(gpa, 1, asid, entry.validated(), entry.permissions(), entry.saveArea());
    int last = ranges.size() - 1;
    RmpRange joined = last < 0 ? null : ranges.get(last).joined(page);
    if (joined == null) {
      ranges.add(page);
    } else {
      ranges.set(last, joined);
    }
  }
}
