package seamtape.replayer.query;

import java.util.List;
import java.util.regex.Pattern;

/** Text that lets a pattern look at it only so often: a backtracking pattern ends with an error. */
final class BoundedText implements CharSequence {
  /** Longest text a pattern sees; also bounds the matcher's recursion. */
  private static final int MAX_TEXT = 1024;

  private static final int MAX_STEPS = 100_000;

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManySteps() {
      super(null, null, false, false);
    }
  }

  private final String text;
  private final int[] steps;

  private BoundedText(String text, int[] steps) {
    this.text = text;
    this.steps = steps;
  }

  /**
   * @param token the pattern's place in the filter
   */
  static boolean find(Pattern pattern, String text, FilterToken token) throws FilterException {
    String seen = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    try {
      return pattern.matcher(new BoundedText(seen, new int[1])).find();
    } catch (TooManySteps e) {
      throw new FilterException(
          "this pattern takes too many steps; write it without nested repetition",
          token.position(),
          token.length(),
          List.of());
    }
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    if (++steps[0] > MAX_STEPS) {
      throw new TooManySteps();
    }
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new BoundedText(text.substring(start, end), steps);
  }

  @Override
  public String toString() {
    return text;
  }
}
