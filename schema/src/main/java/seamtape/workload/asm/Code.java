package seamtape.workload.asm;

import java.io.ByteArrayOutputStream;

/** The bytes of one instruction as they are put together. */
final class Code {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final int bits;

  /** Address of the instruction's first byte. */
  private final long start;

  /** Bytes that follow the displacement: immediates. */
  private int trailing;

  Code(int bits, long start) {
    this.bits = bits;
    this.start = start;
  }

  int bits() {
    return bits;
  }

  void trailing(int count) {
    trailing = count;
  }

  void put(int value) {
    bytes.write(value);
  }

  void put(long value, int size) {
    for (int i = 0; i < size; i++) {
      bytes.write((int) (value >>> 8 * i));
    }
  }

  /** A number that must fit {@code size} bytes as a signed or an unsigned one. */
  void number(Operand operand, Value value, int size) {
    long number = value.number();
    if (!fits(number, size) && value.labels() == 0) {
      throw operand.error("the value " + number + " does not fit " + 8 * size + " bits");
    }
    put(number, size);
  }

  static boolean fits(long number, int size) {
    if (size == 8) {
      return true;
    }
    int width = 8 * size;
    return number >= -(1L << width - 1) && number < 1L << width;
  }

  void displacement(Operand operand, int size) {
    if (size > 0) {
      number(operand, operand.value, size);
    }
  }

  void ripDisplacement(Operand operand) {
    long end = start + bytes.size() + 4 + trailing;
    put(operand.value.number() - end, 4);
  }

  /** The offset from the end of the instruction, whose last part it is. */
  void relative(Operand operand, int size) {
    long offset = operand.value.number() - (start + bytes.size() + size);
    if (size == 1 && offset != (byte) offset) {
      throw operand.error("the target is " + offset + " bytes away: too far for a short jump");
    }
    put(offset, size);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
