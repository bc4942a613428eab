package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.workload.asm.Assembler;

/**
 * Results and flags of random operands at every operand size, against the manual's definitions in
 * exact arithmetic. A flag that the manual leaves undefined is not compared.
 */
class FlagsPropertyTest {
  private static final long SEED = Long.getLong("seamtape.seed", 1);
  private static final int ROUNDS = Boolean.getBoolean("seamtape.soak") ? 100_000 : 500;
  private static final int[] SIZES = {8, 16, 32, 64};
  private static final String[] A = {"al", "ax", "eax", "rax"};
  private static final String[] B = {"bl", "bx", "ebx", "rbx"};
  private static final long ALL =
      CpuState.CF | CpuState.PF | CpuState.AF | CpuState.ZF | CpuState.SF | CpuState.OF;

  private final Random random = new Random(SEED);

  /** What an instruction gives: the destination, the flags, and which of them are defined. */
  private record Result(BigInteger value, long flags, long defined) {}

  /** The definition of an instruction over unsigned operands of so many bits. */
  private interface Definition {
    Result of(BigInteger a, BigInteger b, int carry, int bits);
  }

  private static BigInteger cut(BigInteger value, int bits) {
    return value.mod(BigInteger.ONE.shiftLeft(bits));
  }

  private static BigInteger signed(BigInteger value, int bits) {
    return value.testBit(bits - 1) ? value.subtract(BigInteger.ONE.shiftLeft(bits)) : value;
  }

  private static boolean fits(BigInteger value, int bits) {
    return signed(cut(value, bits), bits).equals(value);
  }

  private static long flag(boolean set, long flag) {
    return set ? flag : 0;
  }

  /** Zero, sign and parity of a result. */
  private static long shape(BigInteger value, int bits) {
    return flag(value.signum() == 0, CpuState.ZF)
        | flag(value.testBit(bits - 1), CpuState.SF)
        | flag(Integer.bitCount(value.intValue() & 0xff) % 2 == 0, CpuState.PF);
  }

  private static Result sum(BigInteger a, BigInteger b, int carry, int bits, int sign) {
    BigInteger operand = b.add(BigInteger.valueOf(carry)).multiply(BigInteger.valueOf(sign));
    BigInteger exact = a.add(operand);
    BigInteger value = cut(exact, bits);
    BigInteger ofSigned =
        signed(a, bits)
            .add(signed(b, bits).add(BigInteger.valueOf(carry)).multiply(BigInteger.valueOf(sign)));
    int low = (a.intValue() & 15) + sign * ((b.intValue() & 15) + carry);
    long flags = shape(value, bits) | flag(!exact.equals(value), CpuState.CF);
    flags |= flag(!fits(ofSigned, bits), CpuState.OF) | flag((low & ~15) != 0, CpuState.AF);
    return new Result(value, flags, ALL);
  }

  private static Result logic(BigInteger value, int bits) {
    return new Result(value, shape(value, bits), ALL & ~CpuState.AF);
  }

  private static Definition twoOperands(String name) {
    return (a, b, carry, bits) ->
        switch (name) {
          case "add" -> sum(a, b, 0, bits, 1);
          case "adc" -> sum(a, b, carry, bits, 1);
          case "sub" -> sum(a, b, 0, bits, -1);
          case "sbb" -> sum(a, b, carry, bits, -1);
          case "cmp" -> {
            Result difference = sum(a, b, 0, bits, -1);
            yield new Result(a, difference.flags, ALL);
          }
          case "and" -> logic(a.and(b), bits);
          case "or" -> logic(a.or(b), bits);
          case "xor" -> logic(a.xor(b), bits);
          case "test" -> new Result(a, logic(a.and(b), bits).flags, ALL & ~CpuState.AF);
          case "xadd" -> sum(a, b, 0, bits, 1);
          default -> throw new AssertionError(name);
        };
  }

  @ParameterizedTest
  @ValueSource(strings = {"add", "adc", "sub", "sbb", "cmp", "and", "or", "xor", "test", "xadd"})
  void ofTwoOperands(String name) {
    Definition definition = twoOperands(name);
    forEverySize((size, bits) -> check(name + " " + A[size] + "," + B[size], definition, bits));
  }

  @ParameterizedTest
  @ValueSource(strings = {"inc", "dec", "neg", "not"})
  void ofOneOperand(String name) {
    Definition definition =
        (a, b, carry, bits) -> {
          BigInteger zero = BigInteger.ZERO;
          return switch (name) {
            case "inc" -> keepsCarry(sum(a, BigInteger.ONE, 0, bits, 1), carry);
            case "dec" -> keepsCarry(sum(a, BigInteger.ONE, 0, bits, -1), carry);
            case "neg" -> sum(zero, a, 0, bits, -1);
            default -> new Result(cut(a.not(), bits), carry, CpuState.CF);
          };
        };
    forEverySize((size, bits) -> check(name + " " + A[size], definition, bits));
  }

  private static Result keepsCarry(Result result, int carry) {
    return new Result(result.value, result.flags & ~CpuState.CF | carry, ALL);
  }

  /** Shifts by CL: masked to 5 bits, 6 for 64-bit operands; by 0 nothing changes. */
  @ParameterizedTest
  @CsvSource({"shl", "shr", "sar", "rol", "ror", "rcl", "rcr"})
  void ofShiftsAndRotates(String name) {
    forEverySize(
        (size, bits) -> {
          Guest guest = longMode(name + " " + A[size] + ",cl");
          for (int count = 0; count < 1024; count++) {
            int by = count & (bits == 64 ? 63 : 31);
            guest.cpu.gpr[CpuState.RCX] = count;
            Definition definition = (a, b, carry, n) -> shift(name, a, by, carry, n);
            checkOnce(guest, name + " by " + count, definition, bits);
          }
        });
  }

  private static Result shift(String name, BigInteger a, int by, int carry, int bits) {
    if (by == 0) {
      return new Result(a, carry, CpuState.CF);
    }
    BigInteger value = a;
    int out = carry;
    boolean top = a.testBit(bits - 1);
    for (int i = 0; i < by; i++) {
      boolean leaves = name.endsWith("l") ? value.testBit(bits - 1) : value.testBit(0);
      boolean left = name.endsWith("l");
      boolean enters =
          switch (name) {
            case "rol", "ror" -> leaves;
            case "rcl", "rcr" -> out == 1;
            case "sar" -> top;
            default -> false;
          };
      value = left ? cut(value.shiftLeft(1), bits) : value.shiftRight(1);
      value = enters ? value.setBit(left ? 0 : bits - 1) : value;
      out = leaves ? 1 : 0;
    }
    boolean rotates = name.startsWith("r");
    long flags = rotates ? 0 : shape(value, bits);
    long defined = rotates ? 0 : CpuState.ZF | CpuState.SF | CpuState.PF;
    boolean carryDefined = rotates || by <= bits || name.equals("sar");
    defined |= carryDefined ? CpuState.CF : 0;
    flags |= out;
    if (by == 1) {
      boolean overflow =
          switch (name) {
            case "shl", "rol", "rcl" -> value.testBit(bits - 1) != (out == 1);
            case "shr" -> top;
            case "sar" -> false;
            default -> value.testBit(bits - 1) != value.testBit(bits - 2);
          };
      flags |= flag(overflow, CpuState.OF);
      defined |= CpuState.OF;
    }
    return new Result(value, flags, defined);
  }

  /** The upper half is checked through the flags: they say whether it carries anything. */
  @ParameterizedTest
  @ValueSource(strings = {"mul", "imul"})
  void ofProducts(String name) {
    Definition definition =
        (a, b, carry, bits) -> {
          boolean isSigned = name.equals("imul");
          BigInteger product = isSigned ? signed(a, bits).multiply(signed(b, bits)) : a.multiply(b);
          boolean wide = isSigned ? !fits(product, bits) : product.bitLength() > bits;
          long flags = wide ? CpuState.CF | CpuState.OF : 0;
          BigInteger low = cut(product, bits);
          return new Result(low, flags, CpuState.CF | CpuState.OF);
        };
    forEverySize((size, bits) -> check(name + " " + B[size], definition, bits));
  }

  private interface BySize {
    void check(int size, int bits);
  }

  private static void forEverySize(BySize test) {
    for (int size = 0; size < SIZES.length; size++) {
      test.check(size, SIZES[size]);
    }
  }

  private void check(String instruction, Definition definition, int bits) {
    Guest guest = longMode(instruction);
    for (int round = 0; round < ROUNDS; round++) {
      checkOnce(guest, instruction, definition, bits);
    }
  }

  private void checkOnce(Guest guest, String name, Definition definition, int bits) {
    long a = operand();
    long b = random.nextInt(6) == 0 ? a : operand();
    int carry = random.nextInt(2);
    guest.cpu.gpr[CpuState.RAX] = a;
    guest.cpu.gpr[CpuState.RBX] = b;
    guest.cpu.rflags = 2 | carry;
    guest.cpu.rip = Guest.START;
    guest.interpreter.run(1);
    Result expected = definition.of(cut(unsigned(a), bits), cut(unsigned(b), bits), carry, bits);
    Supplier<String> what =
        () -> name + " of " + Long.toHexString(a) + ", " + Long.toHexString(b) + ", " + carry;
    BigInteger got = cut(unsigned(guest.cpu.gpr[CpuState.RAX]), bits);
    assertEquals(expected.value, got, what);
    long defined = expected.defined;
    assertEquals(expected.flags & defined, guest.cpu.rflags & defined, what);
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  /** Small, large, sparse and plain numbers. */
  private long operand() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(5) - 2;
      case 1 -> 1L << random.nextInt(64);
      case 2 -> (1L << random.nextInt(64)) - 1;
      case 3 -> -1L << random.nextInt(64);
      default -> random.nextLong();
    };
  }

  private static Guest longMode(String code) {
    Guest guest = new Guest();
    guest.bus.write(Guest.START, Assembler.assemble("bits 64\n" + code));
    guest.cpu.cr0 |= CpuState.CR0_PE;
    guest.cpu.efer = CpuState.EFER_LMA;
    guest.cpu.segments[CpuState.CS].l = true;
    return guest;
  }
}
