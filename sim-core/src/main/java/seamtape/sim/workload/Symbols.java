package seamtape.sim.workload;

import java.util.HashMap;
import java.util.Map;
import seamtape.catalog.StructLayout;
import seamtape.machine.UserMemory;
import seamtape.workload.StructBytes;

/** What the names of a workload stand for while it runs. Shared by all threads. */
final class Symbols {
  /**
   * @param value number, fd or address
   * @param struct what a call returned; null for others
   * @param mapped layout of the struct at the address; null for others
   */
  private record Symbol(long value, StructBytes struct, StructLayout mapped) {}

  private final UserMemory memory;
  private final Map<String, Symbol> symbols = new HashMap<>();

  Symbols(UserMemory memory) {
    this.memory = memory;
  }

  void number(String name, long value) {
    symbols.put(name, new Symbol(value, null, null));
  }

  void struct(String name, StructBytes struct) {
    symbols.put(name, new Symbol(0, struct, null));
  }

  void mapped(String name, long address, StructLayout layout) {
    symbols.put(name, new Symbol(address, null, layout));
  }

  /** The struct that a call returned. */
  StructBytes struct(String name) {
    Symbol symbol = find(name);
    if (symbol.struct() == null) {
      throw new StepFailure(name + " holds no struct");
    }
    return symbol.struct();
  }

  /** The address of a mapped struct; -1 for a struct that a call returned. */
  long address(String name) {
    Symbol symbol = find(name);
    return symbol.struct() != null ? -1 : symbol.value();
  }

  /** A name, or a name and the path of a field. */
  long value(String name) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      return find(name).value();
    }
    Symbol symbol = find(name.substring(0, dot));
    String path = name.substring(dot + 1);
    StructBytes struct = symbol.struct() != null ? symbol.struct() : read(symbol);
    return struct
        .number(path)
        .orElseThrow(() -> new StepFailure(name + " lies beyond the bytes of the struct"));
  }

  private StructBytes read(Symbol symbol) {
    byte[] bytes = new byte[symbol.mapped().size()];
    if (!memory.read(symbol.value(), bytes, 0, bytes.length)) {
      throw new StepFailure("struct " + symbol.mapped().name() + " is not mapped");
    }
    return new StructBytes(symbol.mapped(), bytes);
  }

  private Symbol find(String name) {
    Symbol symbol = symbols.get(name);
    if (symbol == null) {
      throw new StepFailure(name + " has no value yet");
    }
    return symbol;
  }
}
