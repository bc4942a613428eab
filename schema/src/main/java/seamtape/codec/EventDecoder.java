package seamtape.codec;

import seamtape.event.Event;

/**
 * Reads events of one schema into a reused {@link Event}, without allocation. Every length is
 * checked before it is believed. One thread.
 */
public final class EventDecoder {
  private final EventSchema schema;
  private final Branch[] branches;
  private byte[] source;
  private int at;
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
    at = from;
    limit = to;
    long index = takeLong();
    if (index < 0 || index >= branches.length) {
      throw malformed("no row has branch " + index);
    }
    Branch branch = branches[(int) index];
    long time = previousTime + takeLong();
    long actor = takeLong();
    switch (branch.phase()) {
      case ENTER -> into.enter(branch.call(), actor, time, takeLong());
      case RETURN -> into.returns(branch.call(), actor, time, takeLong());
      case INPUT -> into.input(branch.call(), actor, time);
    }
    takeFields(branch, into.fields);
    if (branch.copies()) {
      takeCopies(into);
    }
    return at;
  }

  private void takeFields(Branch branch, long[] fields) throws MalformedEventException {
    int[] target = branch.target();
    int count = branch.written();
    if (target == null) {
      for (int i = 0; i < count; i++) {
        fields[i] = takeLong();
      }
    } else {
      for (int i = 0; i < count; i++) {
        fields[target[i]] = takeLong();
      }
    }
  }

  /** An Avro array: blocks of items, each led by its count, or by its count negated and a size. */
  private void takeCopies(Event into) throws MalformedEventException {
    for (long count = takeLong(); count != 0; count = takeLong()) {
      if (count < 0) {
        takeLong();
        count = -count;
      }
      if (count < 0 || count > Event.MAX_COPIES - into.copyCount()) {
        throw malformed("more than " + Event.MAX_COPIES + " copies");
      }
      for (long i = 0; i < count; i++) {
        takeCopy(into);
      }
    }
  }

  private void takeCopy(Event into) throws MalformedEventException {
    long offset = takeLong();
    long length = takeLong();
    if (length < 0 || length > limit - at) {
      throw malformed("a copy of " + length + " bytes, " + (limit - at) + " are left");
    }
    int count = into.copyCount();
    if (count > 0 && into.copyStart(count) + length > Event.MAX_COPY_BYTES
        || length > Event.MAX_COPY_BYTES) {
      throw malformed("copies of more than " + Event.MAX_COPY_BYTES + " bytes");
    }
    into.copy(offset, source, at, (int) length);
    at += (int) length;
  }

  private long takeLong() throws MalformedEventException {
    if (at >= limit) {
      throw malformed("ends within an event");
    }
    long rest = source[at++];
    if (rest >= 0) {
      return (rest >>> 1) ^ -(rest & 1);
    }
    rest &= 0x7f;
    int shift = 7;
    while (true) {
      if (at >= limit) {
        throw malformed("ends within an event");
      }
      long next = source[at++];
      rest |= (next & 0x7f) << shift;
      if (next >= 0) {
        return (rest >>> 1) ^ -(rest & 1);
      }
      shift += 7;
      if (shift > 63) {
        throw malformed("a number of more than ten bytes");
      }
    }
  }

  private MalformedEventException malformed(String what) {
    return new MalformedEventException(what, at);
  }
}
