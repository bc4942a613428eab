package seamtape.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the given tables: CSV with quotes, as rows by column name, and JSON. */
final class Tables {
  private Tables() {}

  static Path root() {
    return Path.of(System.getProperty("seamtape.root", ".."));
  }

  static String text(String file) {
    try {
      return Files.readString(root().resolve("fixtures/abi").resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Map<String, String>> csv(String file) {
    List<List<String>> lines = records(text(file));
    List<String> head = lines.get(0);
    List<Map<String, String>> rows = new ArrayList<>();
    for (List<String> line : lines.subList(1, lines.size())) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < head.size(); i++) {
        row.put(head.get(i), line.get(i));
      }
      rows.add(row);
    }
    return rows;
  }

  private static List<List<String>> records(String text) {
    List<List<String>> records = new ArrayList<>();
    List<String> record = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        boolean doubled = quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
        if (doubled) {
          cell.append('"');
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (!quoted && (c == ',' || c == '\n')) {
        record.add(cell.toString());
        cell.setLength(0);
        if (c == '\n') {
          records.add(record);
          record = new ArrayList<>();
        }
      } else if (c != '\r') {
        cell.append(c);
      }
    }
    return records;
  }

  static int hex(String digits) {
    return (int) Long.parseLong(digits.substring(2), 16);
  }

  static Object json(String file) {
    return new Json(text(file)).value();
  }

  /** As much of JSON as the tables use. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object value() {
      char c = next();
      if (c == '{') {
        return object();
      }
      if (c == '[') {
        return array();
      }
      return c == '"' ? string() : literal();
    }

    private char next() {
      while (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == ',') {
        at++;
      }
      return text.charAt(at);
    }

    private Map<String, Object> object() {
      Map<String, Object> map = new LinkedHashMap<>();
      at++;
      while (next() != '}') {
        String key = string();
        at = text.indexOf(':', at) + 1;
        map.put(key, value());
      }
      at++;
      return map;
    }

    private List<Object> array() {
      List<Object> list = new ArrayList<>();
      at++;
      while (next() != ']') {
        list.add(value());
      }
      at++;
      return list;
    }

    private String string() {
      int end = text.indexOf('"', at + 1);
      String string = text.substring(at + 1, end);
      at = end + 1;
      return string;
    }

    private Object literal() {
      int start = at;
      while ("+-.0123456789aeflnrstu".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      String word = text.substring(start, at);
      return Character.isLetter(word.charAt(0))
          ? (Object) Boolean.valueOf(word)
          : (Object) Integer.valueOf(word);
    }
  }
}
