package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.recorder.log.ImportException;
import seamtape.recorder.log.LogSource;
import seamtape.recorder.log.Warnings.Kind;

/** Logs that are no logs, that are broken, or that want to hurt. */
class HostileTest {
  private static final String RUN = "ioctl(9, KVM_RUN, 0) = 0\n";
  private static final Duration LONG = Duration.ofSeconds(120);

  @TempDir Path dir;

  /** Bytes without end: as many as are asked for, made on the fly. */
  private static InputStream endless(long bytes, byte value) {
    return new InputStream() {
      private long left = bytes;

      @Override
      public int read() {
        return left-- > 0 ? value : -1;
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        if (left <= 0) {
          return -1;
        }
        int count = (int) Math.min(length, left);
        Arrays.fill(target, offset, offset + count, value);
        left -= count;
        return count;
      }
    };
  }

  private static InputStream lines(int count, IntFunction<String> line) {
    return new InputStream() {
      private int next;
      private byte[] current = new byte[0];
      private int at;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        if (at == current.length) {
          if (next == count) {
            return -1;
          }
          current = line.apply(next++).getBytes(StandardCharsets.ISO_8859_1);
          at = 0;
        }
        int part = Math.min(length, current.length - at);
        System.arraycopy(current, at, target, offset, part);
        at += part;
        return part;
      }
    };
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Imported importing(InputStream in) throws IOException {
    return assertTimeoutPreemptively(LONG, () -> Imported.of(new LogSource("log", in)));
  }

  /** As {@link #importing} for logs of more calls than one wants to keep. */
  private static Imported counting(InputStream in) throws IOException {
    return assertTimeoutPreemptively(LONG, () -> Imported.counted(new LogSource("log", in)));
  }

  @Test
  void skipsALineOfManyMegabytes() throws IOException {
    InputStream in = new SequenceInputStream(text(RUN), endless(64L << 20, (byte) 'x'));
    Imported imported = importing(new SequenceInputStream(in, text("\n" + RUN)));
    assertEquals(2, imported.report.ioctls());
    assertEquals(1, imported.warnings(Kind.LONG_LINE));
    assertEquals(3, imported.report.lines());
  }

  @Test
  void givesUpOnAQuarterOfAGigabyteWithoutALine() throws IOException {
    ImportException e =
        assertThrows(ImportException.class, () -> importing(endless(1L << 30, (byte) 0)));
    assertTrue(e.getMessage().contains("256 MiB without a line"), e.getMessage());
    InputStream in = new SequenceInputStream(text(RUN), endless(1L << 30, (byte) 0));
    Imported imported = importing(in);
    assertEquals(1, imported.report.ioctls());
    assertEquals(1, imported.warnings(Kind.DAMAGED_FILE));
  }

  @Test
  void givesUpOnABombOfGzip() throws IOException {
    ByteArrayOutputStream member = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(member)) {
      out.write(new byte[64 << 20]);
    }
    Path bomb = dir.resolve("bomb.gz");
    for (int i = 0; i < 6; i++) {
      Files.write(
          bomb,
          member.toByteArray(),
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    }
    ImportException e =
        assertThrows(
            ImportException.class, () -> assertTimeoutPreemptively(LONG, () -> Imported.of(bomb)));
    assertTrue(e.getMessage().startsWith("bomb.gz: cannot be read: "), e.getMessage());
  }

  @Test
  void refusesBinaryInOneLine() {
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    ImportException e =
        assertThrows(ImportException.class, () -> importing(new ByteArrayInputStream(bytes)));
    assertTrue(e.getMessage().startsWith("log: is no log of strace"), e.getMessage());
    assertFalse(e.getMessage().contains("\n"));
  }

  @Test
  void refusesAnEmptyFile() {
    ImportException e = assertThrows(ImportException.class, () -> importing(text("")));
    assertEquals("log: is empty", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "{cs={", "[", "[[{", "(", "<", "3<", "{cs=[{", "\"", "/*", "a=", "{a={"})
  void nestingCostsNothing(String nest) throws IOException {
    String deep = nest.repeat(300_000 / nest.length());
    for (String request : new String[] {"KVM_SET_SREGS", "KVM_SET_CPUID2", "KVM_RUN", "KVM_"}) {
      String line = "ioctl(5, " + request + ", " + deep;
      Imported imported = importing(text(line + ") = 0\n" + line + "\n" + RUN));
      assertTrue(imported.report.ioctls() >= 1);
    }
    Imported first = importing(text("ioctl(" + deep + ", KVM_RUN, 0) = 0\n" + RUN));
    assertTrue(first.report.ioctls() >= 1);
    Imported name = importing(text("ioctl(5, " + deep + "\n" + deep + "\n" + RUN));
    assertTrue(name.report.ioctls() >= 1);
  }

  @Test
  void aHugeTableIsCutAtTheLimitOfAnEvent() throws IOException {
    StringBuilder line = new StringBuilder("ioctl(9, KVM_SET_CPUID2, {nent=9, entries=[");
    line.append("{function=1}, ".repeat(20_000)).append("]}) = 0\n");
    Imported imported = importing(text(line.toString()));
    assertEquals(1, imported.report.ioctls());
    assertEquals(1, imported.warnings(Kind.LIMIT));
  }

  @Test
  void boundsThreadsThatNeverFinish() throws IOException {
    String end = ", 0, 0, 0 <unfinished ...>\n";
    Imported imported = counting(lines(100_000, i -> (i + 2) + " ioctl(9, KVM_RUN" + end));
    assertEquals(100_000, imported.report.ioctls());
    assertTrue(imported.warnings(Kind.LIMIT) > 0);
    assertTrue(imported.report.warnings().size() < 100);
  }

  @Test
  void boundsTheTextOfCallsThatNeverFinish() throws IOException {
    String text =
        " ioctl(9, KVM_SET_SREGS, 0x7f /* " + "x".repeat(140_000) + " */ <unfinished ...>\n";
    Imported imported = counting(lines(1000, i -> (i + 2) + text));
    assertEquals(1000, imported.report.ioctls());
    assertTrue(imported.warnings(Kind.LIMIT) > 0);
  }

  @Test
  void boundsTheTablesOfForks() throws IOException {
    Imported imported =
        counting(
            lines(
                200_000,
                i ->
                    i < 70_000
                        ? "1 ioctl(" + i + ", KVM_SET_TSS_ADDR, 0) = 0\n"
                        : "1 clone(flags=SIGCHLD) = " + i + "\n"));
    assertEquals(70_000, imported.report.ioctls());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ioctl(99999999999999999999, KVM_RUN, 0) = 0",
        "ioctl(-1, KVM_RUN, 0) = -1 EBADF (Bad file descriptor)",
        "ioctl(5<anon_inode:kvm-vcpu:99999999999>, KVM_RUN, 0) = 0",
        "ioctl(5<anon_inode:kvm-vcpu:>, KVM_RUN, 0) = 0",
        "ioctl(5<anon_inode:>, KVM_RUN, 0) = 0",
        "ioctl(5<>, KVM_RUN, 0) = 0",
        "ioctl(5<, KVM_RUN, 0) = 0",
        "ioctl(3, KVM_CREATE_VM, 0) = 99999999999",
        "ioctl(4, KVM_CREATE_VCPU, 4294967295) = 5",
        "ioctl(4, KVM_RUN, 0x) = 0x",
        "ioctl() = 0",
        "ioctl(",
        "ioctl(,,,,,,,,,,,) = 0",
        "ioctl(5, _IOC(, , , ), 0) = 0",
        "ioctl(5, _IOC(0xae, 0) = 0",
        "99999999999 99999999999.99999999999999999999 ioctl(5, KVM_RUN, 0) = 0 <9999999999999999.9>",
        "99:99:99999999999 ioctl(5, KVM_RUN, 0) = 0",
        "mmap(NULL, 0xffffffffffffffff, 3, 0x22, -1, 0) = 0x7f0000000000",
        "mmap(NULL, 4096, 3, 0x22, -1, 0) = 0xfffffffffffff000",
        "munmap(0xffffffffffffffff, 0xffffffffffffffff) = 0",
        "munmap() = 0",
        "close() = 0",
        "fcntl(3) = 0",
        "openat(AT_FDCWD, \"/dev/kvm\") = 3",
        "openat2(AT_FDCWD, \"/dev/kvm\", {flags=O_RDWR|O_CLOEXEC, resolve=0}, 24) = 3",
        "clone() = 99999999999",
      })
  void survivesLines(String line) throws IOException {
    importing(text(line + "\n" + RUN + line + "\n" + RUN));
  }

  @Test
  void doesNotPassControlCharactersOn() throws IOException {
    Imported imported = importing(text("\u001b]0;owned\u0007 text\nclose(3) = 0\n"));
    assertEquals(1, imported.report.warnings().size());
    String text = imported.report.warnings().get(0).text();
    assertTrue(text.chars().noneMatch(Character::isISOControl), text);
  }

  @Test
  void keepsWhatATruncatedGzipHolds() throws IOException {
    byte[] whole = Files.readAllBytes(Corpus.log("qemu-kvmguest.strace.gz"));
    Path cut = dir.resolve("cut.gz");
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    Imported imported = Imported.of(cut);
    assertTrue(imported.report.ioctls() > 100);
    assertEquals(1, imported.warnings(Kind.DAMAGED_FILE));
  }

  /** Bytes flipped, cut and doubled: nothing but a report or an import exception may come out. */
  @ParameterizedTest
  @ValueSource(
      strings = {"lwn", "lwn-opt-Xverbose", "qemu-kvmguest-smp2-virtio", "selftest-smm_test"})
  void survivesDamage(String name) throws IOException {
    byte[] log;
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(Corpus.log(name + ".strace.gz")))) {
      log = in.readAllBytes();
    }
    Random random = new Random(7);
    for (int round = 0; round < 8; round++) {
      byte[] damaged = log.clone();
      for (int i = 0; i < 1 + damaged.length / 200; i++) {
        int at = random.nextInt(damaged.length);
        int kind = random.nextInt(3);
        damaged[at] =
            kind == 0
                ? (byte) random.nextInt(256)
                : kind == 1
                    ? (byte) "{}[]()<>,=\"\\ \n/*|".charAt(random.nextInt(17))
                    : damaged[at / 2];
      }
      Imported imported = importing(new ByteArrayInputStream(damaged));
      assertEquals(imported.report.events(), imported.events.size());
    }
  }
}
