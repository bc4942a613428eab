package seamtape.replayer.symbols;

import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.EventView;

/** What a call is about, in a word: the capability, id or number that it takes as its argument. */
public final class Arguments {
  private Arguments() {}

  /** {@code (KVM_CAP_X86_SMM)} for an ioctl that takes a value; empty for others. */
  public static String of(Event enter) {
    if (enter.call instanceof KvmIoctl row && row.takesValue()) {
      Object value = EventView.of(enter).fields().get(row.in().get(1).name());
      return "(" + value + ")";
    }
    return "";
  }
}
