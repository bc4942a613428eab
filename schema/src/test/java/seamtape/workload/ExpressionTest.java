package seamtape.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
  private static final Map<String, Long> VALUES = Map.of("ram", 0x1000L, "i", 3L, "dev.fd", 9L);

  private static Expression parse(String text) {
    return ExpressionParser.parse(
        text, name -> VALUES.containsKey(name) ? new Expression.Name(name) : null);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "0x10, 16",
    "0b101, 5",
    "1_000, 1000",
    "-1, -1",
    "0xffffffffffffffff, -1",
    "18446744073709551615, -1",
    "1 + 2 * 3, 7",
    "(1 + 2) * 3, 9",
    "10 - 3 - 2, 5",
    "1 << 4 | 1, 17",
    "0xff & ~0xf, 240",
    "-16 >> 60, 15",
    "17 % 5, 2",
    "ram + 4 * i, 4108",
    "${ram} / 2, 2048",
    "dev.fd, 9",
    "--1, 1",
  })
  void evaluates(String text, long value) {
    assertEquals(value, parse(text).evaluate(VALUES::get));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 + | a number or name is missing at the end of: 1 +",
        "(1 | ')' is missing in: (1",
        "${1 | '}' is missing in: ${1",
        "1 2 | unexpected '2' at character 3 of: 1 2",
        "1 < 2 | write shifts as << and >>: 1 < 2",
        "rom | unknown name rom",
        "0xg | not a 64-bit number: 0xg (write decimal, 0x hex or 0b binary)",
        "1 / 0 | division by zero",
      })
  void saysWhatIsWrong(String text, String message) {
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, () -> parse(text)).getMessage());
  }

  @Test
  void refusesDepthAndLength() {
    assertThrows(IllegalArgumentException.class, () -> parse("(".repeat(900) + "1"));
    assertThrows(IllegalArgumentException.class, () -> parse("-".repeat(900) + "1"));
    assertThrows(IllegalArgumentException.class, () -> parse("1+".repeat(900) + "1"));
  }

  @Test
  void foldsConstants() {
    assertEquals(Expression.of(7), parse("1 + 2 * 3"));
  }
}
