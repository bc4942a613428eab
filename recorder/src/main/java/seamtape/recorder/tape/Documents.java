package seamtape.recorder.tape;

/**
 * The framing of a Chronicle file: documents, each led by four bytes of length and two flags,
 * aligned to four bytes. A zero is the end of what was written.
 */
final class Documents {
  static final int NOT_COMPLETE = 0x80000000;
  static final int META = 0x40000000;
  static final int LENGTH_MASK = 0x3fffffff;

  /** Both flags and no length: the cycle is over. */
  static final int END_OF_CYCLE = 0xc0000000;

  static final int HEADER_BYTES = 4;

  private Documents() {}

  /** Position after a document, or after the end of a cycle. */
  static long next(long position, int header) {
    return position + HEADER_BYTES + ((header & LENGTH_MASK) + 3L & ~3L);
  }
}
