package seamtape.recorder.workload;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import seamtape.workload.Expression;
import seamtape.workload.ExpressionParser;
import seamtape.workload.Step;

/** Reads numbers and bytes, by the names known at that point of the file. */
final class Values {
  private static final Map<String, Integer> SIZES = Map.of("u8", 1, "u16", 2, "u32", 4, "u64", 8);

  private final Names names;
  private final Map<String, byte[]> code;

  private final Map<String, TdImage> images;

  /**
   * @param code pieces of guest code by name
   * @param images those of them that are a TD's image
   */
  Values(Names names, Map<String, byte[]> code, Map<String, TdImage> images) {
    this.names = names;
    this.code = code;
    this.images = images;
  }

  /** As this, with other names known. */
  Values with(Names others) {
    return new Values(others, code, images);
  }

  Map<String, TdImage> images() {
    return images;
  }

  Names names() {
    return names;
  }

  Map<String, byte[]> code() {
    return code;
  }

  Expression number(YamlNode node, String what) throws WorkloadException {
    String text = node.scalar(what);
    if (text.isBlank()) {
      throw node.error(what + " needs a value");
    }
    try {
      return ExpressionParser.parse(text, names::resolve);
    } catch (IllegalArgumentException e) {
      throw node.error(what + ": " + e.getMessage());
    }
  }

  /** A number that is known without running: of constants and parameters. */
  long constant(YamlNode node, String what) throws WorkloadException {
    if (number(node, what) instanceof Expression.Constant constant) {
      return constant.value();
    }
    throw node.error(what + " must be known before the run: use numbers and parameters only");
  }

  /** A number or a list of numbers. */
  List<Expression> numbers(YamlNode node, String what) throws WorkloadException {
    List<Expression> numbers = new ArrayList<>();
    for (YamlNode item : node.isList() ? node.list(what) : List.of(node)) {
      numbers.add(number(item, what));
    }
    if (numbers.isEmpty()) {
      throw node.error(what + " needs at least one number");
    }
    return numbers;
  }

  /** Hex digits in pairs, blanks between them as you like. */
  static byte[] hex(YamlNode node, String what) throws WorkloadException {
    String digits = node.scalar(what).replaceAll("\\s", "");
    if (digits.startsWith("0x")) {
      digits = digits.substring(2);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < digits.length(); i += 2) {
      int high = Character.digit(digits.charAt(i), 16);
      int low = i + 1 < digits.length() ? Character.digit(digits.charAt(i + 1), 16) : -1;
      if (high < 0 || low < 0) {
        throw node.error(what + " must be hex digits in pairs, as in \"b8 02 00\"");
      }
      bytes.write(high << 4 | low);
    }
    return bytes.toByteArray();
  }

  /** The content part of a step that stores or compares; null for a key that is none. */
  Step.Data data(YamlNode.Entry entry) throws WorkloadException {
    String key = entry.key();
    if (SIZES.containsKey(key)) {
      return new Step.Data(null, SIZES.get(key), numbers(entry.value(), key));
    }
    return switch (key) {
      case "bytes" -> new Step.Data(hex(entry.value(), key), 1, List.of());
      case "text" -> {
        byte[] text = entry.value().scalar(key).getBytes(StandardCharsets.UTF_8);
        yield new Step.Data(text, 1, List.of());
      }
      case "code" -> new Step.Data(code(entry.value()), 1, List.of());
      default -> null;
    };
  }

  private byte[] code(YamlNode node) throws WorkloadException {
    String name = node.scalar("code");
    byte[] bytes = code.get(name);
    if (bytes == null) {
      throw node.error("no guest code named " + name + Nearest.hint(name, code.keySet()));
    }
    return bytes;
  }
}
