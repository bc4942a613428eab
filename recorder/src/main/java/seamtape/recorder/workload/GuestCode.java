package seamtape.recorder.workload;

import java.util.Map;
import seamtape.workload.Workload.Code;

/** Reads a piece of guest code: bytes, or lines of assembly. */
final class GuestCode {
  /** Bytes of one piece of code. */
  private static final int MAX_BYTES = 1 << 20;

  private GuestCode() {}

  static Code read(YamlNode node, Values values, Map<String, Long> parameters)
      throws WorkloadException {
    long org = 0;
    long bits = 16;
    YamlNode asm = null;
    byte[] bytes = null;
    for (YamlNode.Entry entry : node.map("guest code")) {
      switch (entry.key()) {
        case "org" -> org = values.constant(entry.value(), "org");
        case "bits" -> bits = bits(entry.value(), values);
        case "asm" -> asm = entry.value();
        case "bytes" -> bytes = Values.hex(entry.value(), "bytes");
        default -> throw entry.keyNode().error("guest code takes org, bits, asm or bytes");
      }
    }
    if ((asm == null) == (bytes == null)) {
      throw node.error("guest code needs asm: (lines) or bytes: (hex digits), one of them");
    }
    Code code = new Code(org, bytes != null ? bytes : assemble(asm, org, (int) bits, parameters));
    if (code.bytes().length > MAX_BYTES) {
      throw node.error("guest code has at most " + MAX_BYTES + " bytes");
    }
    return code;
  }

  private static long bits(YamlNode node, Values values) throws WorkloadException {
    long bits = values.constant(node, "bits");
    if (bits != 16 && bits != 32 && bits != 64) {
      throw node.error("bits must be 16, 32 or 64");
    }
    return bits;
  }

  private static byte[] assemble(YamlNode asm, long org, int bits, Map<String, Long> parameters)
      throws WorkloadException {
    throw asm.error("assembly is not there yet");
  }
}
