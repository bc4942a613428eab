package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "= 0|true|0|-1|none",
        "        = 12|true|12|-1|none",
        "= 0x3000|true|12288|-1|none",
        "= 0 (KVM_EXIT_IO)|true|0|2|none",
        "= 0 (KVM_EXIT_HLT) <0.000012>|true|0|5|12000",
        "= 0 (KVM_EXIT_???)|true|0|-1|none",
        "= -1 EINTR (Interrupted system call) <1.500000>|true|-4|-1|1500000000",
        "= -1 EAGAIN (Resource temporarily unavailable)|true|-11|-1|none",
        "= -1 E2BIG (Argument list too long) (INJECTED)|true|-7|-1|none",
        "= -1 ENOTSUPP (Unknown error 524)|true|-524|-1|none",
        "= -1 (errno 200)|true|-200|-1|none",
        "= ? ERESTARTSYS (To be restarted if SA_RESTART is set)|true|-512|-1|none",
        "= ?|false|0|-1|none",
        "= ? <unavailable>|false|0|-1|none",
        "= 3</dev/kvm<char 10:232>> <0.000005>|true|3|-1|5000",
        "= 4<anon_inode:kvm-vm>|true|4|-1|none",
        "= 5<TCP:[127.0.0.1:1->127.0.0.1:2]> <0.1>|true|5|-1|100000000",
        "= 0 <0.000000123>|true|0|-1|123",
        "= 0x7f9a3e836000 <0.000039>|true|140300450488320|-1|39000",
        "|false|0|-1|none",
        "= garbage|false|0|-1|none",
      })
  void readsEveryResult(String text, boolean known, long value, int exit, String duration) {
    byte[] bytes = (text == null ? "" : text).getBytes(StandardCharsets.ISO_8859_1);
    ResultText result = new ResultText().parse(bytes, 0, bytes.length);
    assertEquals(known, result.known);
    assertEquals(value, result.value);
    assertEquals(exit, result.exitReason);
    long expected = duration.equals("none") ? ResultText.NONE : Long.parseLong(duration);
    assertEquals(expected, result.duration);
  }
}
