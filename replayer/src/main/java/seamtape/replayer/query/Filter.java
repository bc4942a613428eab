package seamtape.replayer.query;

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
  }

  private final String text;
  private final Test test;

  private Filter(String text, Test test) {
    this.text = text;
    this.test = test;
  }

  /** Reads a filter; a blank one passes every call. */
  public static Filter parse(String text) throws FilterException {
    return new Filter(text, text.isBlank() ? (call, reader) -> true : FilterParser.parse(text));
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
}
