package seamtape.sim.profile;

import java.util.Optional;

/** The kernel lines whose tables the simulator has, oldest first. */
public enum KernelLine {
  V6_2("6.2"),
  V6_12("6.12"),
  V7_3("7.3");

  private final String text;

  KernelLine(String text) {
    this.text = text;
  }

  /** As in {@code uname -r}: 6.12. */
  public String text() {
    return text;
  }

  static Optional<KernelLine> of(String text) {
    for (KernelLine line : values()) {
      if (line.text.equals(text)) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }
}
