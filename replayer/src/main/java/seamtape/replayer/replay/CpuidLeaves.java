package seamtape.replayer.replay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The fields of a decoded struct kvm_cpuid2 under the names of their leaves, so that tables of
 * different length are compared leaf by leaf: {@code leaf 0x7[1].eax}.
 */
final class CpuidLeaves {
  private static final String ENTRY = "kvm_cpuid2.entries[";
  private static final Pattern FIELD =
      Pattern.compile("kvm_cpuid2\\.entries\\[(\\d+)]\\.(eax|ebx|ecx|edx|flags)");
  private static final Pattern LEAF = Pattern.compile("leaf (0x[0-9a-f]+)\\[\\d+]\\.(\\w+)");

  private CpuidLeaves() {}

  static boolean isTable(Map<String, Object> fields) {
    return fields.containsKey(ENTRY + "0].function");
  }

  /** Without nent, which follows from the leaves there are. */
  static Map<String, Object> byLeaf(Map<String, Object> fields) {
    Map<String, Object> leaves = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          Matcher field = FIELD.matcher(name);
          if (field.matches()) {
            String entry = ENTRY + field.group(1) + "].";
            long function = number(fields.get(entry + "function"));
            long index = number(fields.get(entry + "index"));
            leaves.put("leaf 0x%x[%d].%s".formatted(function, index, field.group(2)), value);
          }
        });
    return leaves;
  }

  private static long number(Object value) {
    return value instanceof Number n ? n.longValue() : Long.decode(String.valueOf(value));
  }

  /** Adds what an explanation may ask of a difference: its {@code leaf} and {@code register}. */
  static void facts(String field, Map<String, Object> known) {
    Matcher leaf = LEAF.matcher(field);
    if (leaf.matches()) {
      known.put("leaf", Long.decode(leaf.group(1)));
      known.put("register", leaf.group(2));
    }
  }
}
