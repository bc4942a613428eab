package seamtape.workload;

/** An integer of a workload: 64-bit, wrapping; evaluated when the step is made. */
public sealed interface Expression {
  /** What names stand for: parameters, addresses, fds, results, fields of structs. */
  interface Scope {
    /**
     * @throws IllegalStateException when the name has no value yet
     */
    long value(String name);
  }

  /**
   * @throws ArithmeticException for a division by zero
   * @throws IllegalStateException when a name has no value yet
   */
  long evaluate(Scope scope);

  static Expression of(long value) {
    return new Constant(value);
  }

  record Constant(long value) implements Expression {
    @Override
    public long evaluate(Scope scope) {
      return value;
    }
  }

  /** A name, possibly with the path of a struct field behind it: {@code dev.fd}. */
  record Name(String name) implements Expression {
    @Override
    public long evaluate(Scope scope) {
      return scope.value(name);
    }
  }

  /** {@code -x} or {@code ~x}. */
  record Unary(char operator, Expression operand) implements Expression {
    @Override
    public long evaluate(Scope scope) {
      long value = operand.evaluate(scope);
      return operator == '-' ? -value : ~value;
    }
  }

  record Binary(char operator, Expression left, Expression right) implements Expression {
    @Override
    public long evaluate(Scope scope) {
      long a = left.evaluate(scope);
      long b = right.evaluate(scope);
      return switch (operator) {
        case '+' -> a + b;
        case '-' -> a - b;
        case '*' -> a * b;
        case '/' -> a / b;
        case '%' -> a % b;
        case '<' -> a << b;
        case '>' -> a >>> b;
        case '&' -> a & b;
        case '|' -> a | b;
        default -> throw new IllegalStateException("operator " + operator);
      };
    }
  }
}
