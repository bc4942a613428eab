package seamtape.replayer.fuzz;

import java.io.IOException;
import java.util.Arrays;

/** Where Jazzer enters: the first byte of an input says who reads the rest. */
public final class FuzzEntry {
  private static final FuzzedReader[] READERS = FuzzedReader.values();

  private FuzzEntry() {}

  /** Called by Jazzer before the first input: what readers need is made outside of its limits. */
  public static void fuzzerInitialize() throws IOException {
    for (FuzzedReader reader : READERS) {
      reader.read(reader.seed());
    }
  }

  /** Called by Jazzer for each input. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length > 0) {
      reader(input[0]).read(Arrays.copyOfRange(input, 1, input.length));
    }
  }

  private static FuzzedReader reader(byte first) {
    return READERS[(first & 0xff) % READERS.length];
  }

  /** The input that gives bytes to a reader. */
  static byte[] input(FuzzedReader reader, byte[] bytes) {
    byte[] input = new byte[bytes.length + 1];
    input[0] = (byte) reader.ordinal();
    System.arraycopy(bytes, 0, input, 1, bytes.length);
    return input;
  }
}
