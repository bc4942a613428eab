package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StraceLineTest {
  private static StraceLine parse(String text) {
    StraceLine line = new StraceLine();
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    line.parse(bytes, 0, bytes.length);
    return line;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "ioctl(3, KVM_RUN, 0) = 0|0|NONE|0",
        "11641 ioctl(3, KVM_RUN, 0) = 0|11641|NONE|0",
        "1327  ioctl(3, KVM_RUN, 0) = 0|1327|NONE|0",
        "[pid 11732] ioctl(3, KVM_RUN, 0) = 0|11732|NONE|0",
        "[pid   732] ioctl(3, KVM_RUN, 0) = 0|732|NONE|0",
        "[pid 732<CPU 0/KVM>] ioctl(3, KVM_RUN, 0) = 0|732|NONE|0",
        "732<CPU 0/KVM> ioctl(3, KVM_RUN, 0) = 0|732|NONE|0",
        "1795333489.293109 ioctl(3, KVM_RUN, 0) = 0|0|EPOCH|1795333489293109000",
        "12 1795333489.293109 ioctl(3, KVM_RUN, 0) = 0|12|EPOCH|1795333489293109000",
        "12 1795333489.293109123 ioctl(3, KVM_RUN, 0) = 0|12|EPOCH|1795333489293109123",
        "1795333489 ioctl(3, KVM_RUN, 0) = 0|0|EPOCH|1795333489000000000",
        "12 1795333489 ioctl(3, KVM_RUN, 0) = 0|12|EPOCH|1795333489000000000",
        "01:02:03 ioctl(3, KVM_RUN, 0) = 0|0|DAY|3723000000000",
        "12 01:02:03.5 ioctl(3, KVM_RUN, 0) = 0|12|DAY|3723500000000",
        "     0.000012 ioctl(3, KVM_RUN, 0) = 0|0|RELATIVE|12000",
        "12      0.000012 ioctl(3, KVM_RUN, 0) = 0|12|RELATIVE|12000",
        "01:02:03 (+     0.000012) ioctl(3, KVM_RUN, 0) = 0|0|DAY|3723000000000",
        "[00007f9a3e836000] ioctl(3, KVM_RUN, 0) = 0|0|NONE|0",
        "12 [  16] [00007f9a3e836000] ioctl(3, KVM_RUN, 0) = 0|12|NONE|0",
        "[pid 12] 01:02:03.5 [  16] ioctl(3, KVM_RUN, 0) = 0|12|DAY|3723500000000",
        "l[pid 11734] ioctl(9, KVM_RUN, 0)        = 0|11734|NONE|0",
        "helloioctl(9, KVM_RUN, 0)        = 0|0|NONE|0",
        "!! ioctl(9, KVM_RUN, 0)        = 0|0|NONE|0",
      })
  void readsEveryPrefix(String text, int tid, StraceLine.Clock clock, long time) {
    StraceLine line = parse(text);
    assertEquals(StraceLine.Kind.CALL, line.kind);
    assertEquals(tid, line.tid);
    assertEquals(clock, line.clock);
    assertEquals(time, line.time);
    String name = new String(line.bytes, line.name, line.nameEnd - line.name);
    assertEquals("ioctl", name);
    assertEquals('(', line.bytes[line.body - 1]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "12 <... ioctl resumed>, 0) = 0|RESUMED",
        "12 <... ioctl resumed> ) = 0|RESUMED",
        "[pid 12] <... exit_group resumed>) = ?|RESUMED",
        "12 --- SIGUSR1 {si_signo=SIGUSR1} ---|SIGNAL",
        "12 +++ exited with 0 +++|EXIT",
        "12 +++ killed by SIGTERM +++|EXIT",
        "strace: Process 12 attached|NOTE",
        " > /usr/lib/libc.so.6(ioctl+0x5) [0xf1]|NOTE",
        "    |NOTE",
        ", 0) = 0|REST",
        "qemu: warning: no (good)|TEXT",
        "1234567890123456789|TEXT",
        "12|TEXT",
        "[pid|TEXT",
        "12:30|TEXT",
        "<...|TEXT",
        "---|TEXT",
      })
  void tellsTheKindsOfLines(String text, StraceLine.Kind kind) {
    assertEquals(kind, parse(text).kind);
  }

  @Test
  void anEmptyLineIsNoCall() {
    assertEquals(StraceLine.Kind.NOTE, parse("").kind);
  }
}
