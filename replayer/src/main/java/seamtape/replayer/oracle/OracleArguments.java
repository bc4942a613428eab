package seamtape.replayer.oracle;

import java.util.Arrays;
import java.util.Map;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;

/** Builds the arguments of a case's ioctls: immediate values, bad pointers, structs, buffers. */
final class OracleArguments {
  private final OracleMemory memory;
  private final OracleNames names;

  OracleArguments(OracleMemory memory, OracleNames names) {
    this.memory = memory;
    this.names = names;
  }

  long argument(Form arg) {
    if (arg.has("imm")) {
      return arg.number("imm");
    }
    if (arg.has("null")) {
      return 0;
    }
    if (arg.has("bad")) {
      return arg.number("value");
    }
    if (arg.has("buf")) {
      return memory.address(arg.text("buf"));
    }
    if (arg.has("at")) {
      return memory.place(arg.text("at"));
    }
    return newBuffer(arg);
  }

  private long newBuffer(Form arg) {
    int size = arg.count("size", OracleMemory.MAX_BYTES);
    long address = memory.allocate(arg.text("as"), size);
    if (arg.has("fill")) {
      byte[] bytes = new byte[size];
      Arrays.fill(bytes, arg.hexByte("fill"));
      memory.write(address, bytes);
    }
    if (arg.has("hex")) {
      storeHex(arg, address, size);
    }
    if (arg.has("fields")) {
      store(address, layout(arg), arg.form("fields"));
    }
    return address;
  }

  /** The bytes of a buffer that has room for them. */
  void storeHex(Form form, long address, int size) {
    byte[] bytes = form.hex("hex");
    if (bytes.length > size) {
      throw form.wrong("\"hex\" has " + bytes.length + " bytes and \"size\" is " + size);
    }
    memory.write(address, bytes);
  }

  static StructLayout layout(Form form) {
    String name = form.text("struct");
    return Structs.find(name).orElseThrow(() -> form.wrong("no struct " + Form.shown(name)));
  }

  /** Stores fields of a struct; the others keep their values. */
  void store(long address, StructLayout layout, Form fields) {
    for (String path : fields.members().keySet()) {
      store(address, locate(layout, path), fields, path);
    }
  }

  static StructLayout.Place locate(StructLayout layout, String path) {
    return layout
        .locate(path)
        .filter(place -> place.offset() >= 0)
        .orElseThrow(() -> new Form.Malformed("no field " + layout.name() + "." + path));
  }

  private void store(long address, StructLayout.Place place, Form fields, String path) {
    long at = address + place.offset();
    boolean special = fields.value(path) instanceof Map;
    if (special && fields.form(path).has("hex")) {
      memory.write(at, wholeArray(fields.form(path), place));
    } else {
      long number = special ? special(fields.form(path)) : fields.number(path);
      memory.writeNumber(at, place.size(), number);
    }
  }

  private static byte[] wholeArray(Form value, StructLayout.Place place) {
    byte[] bytes = value.hex("hex");
    if (bytes.length > place.size()) {
      throw value.wrong("\"hex\" has " + bytes.length + " bytes, the field " + place.size());
    }
    return bytes;
  }

  private long special(Form value) {
    if (value.has("ptr")) {
      return memory.place(value.text("ptr"));
    }
    return value.has("fd") ? names.fd(value.text("fd")) : value.number("value");
  }
}
