package seamtape.recorder.workload;

import java.util.Map;
import java.util.regex.Pattern;
import seamtape.workload.Position;
import seamtape.workload.asm.AsmException;
import seamtape.workload.asm.Assembler;
import seamtape.workload.asm.Assembler.Program;

/** Reads a piece of guest code: bytes, or lines of assembly. */
final class GuestCode {
  /** Bytes of one piece of code. */
  private static final int MAX_BYTES = 1 << 20;

  private long org;
  private int bits = 16;
  private boolean td;
  private String firmware = "";
  private long ram;
  private YamlNode asm;
  private byte[] bytes;

  private GuestCode() {}

  /** A piece; as the image of a TD too where it is one, else null. */
  record Piece(Program program, TdImage image) {}

  /**
   * @param texts parameters that are text, by name
   */
  static Piece read(
      YamlNode node, Values values, Map<String, Long> parameters, Map<String, String> texts)
      throws WorkloadException {
    GuestCode code = new GuestCode();
    for (YamlNode.Entry entry : node.map("guest code")) {
      YamlNode value = entry.value();
      switch (entry.key()) {
        case "org" -> code.org = values.constant(value, "org");
        case "bits" -> code.bits = bits(value, values);
        case "entry" -> code.td = isTd(value);
        case "firmware" -> code.firmware = firmware(value, texts);
        case "ram" -> code.ram = values.constant(value, "ram");
        case "asm" -> code.asm = value;
        case "bytes" -> code.bytes = Values.hex(value, "bytes");
        default ->
            throw entry
                .keyNode()
                .error("guest code takes org, bits, entry, firmware, ram, asm or bytes");
      }
    }
    return code.piece(node, parameters);
  }

  private Piece piece(YamlNode node, Map<String, Long> parameters) throws WorkloadException {
    if ((asm == null) == (bytes == null)) {
      throw node.error("guest code needs asm: (lines) or bytes: (hex digits), one of them");
    }
    org = td && org == 0 ? TdEntry.LAST_ORG : org;
    if (td && (asm == null || !TdEntry.canStart(org))) {
      throw node.error("entry: td takes asm:, and org: of a page below 0xffffe000");
    }
    if (!firmware.isEmpty()) {
      if (!td) {
        throw node.error("firmware: is for a TD, and needs entry: td");
      }
      TdImage image = TdImage.firmware(node, firmware, ram);
      return new Piece(image.program(), image);
    }
    Program program =
        bytes != null
            ? new Program(bytes, org, Map.of())
            : assemble(asm, org, td, bits, parameters);
    if (program.bytes().length > MAX_BYTES) {
      throw node.error("guest code has at most " + MAX_BYTES + " bytes");
    }
    return new Piece(program, td ? TdImage.assembled(program) : null);
  }

  /** The file that a parameter names; empty for none. */
  private static String firmware(YamlNode node, Map<String, String> texts)
      throws WorkloadException {
    String parameter = node.scalar("firmware");
    if (!texts.containsKey(parameter)) {
      throw node.error("firmware: takes the name of a parameter that is text, as in file: \"\"");
    }
    return texts.get(parameter);
  }

  private static boolean isTd(YamlNode node) throws WorkloadException {
    if (!node.scalar("entry").equals("td")) {
      throw node.error("entry takes td: the initial memory of a TD, entered in 64-bit code");
    }
    return true;
  }

  private static int bits(YamlNode node, Values values) throws WorkloadException {
    long bits = values.constant(node, "bits");
    if (bits != 16 && bits != 32 && bits != 64) {
      throw node.error("bits must be 16, 32 or 64");
    }
    return (int) bits;
  }

  /** Parameters are there as {@code equ} constants. */
  private static Program assemble(
      YamlNode asm, long org, boolean td, int bits, Map<String, Long> parameters)
      throws WorkloadException {
    StringBuilder head = new StringBuilder(td ? TdEntry.head(org) : "bits " + bits + "\n");
    String own = text(asm);
    String text = td ? own + TdEntry.TAIL : own;
    int headLines = (int) head.chars().filter(c -> c == '\n').count();
    for (Map.Entry<String, Long> parameter : parameters.entrySet()) {
      if (Pattern.compile("\\b" + parameter.getKey() + "\\b").matcher(text).find()) {
        head.append(parameter.getKey()).append(" equ ").append(parameter.getValue()).append('\n');
        headLines++;
      }
    }
    try {
      return Assembler.program(head + text, org);
    } catch (AsmException e) {
      if (e.line() - headLines > own.lines().count()) {
        throw asm.error("the code does not fit below 0xffffe000: give it a lower org");
      }
      throw error(asm, e, e.line() - headLines);
    }
  }

  private static String text(YamlNode asm) throws WorkloadException {
    if (!asm.isList()) {
      return asm.scalar("asm");
    }
    StringBuilder lines = new StringBuilder();
    for (YamlNode line : asm.list("asm")) {
      lines.append(line.scalar("a line of assembly").replace('\n', ' ')).append('\n');
    }
    return lines.toString();
  }

  /** Puts a mistake where it stands in the file: in its item of the list, or below the "|". */
  private static WorkloadException error(YamlNode asm, AsmException e, int line)
      throws WorkloadException {
    if (line < 1) {
      return asm.error("a parameter cannot be used in assembly: " + e.getMessage());
    }
    if (asm.isList()) {
      return asm.list("asm").get(line - 1).error(e.getMessage());
    }
    Position start = asm.position();
    int shift = asm.isBlock() ? line : line - 1;
    return new WorkloadException(
        asm.file(), start.line() + shift, asm.isBlock() ? 1 : start.column(), e.getMessage());
  }
}
