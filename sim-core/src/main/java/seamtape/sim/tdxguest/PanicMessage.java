package seamtape.sim.tdxguest;

import static seamtape.sim.marshal.Gpr.R14;
import static seamtape.sim.marshal.Gpr.R15;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RBX;
import static seamtape.sim.marshal.Gpr.RDI;
import static seamtape.sim.marshal.Gpr.RDX;
import static seamtape.sim.marshal.Gpr.RSI;

import java.nio.charset.StandardCharsets;
import seamtape.sim.marshal.ModuleArgs;

/** The text of a ReportFatalError: up to 64 bytes in eight registers. */
final class PanicMessage {
  private static final int[] REGISTERS = {R14, R15, RBX, RDI, RSI, R8, R9, RDX};

  private PanicMessage() {}

  /** Stores as much as the struct has registers for. */
  static void store(String message, ModuleArgs args) {
    byte[] text = message.getBytes(StandardCharsets.US_ASCII);
    for (int word = 0; word < REGISTERS.length; word++) {
      if (args.layout().carries(REGISTERS[word])) {
        args.set(REGISTERS[word], word(text, word * Long.BYTES));
      }
    }
  }

  private static long word(byte[] text, int from) {
    long value = 0;
    for (int i = Math.min(text.length, from + Long.BYTES) - 1; i >= from; i--) {
      value = value << 8 | text[i];
    }
    return value;
  }
}
