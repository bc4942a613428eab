package seamtape.catalog;

import static seamtape.catalog.Field.stimulus;
import static seamtape.catalog.Format.ADDRESS;
import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.HEX;

import java.util.List;

/** Events that are neither call nor answer, but shape behaviour. All fields are stimuli. */
public enum Input implements Call {
  USER_MEMORY(
      "The VMM stores bytes in its own memory, guest memory included",
      true,
      stimulus("addr", ADDRESS, "")),
  SCHEDULE(
      "A call in flight goes on",
      false,
      stimulus("tid", DEC, "thread whose call continues"),
      stimulus("instructions", DEC, "guest instructions it may execute")),
  SIGNAL(
      "A signal is sent to a thread", false, stimulus("tid", DEC, ""), stimulus("signal", DEC, "")),
  EVENTFD_WRITE(
      "The VMM adds to an eventfd", false, stimulus("fd", DEC, ""), stimulus("value", DEC, "")),
  HOST_TIME("Host time given to the machine", false, stimulus("nanoseconds", DEC, "")),
  ENTROPY("Random bits given to the machine", false, stimulus("value", HEX, "")),
  /** Written by recovery only: the events between its neighbours are lost. */
  GAP(
      "Events were lost here",
      false,
      stimulus("first", DEC, "first lost event"),
      stimulus("count", DEC, "lost events"));

  private final String doc;
  private final boolean copies;
  private final List<Field> in;

  Input(String doc, boolean copies, Field... in) {
    this.doc = doc;
    this.copies = copies;
    this.in = List.of(in);
  }

  @Override
  public Family family() {
    return Family.INPUT;
  }

  @Override
  public int number() {
    return ordinal();
  }

  @Override
  public String doc() {
    return doc;
  }

  @Override
  public List<Field> in() {
    return in;
  }

  @Override
  public List<Field> out() {
    return List.of();
  }

  @Override
  public boolean copies() {
    return copies;
  }

  @Override
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
