package seamtape.replayer.query;

import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.FileOperation;
import seamtape.event.Event;
import seamtape.recorder.tape.TapeException;

/**
 * A condition on calls, in the filter language of the browser and of {@code show --filter}:
 *
 * <pre>
 *   family == seamcall &amp;&amp; errno != 0        errno == EINVAL || ret in {1..3}
 *   "TDH.VP"                  (a name that contains it)     KVM_RUN  (that call)
 *   arg.cap ~ "^KVM_CAP_" and not under(call == KVM_RUN)
 * </pre>
 *
 * Precedence is not, and, xor, or. A comparison with a field that the call does not have is false,
 * and {@code a != b} is exactly {@code not (a == b)}. Texts are compared without regard to case.
 */
public final class Filter {
  /** Longest filter, in UTF-16 units. */
  public static final int MAX_LENGTH = 4096;

  /** Most conditions and values in one filter. */
  public static final int MAX_NODES = 256;

  /** Deepest nesting of parentheses and negations. */
  public static final int MAX_DEPTH = 32;

  /** A condition; may read related calls. */
  interface Test {
    boolean passes(RecordedCall call, CallReader reader) throws TapeException, FilterException;

    /**
     * What can be told before the whole call is known.
     *
     * @param known how much of it is
     */
    Verdict foresee(Sight known, RecordedCall call) throws TapeException, FilterException;

    /**
     * What can be told of all calls of a row that enter in a block.
     *
     * @param head a call of the row, of which nothing else is known
     */
    default Verdict foresee(Contents block, RecordedCall head)
        throws TapeException, FilterException {
      return foresee(Sight.ROW, head);
    }
  }

  private static final Test EVERY =
      new FilterTests.Leaf(Sight.ROW, FilterTests.About.OTHER, (call, reader) -> true);

  private final String text;
  private final Test test;

  private Filter(String text, Test test) {
    this.text = text;
    this.test = test;
  }

  /** Reads a filter; a blank one passes every call. */
  public static Filter parse(String text) throws FilterException {
    return new Filter(text, text.isBlank() ? EVERY : FilterParser.parse(text));
  }

  public String text() {
    return text;
  }

  /**
   * Tests a call.
   *
   * @param reader of the same recording; finds the calls around it
   * @throws FilterException when a pattern or a search took too many steps
   */
  public boolean matches(RecordedCall call, CallReader reader)
      throws TapeException, FilterException {
    return test.passes(call, reader);
  }

  boolean asksForDepth() {
    return text.contains("depth");
  }

  /** False when no call of a row passes, whatever else it is. */
  boolean mayPass(Call row) {
    if (row == FileOperation.KVM_UNKNOWN_IOCTL || row.family() == Family.INPUT) {
      return true; // its name is not the row's
    }
    RecordedCall call = new RecordedCall("").begin(-1, new Event().enter(row, 0, 0, 0), 0);
    try {
      return test.foresee(Sight.ROW, call) != Verdict.NO;
    } catch (TapeException | FilterException e) {
      return true; // the call itself will tell
    }
  }

  /** False when no call passes that enters in a block. */
  boolean mayPass(Contents block) throws TapeException, FilterException {
    return block.mayPass(test);
  }

  /** False when a call with this enter event does not pass, whatever its return is. */
  boolean mayPass(RecordedCall entered) throws TapeException, FilterException {
    return test.foresee(Sight.ENTER, entered) != Verdict.NO;
  }
}
