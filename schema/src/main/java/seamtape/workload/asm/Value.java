package seamtape.workload.asm;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The value of an expression: a number, how many labels it counts (0: a plain number, else it moves
 * with the code), and inside an address the registers with their factors.
 */
record Value(long number, int labels, Map<String, Long> registers) {
  static Value of(long number) {
    return new Value(number, 0, Map.of());
  }

  static Value label(long address) {
    return new Value(address, 1, Map.of());
  }

  static Value register(String name) {
    return new Value(0, 0, Map.of(name, 1L));
  }

  /** No label and no register in it. */
  boolean plain() {
    return labels == 0 && registers.isEmpty();
  }

  Value plus(Value other, int sign) {
    Map<String, Long> sum = new LinkedHashMap<>(registers);
    other.registers.forEach((name, factor) -> sum.merge(name, sign * factor, Long::sum));
    sum.values().removeIf(factor -> factor == 0);
    return new Value(number + sign * other.number, labels + sign * other.labels, sum);
  }

  Value times(long factor) {
    Map<String, Long> product = new LinkedHashMap<>();
    registers.forEach((name, f) -> product.put(name, f * factor));
    return new Value(number * factor, (int) (labels * factor), product);
  }
}
