package seamtape.replayer.oracle;

/** A case of the grammar that the machine's interface cannot express: it is skipped. */
final class Inexpressible extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Inexpressible(String message) {
    super(message, null, false, false);
  }
}
