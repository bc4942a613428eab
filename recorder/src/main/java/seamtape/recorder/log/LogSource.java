package seamtape.recorder.log;

import java.io.InputStream;

/**
 * One text of a log: a file, standard input, or a member of an archive.
 *
 * @param name what people call it
 * @param in its bytes, decompressed
 */
public record LogSource(String name, InputStream in) {
  /** The N of {@code log.N}, as strace -ff names its files; 0 without one. */
  public int pid() {
    String bare = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    String digits = bare.substring(bare.lastIndexOf('.') + 1);
    boolean number = !digits.isEmpty() && digits.length() <= 7 && bare.indexOf('.') >= 0;
    for (int i = 0; number && i < digits.length(); i++) {
      number = Character.digit(digits.charAt(i), 10) >= 0;
    }
    return number ? Integer.parseInt(digits) : 0;
  }
}
