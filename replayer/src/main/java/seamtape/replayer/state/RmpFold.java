package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Format;
import seamtape.machine.RmpRange;

/**
 * What the events tell of the reverse map table: the pages that the launch gave to an SNP guest,
 * validated and for VMPL 0 alone. They are its own until their guest_memfd is closed; but what the
 * guest makes of them (PVALIDATE, RMPADJUST), and what KVM gives it beyond them, is in no event.
 */
final class RmpFold {
  private static final String[] PAGE_TYPES = {
    "?", "NORMAL", "VMSA", "ZERO", "UNMEASURED", "SECRETS", "CPUID"
  };

  /** Ranges that a document shows; more are counted. */
  private static final int MAX_SHOWN = 1000;

  /** Frames that the launch gave to the guest, of one type. */
  private record Frames(long gpa, long pages, int type, long event) {
    long end() {
      return gpa + (pages << RmpRange.PAGE_SHIFT);
    }
  }

  private final List<Frames> launched = new ArrayList<>();

  /** The first KVM_RUN of the launched guest; 0 before it. */
  private long ranAt;

  /** When a guest_memfd was closed; 0 while all of the launch is there. */
  private long goneAt;

  RmpFold copy() {
    RmpFold copy = new RmpFold();
    copy.launched.addAll(launched);
    copy.ranAt = ranAt;
    copy.goneAt = goneAt;
    return copy;
  }

  void write(StateWriter to) {
    to.all(
        launched,
        frames -> {
          to.put(frames.gpa);
          to.put(frames.pages);
          to.put(frames.type);
          to.put(frames.event);
        });
    to.put(ranAt);
    to.put(goneAt);
  }

  static RmpFold read(StateReader from) {
    RmpFold read = new RmpFold();
    from.all(
        () -> new Frames(from.number(), from.number(), from.integer(), from.number()),
        read.launched::add);
    read.ranAt = from.number();
    read.goneAt = from.number();
    return read;
  }

  /** One page of SNP_LAUNCH_UPDATE. */
  void page(long gpa, int type, long event) {
    int at = launched.size() - 1;
    Frames last = at < 0 ? null : launched.get(at);
    if (last != null && last.end() == gpa && last.type == type && last.event == event) {
      launched.set(at, new Frames(last.gpa, last.pages + 1, type, event));
    } else {
      launched.add(new Frames(gpa, 1, type, event));
    }
  }

  /** A launched guest ran; true the first time. */
  boolean ran(long event) {
    boolean first = ranAt == 0;
    ranAt = first ? event : ranAt;
    return first;
  }

  void memfdClosed(long event) {
    goneAt = goneAt == 0 ? event : goneAt;
  }

  /**
   * Where the machine's table cannot be that of the events, a line; null where it can.
   *
   * @param table of the machine at the same event
   */
  String disagreement(List<RmpRange> table) {
    if (goneAt != 0) {
      return null;
    }
    for (Frames frames : launched) {
      for (long gpa = frames.gpa; gpa < frames.end(); gpa += 1L << RmpRange.PAGE_SHIFT) {
        RmpRange found = at(table, gpa);
        boolean asLaunched =
            found != null && found.validated() && found.permissions() == RmpRange.VMPL0_ALONE;
        if (found == null || ranAt == 0 && !asLaunched) {
          return Format.HEX.value(gpa) + " given by event " + frames.event + ", not as launched";
        }
      }
    }
    long pages = table.stream().mapToLong(RmpRange::pages).sum();
    long given = launched.stream().mapToLong(Frames::pages).sum();
    return ranAt == 0 && pages != given ? given + " pages given, the table has " + pages : null;
  }

  private static RmpRange at(List<RmpRange> table, long gpa) {
    for (RmpRange range : table) {
      if (gpa >= range.gpa() && gpa < range.gpa() + (range.pages() << RmpRange.PAGE_SHIFT)) {
        return range;
      }
    }
    return null;
  }

  /**
   * The part of a state document.
   *
   * @param table of the machine of a re-execution; null without one
   * @param running the KVM_RUN in flight, 0 for none
   */
  Map<String, Object> document(List<RmpRange> table, long running) {
    Map<String, Object> json = new LinkedHashMap<>();
    long unknown = goneAt != 0 ? goneAt : ranAt != 0 ? ranAt : running;
    if (unknown != 0) {
      json.put("text", (goneAt != 0 ? "" : "PVALIDATE and RMPADJUST ") + since(unknown));
      json.put("unknown_since", unknown);
    }
    List<Frames> told = goneAt != 0 ? List.of() : launched;
    json.put("launched", told.stream().limit(MAX_SHOWN).map(RmpFold::frames).toList());
    if (told.size() > MAX_SHOWN) {
      json.put("launched_more", (long) told.size() - MAX_SHOWN);
    }
    if (table != null) {
      json.put("reexecuted", table.stream().limit(MAX_SHOWN).map(RmpFold::range).toList());
      if (table.size() > MAX_SHOWN) {
        json.put("reexecuted_more", (long) table.size() - MAX_SHOWN);
      }
    }
    return json;
  }

  private static String since(long event) {
    return "unknown since event " + event;
  }

  private static Map<String, Object> frames(Frames frames) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("gpa", Format.HEX.value(frames.gpa));
    json.put("pages", frames.pages);
    json.put("type", PAGE_TYPES[frames.type < PAGE_TYPES.length ? frames.type : 0]);
    json.put("event", frames.event);
    return json;
  }

  private static Map<String, Object> range(RmpRange range) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("gpa", Format.HEX.value(range.gpa()));
    json.put("pages", range.pages());
    json.put("page_size", "4K");
    json.put("asid", (long) range.asid());
    json.put("validated", range.validated());
    for (int vmpl = 0; vmpl < RmpRange.VMPLS; vmpl++) {
      json.put("vmpl" + vmpl, range.permissions(vmpl));
    }
    if (range.saveArea()) {
      json.put("vmsa", true);
    }
    return json;
  }
}
