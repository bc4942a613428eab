package seamtape.recorder.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Opens the files of a log: {@code -} is standard input, gzip and tar are known by their magic, an
 * archive stands for its members.
 */
public final class LogSources implements Closeable {
  /** Files that are open at once. */
  public static final int MAX_FILES = 512;

  private static final int BUFFER = 1 << 16;
  private static final int SNIFFED = 512;
  private static final int USTAR_AT = 257;

  /** Formats that the JDK cannot unpack, with the command that can. */
  private static final String[][] FOREIGN = {
    {"\u00fd7zXZ", "xz -dc"}, {"\u0028\u00b5\u002f\u00fd", "zstd -dc"}, {"BZh", "bzip2 -dc"}
  };

  private final List<LogSource> sources = new ArrayList<>();
  private final List<Closeable> open = new ArrayList<>();
  private final InputStream stdin;

  private LogSources(InputStream stdin) {
    this.stdin = stdin;
  }

  /**
   * @throws ImportException when a file cannot be read or is of a kind that needs unpacking first
   */
  public static LogSources open(List<Path> files, InputStream stdin) throws IOException {
    if (files.isEmpty()) {
      throw new ImportException("import", 0, "no file given");
    }
    if (files.size() > MAX_FILES) {
      String text = files.size() + " files, at most " + MAX_FILES + "; give them as one tar.gz";
      throw new ImportException("import", 0, text);
    }
    LogSources sources = new LogSources(stdin);
    try {
      for (Path file : files) {
        sources.add(file);
      }
    } catch (IOException | RuntimeException e) {
      sources.close();
      throw e;
    }
    return sources;
  }

  public List<LogSource> sources() {
    return List.copyOf(sources);
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : open) {
      each.close();
    }
  }

  private void add(Path file) throws IOException {
    boolean standardInput = file.toString().equals("-");
    String name = standardInput ? "stdin" : String.valueOf(file.getFileName());
    InputStream raw = standardInput ? stdin : openFile(file);
    if (!standardInput) {
      open.add(raw);
    }
    try {
      addStream(name, raw);
    } catch (ImportException e) {
      throw e;
    } catch (IOException e) {
      String why = e.getMessage() == null ? "it ends too early" : e.getMessage();
      throw new ImportException(name, 0, "cannot be read: " + why);
    }
  }

  private static InputStream openFile(Path file) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw new ImportException(file.toString(), 0, "is a directory; name the log files in it");
      }
      return Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw new ImportException(file.toString(), 0, "no such file");
    } catch (AccessDeniedException e) {
      throw new ImportException(file.toString(), 0, "permission denied");
    }
  }

  private void addStream(String name, InputStream raw) throws IOException {
    PeekedStream in = unpacked(name, raw);
    if (!isTar(in.head())) {
      sources.add(new LogSource(name, in));
      return;
    }
    TarArchive archive = TarArchive.unpack(name, in);
    open.add(archive);
    for (int i = 0; i < archive.size(); i++) {
      sources.add(new LogSource(archive.name(i), unpacked(archive.name(i), archive.stream(i))));
    }
  }

  private static PeekedStream unpacked(String name, InputStream raw) throws IOException {
    PeekedStream in = PeekedStream.of(raw, SNIFFED);
    byte[] head = in.head();
    if (head.length >= 2 && (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b) {
      return PeekedStream.of(new GZIPInputStream(in, BUFFER), SNIFFED);
    }
    String magic = new String(head, StandardCharsets.ISO_8859_1);
    for (String[] format : FOREIGN) {
      if (magic.startsWith(format[0])) {
        throw new ImportException(
            name, 0, "is compressed; use: " + format[1] + " FILE | seamtape import strace -");
      }
    }
    return in;
  }

  private static boolean isTar(byte[] head) {
    byte[] magic = "ustar".getBytes(StandardCharsets.US_ASCII);
    return head.length == SNIFFED
        && Arrays.equals(head, USTAR_AT, USTAR_AT + magic.length, magic, 0, magic.length);
  }
}
