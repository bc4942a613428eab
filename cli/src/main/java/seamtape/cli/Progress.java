package seamtape.cli;

import java.util.function.LongConsumer;

/** One line on a terminal that tells how far long work is; silent in a pipe and with --quiet. */
final class Progress implements LongConsumer, AutoCloseable {
  private static final long EVERY_NANOS = 100_000_000;

  /** The clock is looked at once in so many events. */
  private static final int ASKS_A_LOOK = 32;

  private final String what;
  private final long total;
  private final boolean shown;
  private int asked;
  private long last;
  private boolean dirty;

  /**
   * @param total events expected; 0 when unknown
   */
  Progress(String what, long total, Output output) {
    this.what = what;
    this.total = total;
    this.shown = Output.terminal() && !output.quiet && !output.json;
  }

  @Override
  public void accept(long done) {
    if (!shown || (++asked & ASKS_A_LOOK - 1) != 0) {
      return;
    }
    long now = System.nanoTime();
    if (now - last < EVERY_NANOS) {
      return;
    }
    last = now;
    dirty = true;
    String share = total == 0 ? "" : String.format(" of %,d (%d %%)", total, done * 100 / total);
    System.err.printf("\r%s: %,d events%s\u001b[K", what, done, share);
  }

  @Override
  public void close() {
    if (dirty) {
      System.err.print("\r\u001b[K");
    }
  }
}
