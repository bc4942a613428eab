package seamtape.recorder.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogSourcesTest {
  @TempDir Path dir;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] member(String name, char type, byte[] content, String size) {
    byte[] header = new byte[512 + (content.length + 511) / 512 * 512];
    System.arraycopy(bytes(name), 0, header, 0, name.length());
    System.arraycopy(bytes(size), 0, header, 124, size.length());
    header[156] = (byte) type;
    System.arraycopy(bytes("ustar"), 0, header, 257, 5);
    System.arraycopy(content, 0, header, 512, content.length);
    return header;
  }

  private static byte[] member(String name, char type, String content) {
    return member(name, type, bytes(content), String.format("%011o", content.length()));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(out::writeBytes);
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  private String read(byte[] stdin) throws IOException {
    InputStream in = new ByteArrayInputStream(stdin);
    StringBuilder text = new StringBuilder();
    try (LogSources sources = LogSources.open(List.of(Path.of("-")), in)) {
      for (LogSource source : sources.sources()) {
        String content = new String(source.in().readAllBytes(), StandardCharsets.ISO_8859_1);
        text.append(source.name()).append('=').append(content).append(';');
      }
    }
    return text.toString();
  }

  @Test
  void unpacksWhateverItIsGiven() throws IOException {
    assertEquals("stdin=hello;", read(bytes("hello")));
    assertEquals("stdin=hello;", read(gzip(bytes("hello"))));
    assertEquals("stdin=;", read(new byte[0]));
    byte[] tar =
        join(
            member("dir/", '5', ""),
            member("dir/log.1", '0', "one"),
            member("././@LongLink", 'L', "a/very/long/name/log.2"),
            member("a/very", '0', "two"),
            member("pax", 'x', "20 path=whatever\n"),
            member("log.3", '0', "x".repeat(600)));
    String members = "log.1=one;log.2=two;log.3=" + "x".repeat(600) + ";";
    assertEquals(members, read(tar));
    assertEquals(members, read(gzip(tar)));
    byte[] packed = gzip(bytes("four"));
    byte[] inner = member("log.4.gz", '0', packed, String.format("%011o", packed.length));
    assertEquals("log.4.gz=four;", read(join(inner)));
  }

  @Test
  void knowsThePidInAName() {
    assertEquals(13371, new LogSource("lwn.13371", null).pid());
    assertEquals(13371, new LogSource("lwn.13371.gz", null).pid());
    assertEquals(0, new LogSource("lwn.strace", null).pid());
    assertEquals(0, new LogSource("12345", null).pid());
    assertEquals(0, new LogSource("lwn.123456789", null).pid());
  }

  @Test
  void refusesInOneLineWhatItCannotRead() throws IOException {
    assertTrue(refusal(dir.resolve("absent")).endsWith("absent: no such file"));
    assertTrue(refusal(dir).contains("is a directory"));
    Path xz = Files.write(dir.resolve("log.xz"), new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0});
    assertEquals("log.xz: is compressed; use: xz -dc FILE | seamtape import strace -", refusal(xz));
    Path[] many = new Path[LogSources.MAX_FILES + 1];
    Arrays.fill(many, xz);
    assertTrue(refusal(many).contains("at most"));
    assertTrue(refusal().contains("no file"));
  }

  @ParameterizedTest
  @CsvSource({"00000000100, ends inside", "77777777777, more than 4 GiB"})
  void refusesABrokenArchive(String size, String why) throws IOException {
    Path tar = Files.write(dir.resolve("broken.tar"), member("log.1", '0', new byte[0], size));
    assertTrue(refusal(tar).contains(why), refusal(tar));
  }

  @Test
  void refusesAnArchiveOfTooManyFilesAndOneOfNone() throws IOException {
    byte[] one = member("log.1", '0', "");
    byte[][] many = new byte[TarArchive.MAX_MEMBERS + 1][];
    Arrays.fill(many, one);
    Path full = Files.write(dir.resolve("full.tar"), join(many));
    assertTrue(refusal(full).contains("more than 4096 files"));
    Path none = Files.write(dir.resolve("none.tar"), join(member("dir/", '5', "")));
    assertTrue(refusal(none).contains("archive without files"));
  }

  private static String refusal(Path... files) {
    ImportException e =
        assertThrows(
            ImportException.class,
            () -> LogSources.open(List.of(files), InputStream.nullInputStream()).close());
    assertTrue(e.getMessage().indexOf('\n') < 0);
    return e.getMessage();
  }
}
