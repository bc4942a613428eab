package seamtape.catalog;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a row of {@link Seamcall} or {@link Tdcall} says beyond its name; built by chaining, then
 * left alone. Every leaf takes RAX and answers in RAX.
 */
final class LeafRow {
  final int number;
  final String since;
  final List<Field> in = new ArrayList<>();
  final List<Field> out = new ArrayList<>();
  final List<String> seldomIn = new ArrayList<>();
  final List<String> seldomOut = new ArrayList<>();
  final Set<TdOpState> states = EnumSet.noneOf(TdOpState.class);
  int version;

  private LeafRow(int number, String since) {
    this.number = number;
    this.since = since;
    in.add(Field.stimulus("rax", Format.HEX, "leaf (15:0), version (23:16)"));
    out.add(Field.outcome("ret", Format.TDX_STATUS, "RAX"));
  }

  static LeafRow leaf(int number, String since) {
    return new LeafRow(number, since);
  }

  /** The highest version; 0 unless said. */
  LeafRow version(int highest) {
    version = highest;
    return this;
  }

  LeafRow when(TdOpState... allowed) {
    states.addAll(Set.of(allowed));
    return this;
  }

  LeafRow in(String register, Format format, String doc) {
    in.add(Field.stimulus(register, format, doc));
    return this;
  }

  LeafRow out(String register, Format format, String doc) {
    out.add(Field.outcome(register, format, doc));
    return this;
  }

  /** Registers that nearly every caller leaves 0. */
  LeafRow seldomIn(String... registers) {
    seldomIn.addAll(List.of(registers));
    return this;
  }

  /** Registers that nearly every answer has 0 in. */
  LeafRow seldomOut(String... registers) {
    seldomOut.addAll(List.of(registers));
    return this;
  }

  /** RCX and RDX tell of the entry that stopped a walk of the secure EPT; both 0 otherwise. */
  LeafRow septEntry() {
    return out("rcx", Format.HEX, "on a walk error: secure EPT entry")
        .out("rdx", Format.HEX, "its level (2:0) and state (15:8)")
        .seldomOut("ret", "rcx", "rdx");
  }

  /** The 48 bytes that extend an RTMR, which lie in guest memory: six little-endian words. */
  LeafRow extendsBy() {
    for (int i = 0; i < 6; i++) {
      out.add(Field.outcome("data" + i, Format.HEX, "bytes from " + 8 * i + " of the data"));
    }
    return this;
  }

  /** Registers that the host copied between the vCPU's registers and the argument struct. */
  LeafRow copiesRegisters() {
    out.add(Field.cost("copied_in", "registers copied from the vCPU before"));
    out.add(Field.cost("copied_out", "registers copied to the vCPU after"));
    return this;
  }
}
