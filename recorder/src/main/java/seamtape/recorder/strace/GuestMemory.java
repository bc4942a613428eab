package seamtape.recorder.strace;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.FileOperation;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.recorder.log.CallEvents;

/**
 * Mappings that KVM sees. A process maps much that KVM never hears of, so an anonymous mapping is
 * held back and recorded right before the call that first makes it guest memory.
 */
final class GuestMemory {
  /** Mappings that are remembered; the oldest addresses give way. */
  private static final int MAX_MAPPINGS = 1 << 14;

  private static final long PAGE_MASK = 4095;

  /**
   * A mapping.
   *
   * @param recorded true when its mmap is in the recording
   */
  private record Mapping(int tid, long length, long prot, long flags, boolean recorded) {}

  private final TreeMap<Long, Mapping> mappings = new TreeMap<>();
  private final CallEvents events;

  GuestMemory(CallEvents events) {
    this.events = events;
  }

  /** An anonymous mapping was made. */
  void mapped(int tid, long address, long length, long prot, long flags) {
    add(address, new Mapping(tid, rounded(length), prot, flags, false));
  }

  /** A mapping was made and recorded. */
  void recorded(long address, long length) {
    add(address, new Mapping(0, rounded(length), 0, 0, true));
  }

  private void add(long address, Mapping mapping) {
    if (address <= 0 || mapping.length() <= 0 || address + mapping.length() < 0) {
      return;
    }
    unmapped(address, mapping.length());
    if (mappings.size() >= MAX_MAPPINGS) {
      mappings.pollFirstEntry();
    }
    mappings.put(address, mapping);
  }

  private static long rounded(long length) {
    return length + PAGE_MASK & ~PAGE_MASK;
  }

  /**
   * Forgets a range.
   *
   * @return true when part of it is in the recording
   */
  boolean unmapped(long address, long length) {
    long end = address + rounded(length);
    if (address <= 0 || end <= address) {
      return false;
    }
    splitAt(address);
    splitAt(end);
    boolean recorded = false;
    Iterator<Mapping> inside = mappings.subMap(address, end).values().iterator();
    while (inside.hasNext()) {
      recorded |= inside.next().recorded();
      inside.remove();
    }
    return recorded;
  }

  private void splitAt(long address) {
    Map.Entry<Long, Mapping> before = mappings.lowerEntry(address);
    if (before == null || before.getKey() + before.getValue().length() <= address) {
      return;
    }
    Mapping whole = before.getValue();
    long head = address - before.getKey();
    mappings.put(before.getKey(), resized(whole, head));
    mappings.put(address, resized(whole, whole.length() - head));
  }

  private static Mapping resized(Mapping of, long length) {
    return new Mapping(of.tid(), length, of.prot(), of.flags(), of.recorded());
  }

  /** A memory slot refers to a range: records the mappings behind it that are not recorded yet. */
  void serves(long address, long length, long when) {
    long end = address + length;
    if (address <= 0 || end <= address) {
      return;
    }
    Long first = mappings.floorKey(address);
    for (var entry : mappings.subMap(first == null ? address : first, end).entrySet()) {
      Mapping mapping = entry.getValue();
      if (!mapping.recorded() && entry.getKey() + mapping.length() > address) {
        record(entry.getKey(), mapping, when);
        entry.setValue(new Mapping(mapping.tid(), mapping.length(), 0, 0, true));
      }
    }
  }

  private void record(long address, Mapping mapping, long when) {
    Event event = events.enter(FileOperation.MMAP, mapping.tid(), when, Subject.SYSTEM);
    event.fields[0] = address;
    event.fields[1] = mapping.length();
    event.fields[2] = mapping.prot();
    event.fields[3] = mapping.flags();
    event.fields[4] = -1;
    long enter = events.append();
    events.returns(FileOperation.MMAP, mapping.tid(), when, enter, false).fields[0] = address;
    events.append();
  }
}
