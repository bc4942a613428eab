package seamtape.catalog;

import java.util.ArrayList;
import java.util.List;

/** What a row of {@link Tdvmcall} says beyond its name; built by chaining, then left alone. */
final class TdvmcallRow {
  /** Number of the row for R10 other than 0; no sub-function has it. */
  static final int VENDOR = 1 << 31;

  final int number;
  final String label;
  final List<Field> in = new ArrayList<>();
  final List<Field> out = new ArrayList<>();

  private TdvmcallRow(int number, String label, Format answer) {
    this.number = number;
    this.label = label;
    out.add(Field.outcome("ret", answer, "R10"));
  }

  static TdvmcallRow subFunction(int number, String label) {
    return new TdvmcallRow(number, label, Format.TDVMCALL_STATUS);
  }

  static TdvmcallRow vendor(String label) {
    return new TdvmcallRow(VENDOR, label, Format.KVM_HC_RESULT);
  }

  static TdvmcallRow unknown() {
    return new TdvmcallRow(Call.UNKNOWN_NUMBER, "TDVMCALL_?", Format.TDVMCALL_STATUS);
  }

  TdvmcallRow in(String register, Format format, String doc) {
    in.add(Field.stimulus(register, format, doc));
    return this;
  }

  TdvmcallRow out(String register, Format format, String doc) {
    out.add(Field.outcome(register, format, doc));
    return this;
  }
}
