package seamtape.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  @Test
  void parsesEveryKindOfValue() {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("a", List.of(1L, -2L, Long.MIN_VALUE, 1.5, -2e3));
    expected.put("b", Arrays.asList(true, false, null));
    expected.put("c", "\"\\/\b\f\n\r\t\u00e9\ud83d\ude00");
    expected.put("d", Map.of());
    expected.put("", List.of());
    String text =
        " {\"a\" : [1,-2,-9223372036854775808 , 1.5,-2E+3],\n\"b\":[true,false,null],"
            + "\"c\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\ud83d\\ude00\",\"d\":{ },\"\":[ ]}\r\n";
    assertEquals(expected, Json.parse(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | 1 | 1",
        "{ | 1 | 2",
        "[1,] | 1 | 4",
        "{\"a\":1,} | 1 | 8",
        "{\"a\" 1} | 1 | 6",
        "{\"a\":1,\"a\":2} | 1 | 8",
        "01 | 1 | 1",
        "-  | 1 | 2",
        "1. | 1 | 3",
        "9223372036854775808 | 1 | 1",
        "nul | 1 | 1",
        "\"abc | 1 | 5",
        "\"\\x\" | 1 | 3",
        "\"\\u12g4\" | 1 | 6",
        "[1] 2 | 1 | 5"
      })
  void namesThePlaceOfAnError(String text, int line, int column) {
    JsonException e = assertThrows(JsonException.class, () -> Json.parse(text));
    assertEquals(line + ":" + column, e.line() + ":" + e.column(), e.getMessage());
  }

  @Test
  void countsLines() {
    JsonException e = assertThrows(JsonException.class, () -> Json.parse("{\n  \"a\": ?\n}"));
    assertEquals("line 2, column 8: expected a value, found '?'", e.getMessage());
  }

  @Test
  void boundsTheDepth() {
    String deep = "[".repeat(100_000);
    assertThrows(JsonException.class, () -> Json.parse(deep));
    Json.parse("[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH));
  }

  @Test
  void readsBackWhatItWrites() {
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      Object value = value(random, 5);
      assertEquals(value, Json.parse(Json.write(value)));
      assertEquals(value, Json.parse(Json.writeIndented(value)));
    }
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextDouble() * 1e10;
      case 2 -> random.nextBoolean();
      case 3 -> null;
      case 4 ->
          random
              .ints(random.nextInt(9), 0, 0x10000)
              .mapToObj(c -> "" + (char) c)
              .toList()
              .toString();
      case 5 -> {
        List<Object> list = new ArrayList<>();
        random.ints(random.nextInt(5)).forEach(x -> list.add(value(random, depth - 1)));
        yield list;
      }
      default -> {
        Map<String, Object> map = new LinkedHashMap<>();
        random.ints(random.nextInt(5)).forEach(x -> map.put("k" + x, value(random, depth - 1)));
        yield map;
      }
    };
  }

  @Test
  void streamsAnIndentedDocument() {
    StringBuilder text = new StringBuilder();
    JsonWriter json = new JsonWriter(text, 2);
    json.beginObject().member("a", 1).name("b").beginArray().value("x").value(true).endArray();
    json.name("c").beginObject().endObject().endObject();
    assertEquals(
        "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    true\n  ],\n  \"c\": {}\n}", "" + text);
  }

  @Test
  void refusesANumberThatJsonHasNot() {
    assertThrows(IllegalArgumentException.class, () -> Json.write(Double.NaN));
  }
}
