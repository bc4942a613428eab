package seamtape.sim.coverage;

import java.util.Locale;

/** How a profile answers a call. */
public enum Status {
  /** It has behaviour of its own. */
  MODELLED,
  /** The profile's kernel knows it; it is answered from the row's rule alone. */
  REGULAR,
  /** The profile's kernel does not have it. */
  ABSENT;

  /** As documents write it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
