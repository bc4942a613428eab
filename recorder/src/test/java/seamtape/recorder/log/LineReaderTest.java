package seamtape.recorder.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static LineReader reader(String text, int maxLine) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new LineReader(new Trickle(bytes), maxLine);
  }

  /** Gives one to seven bytes a time. */
  private static final class Trickle extends InputStream {
    private final InputStream in;
    private final Random random = new Random(3);

    Trickle(byte[] bytes) {
      in = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() throws java.io.IOException {
      return in.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws java.io.IOException {
      return in.read(target, offset, Math.min(length, 1 + random.nextInt(7)));
    }
  }

  private static List<String> lines(LineReader reader) {
    List<String> lines = new ArrayList<>();
    while (reader.next()) {
      int length = reader.end() - reader.start();
      String text = new String(reader.bytes(), reader.start(), length, StandardCharsets.ISO_8859_1);
      lines.add(reader.number() + ":" + (reader.tooLong() ? "too long" : text));
    }
    return lines;
  }

  @Test
  void cutsLines() {
    assertEquals(List.of("1:a", "2:", "3:bc", "4:d"), lines(reader("a\n\r\nbc\r\nd", 100)));
    assertEquals(List.of("1:a"), lines(reader("a\n", 100)));
    assertEquals(List.of(), lines(reader("", 100)));
  }

  @Test
  void skipsLinesBeyondTheLimitAndGoesOn() {
    String longLine = "x".repeat(1000);
    String text = "a\n" + longLine + "\nb\n" + longLine + "\n" + longLine + "\nc\n" + longLine;
    assertEquals(
        List.of("1:a", "2:too long", "3:b", "4:too long", "5:too long", "6:c", "7:too long"),
        lines(reader(text, 16)));
  }

  @Test
  void keepsLinesUpToTheLimit() {
    String line = "x".repeat(15);
    assertEquals(List.of("1:" + line, "2:" + line), lines(reader(line + "\n" + line + "\n", 16)));
  }

  @Test
  void stopsWhereNothingUsefulComes() {
    byte[] bytes = "x\n".repeat(3_000_000).getBytes(StandardCharsets.ISO_8859_1);
    LineReader barren = new LineReader(new ByteArrayInputStream(bytes), 100, 1 << 20);
    assertTrue(lines(barren).size() < 600_000);
    assertEquals("1 MiB without a line of the log", barren.damage());
    LineReader useful = new LineReader(new ByteArrayInputStream(bytes), 100, 1 << 20);
    int count = 0;
    while (useful.next()) {
      useful.useful();
      count++;
    }
    assertEquals(3_000_000, count);
  }
}
