package seamtape.sim.oracle;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;

/** Builds the arguments of a case's ioctls: immediate values, bad pointers, structs, buffers. */
final class OracleArguments {
  private final OracleMemory memory;
  private final Map<String, Integer> fds;

  OracleArguments(OracleMemory memory, Map<String, Integer> fds) {
    this.memory = memory;
    this.fds = fds;
  }

  long argument(Map<String, Object> arg) {
    if (arg.containsKey("imm")) {
      return OracleCase.number(arg.get("imm"));
    }
    if (arg.containsKey("null")) {
      return 0;
    }
    if (arg.containsKey("bad")) {
      return OracleCase.number(arg.get("value"));
    }
    if (arg.containsKey("buf")) {
      return memory.address((String) arg.get("buf"));
    }
    if (arg.containsKey("at")) {
      return memory.place((String) arg.get("at"));
    }
    return newBuffer(arg);
  }

  private long newBuffer(Map<String, Object> arg) {
    int size = (int) OracleCase.number(arg.get("size"));
    long address = memory.allocate((String) arg.get("as"), size);
    if (arg.get("fill") instanceof String fill) {
      byte[] bytes = new byte[size];
      Arrays.fill(bytes, HexFormat.of().parseHex(fill)[0]);
      memory.write(address, bytes);
    }
    if (arg.get("hex") instanceof String hex) {
      memory.writeHex(address, hex);
    }
    if (arg.get("fields") != null) {
      store(address, (String) arg.get("struct"), OracleCase.object(arg.get("fields")));
    }
    return address;
  }

  /** Stores fields of a struct; the others keep their values. */
  void store(long address, String struct, Map<String, Object> fields) {
    StructLayout layout = Structs.of(struct);
    fields.forEach((path, value) -> store(address, locate(layout, path), value));
  }

  static StructLayout.Place locate(StructLayout layout, String path) {
    return layout
        .locate(path)
        .orElseThrow(() -> new OracleCase.Malformed("no field " + layout.name() + "." + path));
  }

  private void store(long address, StructLayout.Place place, Object value) {
    long at = address + place.offset();
    if (value instanceof Map<?, ?> special && special.containsKey("hex")) {
      memory.writeHex(at, (String) special.get("hex"));
    } else {
      memory.writeNumber(at, place.size(), number(value));
    }
  }

  private long number(Object value) {
    if (!(value instanceof Map)) {
      return OracleCase.number(value);
    }
    Map<String, Object> special = OracleCase.object(value);
    if (special.get("ptr") instanceof String place) {
      return memory.place(place);
    }
    if (special.get("fd") instanceof String name) {
      return fds.get(name);
    }
    return OracleCase.number(special.get("value"));
  }
}
