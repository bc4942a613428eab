package seamtape.replayer.query;

/**
 * One token of a filter.
 *
 * @param text the words or signs; of a string its content
 * @param number of a NUMBER
 */
record FilterToken(Kind kind, String text, long number, int position, int length) {
  enum Kind {
    WORD,
    STRING,
    NUMBER,
    SIGN,
    END
  }

  boolean is(String sign) {
    boolean sayable = kind == Kind.SIGN || kind == Kind.WORD;
    return sayable && text.equals(sign);
  }

  /** As an error message names it. */
  String shown() {
    return kind == Kind.END ? "the end" : "“" + text + "”";
  }
}
