package seamtape.sim.workload;

import java.util.Arrays;
import java.util.HexFormat;
import seamtape.catalog.Errno;
import seamtape.workload.Argument.Assignment;
import seamtape.workload.Expectation;
import seamtape.workload.Position;
import seamtape.workload.StructBytes;

/** Holds the outcome of a step against its {@code expect:}. */
final class Checks {
  private final VmmThread thread;
  private final Position position;
  private final String step;
  private final Expectation.Expected expected;
  private final boolean silent;

  Checks(VmmThread thread, Position position, String step, Expectation expectation) {
    this.thread = thread;
    this.position = position;
    this.step = step;
    this.expected = thread.process().expected(expectation);
    this.silent = expectation == null;
  }

  Expectation.Expected expected() {
    return expected;
  }

  void result(long result) {
    if (silent && result < 0) {
      thread
          .process()
          .warn(position, step + " failed with " + text(result) + "; no expect: says so");
    }
    if (expected == null || expected.result() == null) {
      return;
    }
    if (expected.result().value() == null) {
      if (result < 0) {
        failed("", "success", text(result));
      }
      return;
    }
    long value = thread.evaluate(expected.result().value());
    if (value != result) {
      failed("", text(value), text(result));
    }
  }

  void out(StructBytes struct) {
    if (expected == null || expected.out().isEmpty()) {
      return;
    }
    if (struct == null) {
      failed(" out", "a struct", "an argument that cannot be read");
      return;
    }
    for (Assignment field : expected.out()) {
      field(field, struct.bytes());
    }
  }

  private void field(Assignment field, byte[] bytes) {
    int offset = field.place().offset();
    int end = offset + field.place().size();
    if (end > bytes.length) {
      failed(" " + field.path(), "a value", "a struct of " + bytes.length + " bytes");
    } else if (field.bytes() != null) {
      byte[] got = Arrays.copyOfRange(bytes, offset, end);
      if (!Arrays.equals(got, field.bytes())) {
        failed(" " + field.path(), hex(field.bytes()), hex(got));
      }
    } else {
      number(field, StructBytes.number(bytes, 0, field.place()));
    }
  }

  private void number(Assignment field, long got) {
    long value = expectedValue(field);
    if (value != got) {
      failed(" " + field.path(), number(value), number(got));
    }
  }

  /** The value as the field would hold it, so that -1 and 0xffffffff are the same u32. */
  long expectedValue(Assignment field) {
    byte[] cell = new byte[field.place().offset() + field.place().size()];
    StructBytes.put(cell, 0, field.place(), thread.evaluate(field.number()));
    return StructBytes.number(cell, 0, field.place());
  }

  void failed(String part, String value, String got) {
    thread.process().failed(position, step + part, value, got);
  }

  /** A result as a person reads it: {@code 3}, {@code EINVAL}. */
  static String text(long result) {
    return Errno.isError(result) ? Errno.text(result) : Long.toString(result);
  }

  static String number(long value) {
    return value >= 0 && value < 10 ? Long.toString(value) : "0x" + Long.toHexString(value);
  }

  static String hex(byte[] bytes) {
    int shown = Math.min(bytes.length, 32);
    String digits = HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown);
    return shown < bytes.length ? digits + " …" : digits;
  }
}
