package seamtape.codec;

import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * Reads events of one schema into a reused {@link Event}, without allocation. Every length is
 * checked before it is believed. One thread.
 */
public final class EventDecoder {
  private static final int MAX_LONG_SHIFT = 63;

  private final EventSchema schema;
  private final Branch[] branches;

  /** Branch; then dt, actor and link. */
  private final long[] head = new long[3];

  private byte[] source;
  private int limit;

  public EventDecoder(EventSchema schema) {
    this.schema = schema;
    branches = new Branch[schema.branchCount()];
    for (int i = 0; i < branches.length; i++) {
      branches[i] = schema.branch(i);
    }
  }

  public EventSchema schema() {
    return schema;
  }

  /**
   * Reads one event; its number stays 0.
   *
   * @param from its first byte
   * @param to the end of what may be read
   * @param previousTime time of the event before it in the recording; 0 for the first
   * @return the position after its last byte
   */
  public int decode(byte[] bytes, int from, int to, long previousTime, Event into)
      throws MalformedEventException {
    source = bytes;
    limit = Math.min(to, bytes.length);
    int at = takeLongs(from, head, 1);
    if (head[0] < 0 || head[0] >= branches.length) {
      throw malformed("no row has branch " + head[0], from);
    }
    Branch branch = branches[(int) head[0]];
    Phase phase = branch.phase();
    at = takeLongs(at, head, phase == Phase.INPUT ? 2 : 3);
    long time = previousTime + head[0];
    switch (phase) {
      case ENTER -> into.enter(branch.call(), head[1], time, head[2]);
      case RETURN -> into.returns(branch.call(), head[1], time, head[2]);
      case INPUT -> into.input(branch.call(), head[1], time);
    }
    at = takeFields(branch, at, into.fields);
    return branch.copies() ? takeCopies(at, into) : at;
  }

  private int takeFields(Branch branch, int from, long[] fields) throws MalformedEventException {
    int[] target = branch.target();
    if (target == null) {
      return takeLongs(from, fields, branch.written());
    }
    int at = from;
    for (int i = 0; i < target.length; i++) {
      at = takeLongs(at, head, 1);
      fields[target[i]] = head[0];
    }
    return at;
  }

  /** An Avro array: parts of items, each led by its count, or by its count negated and a size. */
  private int takeCopies(int from, Event into) throws MalformedEventException {
    int at = takeLongs(from, head, 1);
    while (head[0] != 0) {
      long count = head[0];
      if (count < 0) {
        at = takeLongs(at, head, 1);
        count = -count;
      }
      if (count < 0 || count > Event.MAX_COPIES - into.copyCount()) {
        throw malformed("more than " + Event.MAX_COPIES + " copies", at);
      }
      for (long i = 0; i < count; i++) {
        at = takeCopy(at, into);
      }
      at = takeLongs(at, head, 1);
    }
    return at;
  }

  private int takeCopy(int from, Event into) throws MalformedEventException {
    int at = takeLongs(from, head, 2);
    long length = head[1];
    if (length < 0 || length > limit - at) {
      throw malformed("a copy of " + length + " bytes, " + (limit - at) + " are left", at);
    }
    if (into.copyStart(into.copyCount()) + length > Event.MAX_COPY_BYTES) {
      throw malformed("copies of more than " + Event.MAX_COPY_BYTES + " bytes", at);
    }
    into.copy(head[0], source, at, (int) length);
    return at + (int) length;
  }

  /** Reads zig-zag varints; positions stay in registers because nothing else is called. */
  private int takeLongs(int from, long[] into, int count) throws MalformedEventException {
    byte[] bytes = source;
    int end = limit;
    int at = from;
    for (int i = 0; i < count; i++) {
      if (at >= end) {
        throw malformed("ends within an event", at);
      }
      long rest = bytes[at++];
      if (rest < 0) {
        rest &= 0x7f;
        int shift = 7;
        long next;
        do {
          if (at >= end || shift > MAX_LONG_SHIFT) {
            throw malformed(at >= end ? "ends within an event" : "a number of too many bytes", at);
          }
          next = bytes[at++];
          rest |= (next & 0x7f) << shift;
          shift += 7;
        } while (next < 0);
      }
      into[i] = (rest >>> 1) ^ -(rest & 1);
    }
    return at;
  }

  private static MalformedEventException malformed(String what, int at) {
    return new MalformedEventException(what, at);
  }
}
