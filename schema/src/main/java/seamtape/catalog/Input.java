package seamtape.catalog;

import static seamtape.catalog.Field.stimulus;
import static seamtape.catalog.Format.ADDRESS;
import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.HEX;
import static seamtape.catalog.Format.MSR;

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
  /**
   * Written by recovery and by imports of traces that lost events: those between its neighbours are
   * missing.
   */
  GAP(
      "Events were lost here",
      false,
      stimulus("first", DEC, "first lost event"),
      stimulus("count", DEC, "lost events")),
  /** Of an imported trace: a guest's RDMSR or WRMSR that made no exit to user space. */
  GUEST_MSR(
      "KVM served an MSR access of the guest",
      false,
      stimulus("write", DEC, "1 for WRMSR"),
      stimulus("msr", MSR, ""),
      stimulus("value", HEX, ""),
      stimulus("fault", DEC, "1 when the guest got #GP")),
  /** Of an imported trace. */
  GUEST_CPUID(
      "KVM served a CPUID of the guest",
      false,
      stimulus("function", HEX, "leaf"),
      stimulus("index", HEX, "subleaf; 0 where the trace does not show it"),
      stimulus("eax", HEX, ""),
      stimulus("ebx", HEX, ""),
      stimulus("ecx", HEX, ""),
      stimulus("edx", HEX, ""),
      stimulus("found", DEC, "1 when the vCPU's table has the leaf"));

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
