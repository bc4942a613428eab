package seamtape.workload.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the assembler against nasm, byte for byte, over the tables of forms and a program. */
class NasmTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 64})
  void encodesEveryFormAsNasmDoes(int bits) throws IOException, InterruptedException {
    compare("bits " + bits + "\n" + resource("forms" + bits + ".asm"));
  }

  @ParameterizedTest
  @ValueSource(strings = "program.asm")
  void laysOutJumpsAndDataAsNasmDoes(String name) throws IOException, InterruptedException {
    compare(resource(name));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = NasmTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void compare(String text) throws IOException, InterruptedException {
    byte[] expected = nasm(text);
    byte[] actual = Assembler.assemble(text);
    int at = Arrays.mismatch(expected, actual);
    if (at >= 0) {
      String[] lines = text.split("\n");
      int line = lineAt(lines, at);
      assertEquals(
          slice(expected, at), slice(actual, at), "line " + (line + 1) + ": " + lines[line]);
    }
  }

  private static String slice(byte[] bytes, int at) {
    return HexFormat.of().formatHex(bytes, Math.max(0, at - 4), Math.min(bytes.length, at + 12));
  }

  /** The line that makes the byte at {@code offset}. */
  private static int lineAt(String[] lines, int offset) {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < lines.length; line++) {
      text.append(lines[line]).append('\n');
      try {
        if (Assembler.assemble(text.toString()).length > offset) {
          return line;
        }
      } catch (AsmException incomplete) {
        // A label that a later line defines.
      }
    }
    return lines.length - 1;
  }

  private byte[] nasm(String text) throws IOException, InterruptedException {
    Path source = Files.writeString(directory.resolve("test.asm"), text);
    Path binary = directory.resolve("test.bin");
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "nasm", "-f", "bin", "-w-all", "-o", binary.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException absent) {
      assumeTrue(false, "nasm is not installed: the assembler is not held against it");
      return new byte[0];
    }
    String messages = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), messages);
    return Files.readAllBytes(binary);
  }
}
