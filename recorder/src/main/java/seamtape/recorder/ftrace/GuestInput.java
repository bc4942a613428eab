package seamtape.recorder.ftrace;

import seamtape.catalog.Input;
import seamtape.event.Event;

/** What a guest read or wrote inside a run, in the fields of its row: an MSR, a CPUID leaf. */
public record GuestInput(Input row, long[] fields) {
  /** Fills the event begun for it. */
  public void copyTo(Event event) {
    System.arraycopy(fields, 0, event.fields, 0, fields.length);
  }
}
