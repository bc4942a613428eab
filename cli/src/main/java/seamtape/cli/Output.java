package seamtape.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine.Option;
import seamtape.json.Json;

/** How every verb that prints data prints it: text for people, or one JSON document. */
final class Output {
  @Option(names = "--json", description = "Print one JSON document on stdout, messages on stderr.")
  boolean json;

  @Option(names = "--quiet", description = "Print no messages and no progress.")
  boolean quiet;

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  /** A line of the result, for people; nothing with --json. */
  void line(String text) {
    if (!json && !quiet) {
      out.println(text);
    }
  }

  /** A line of data that is the point of the command, also with --quiet. */
  void data(String text) {
    out.println(text);
  }

  /** False once nobody reads stdout any more, as behind {@code | head}. */
  boolean read() {
    return !out.checkError();
  }

  /** A message beside the result. */
  void message(String text) {
    if (!quiet) {
      err.println(text);
    }
  }

  /** The document, when it was asked for. */
  void document(Map<String, Object> document) {
    if (json) {
      out.println(Json.write(document));
    }
  }

  /** True where colours may be used: a terminal that did not ask for none (no-color.org). */
  static boolean colours() {
    String term = System.getenv("TERM");
    return System.console() != null
        && System.getenv("NO_COLOR") == null
        && term != null
        && !term.equals("dumb");
  }

  static boolean terminal() {
    return System.console() != null;
  }

  PrintStream stream() {
    return out;
  }

  /** stdout was closed by its reader, as by {@code | head}. */
  static final class Unread extends IOException {
    private static final long serialVersionUID = 1;

    Unread() {
      super("nobody reads stdout");
    }
  }

  /** stdout for bytes; a write fails by {@link Unread} once nobody reads it any more. */
  OutputStream bytes() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
        if (!read()) {
          throw new Unread();
        }
      }
    };
  }
}
