package seamtape.replayer.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.query.EventScan;

/** Writes a recording as a file of another format, in constant memory. */
public final class Export {
  private static final int BUFFER_BYTES = 1 << 18;

  private Export() {}

  /**
   * Exports events, both ends included. The file takes its name when it is whole; an interrupted
   * export leaves nothing under that name.
   *
   * @param progress is told the number of events written
   * @return bytes of the file
   * @throws FileAlreadyExistsException when there is such a file
   * @throws seamtape.recorder.tape.TapeException when an event is damaged
   */
  public static long toFile(
      Tape tape, ExportFormat format, long from, long to, Path file, LongConsumer progress)
      throws IOException {
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Path parent = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent)) {
      throw new NoSuchFileException(parent.toString());
    }
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    part.toFile().deleteOnExit(); // when a signal ends the process
    boolean done = false;
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      toStream(tape, format, from, to, Channels.newOutputStream(channel), progress);
      channel.force(true);
      long bytes = channel.size();
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      done = true;
      return bytes;
    } finally {
      if (!done) {
        Files.deleteIfExists(part);
      }
    }
  }

  /** Exports events to a stream, which stays open. */
  public static void toStream(
      Tape tape, ExportFormat format, long from, long to, OutputStream sink, LongConsumer progress)
      throws IOException {
    OutputStream out = new BufferedOutputStream(sink, BUFFER_BYTES);
    EventWriter writer = format.open(new Unclosed(out), tape.manifest());
    try (EventScan scan = new EventScan(tape, from)) {
      for (long event = from; event <= to && scan.next(); event++) {
        writer.write(scan);
        progress.accept(event - from + 1);
      }
    }
    writer.finish();
    out.flush();
  }

  /** Keeps a stream open for the one who opened it. */
  private static final class Unclosed extends java.io.FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
