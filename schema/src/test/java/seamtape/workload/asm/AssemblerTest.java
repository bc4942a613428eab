package seamtape.workload.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssemblerTest {
  private static String hex(String text) {
    return HexFormat.of().formatHex(Assembler.assemble(text));
  }

  @Test
  void assemblesTheClassicMinimalGuest() {
    String text =
        """
        mov dx, 0x3f8
        add al, bl
        add al, '0'
        out dx, al
        mov al, 10   ; newline
        out dx, al
        hlt
        """;
    assertEquals("baf80300d80430eeb00aeef4", hex(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mov ax,bx          | 89d8",
        "add ax,5           | 83c005",
        "add al,5           | 0405",
        "add ax,0x1234      | 053412",
        "mov eax,1          | 66b801000000",
        "mov byte [0],0x77  | c606000077",
        "rep insb           | f36c",
        "tdcall             | 660f01cc",
        "vmcall             | 0f01c1",
        "jmp $              | ebfe",
      })
  void encodesAsNasmDoes(String line, String bytes) {
    assertEquals(bytes, hex(line));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mov ax, qx         | 1:9 | unknown name 'qx'",
        "mvo ax, bx         | 1:1 | unknown instruction 'mvo' (a label ends with a colon)",
        "mov [bx], 5        | 1:1 | 'mov': say the operand's size: byte, word, dword or qword",
        "mov ax, bl         | 1:1 | 'mov' has no form with these operands in 16-bit code",
        "hlt 5              | 1:1 | 'hlt' does not take 1 operands",
        "mov al, 300        | 1:9 | the value 300 does not fit 8 bits",
        "mov ax, [ax]       | 1:9 | 16-bit addresses use only bx, bp, si and di",
        "mov ax, [bx+bp]    | 1:9 | 16-bit addresses are bx or bp plus si or di",
        "mov ax, [bx        | 1:12 | expected ']', found end of line",
        "mov ax, 0xzz       | 1:9 | '0xzz' is not a number",
        "db 'abc            | 1:4 | the string has no end",
        "mov rax, 1         | 1:5 | this register exists only in 64-bit code",
        "jmp short $+200    | 1:5 | the target is 198 bytes away: too far for a short jump",
        "bits 17            | 1:1 | bits is 16, 32 or 64",
        "times -1 nop       | 1:1 | times -1 is out of range",
        "mov ax, 1/0        | 1:10 | division by zero",
        "hlt hlt            | 1:1 | 'hlt' does not take 1 operands",
        "{                  | 1:1 | unexpected character '{'",
      })
  void namesThePlaceOfAMistake(String text, String place, String message) {
    AsmException mistake = assertThrows(AsmException.class, () -> Assembler.assemble(text));
    assertEquals(message, mistake.getMessage());
    assertEquals(place, mistake.line() + ":" + mistake.column());
  }

  @Test
  void refusesALabelDefinedTwice() {
    AsmException mistake =
        assertThrows(AsmException.class, () -> Assembler.assemble("a:\nnop\na:\n"));
    assertEquals("label 'a' is defined twice", mistake.getMessage());
    assertEquals(3, mistake.line());
  }

  @Test
  void growsAJumpOnlyWhenItsTargetIsTooFar() {
    assertEquals(2 + 127, Assembler.assemble("jmp end\ntimes 127 nop\nend:").length);
    assertEquals(3 + 128, Assembler.assemble("jmp end\ntimes 128 nop\nend:").length);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 64})
  void tdcallIs660f01ccInAnyMode(int bits) {
    byte[] code = Assembler.assemble("bits " + bits + "\ntdcall");
    assertEquals("660f01cc", HexFormat.of().formatHex(code));
  }

  @Test
  void tellsWhereTheLabelsAre() {
    Assembler.Program program = Assembler.program("nop\nhere:\n.sub: hlt\n", 0x1000);
    assertEquals(0x1001L, program.labels().get("here"));
    assertEquals(0x1001L, program.labels().get("here.sub"));
  }

  /** Whatever the text, the answer is bytes or an AsmException. */
  @Test
  void neverFailsOtherwiseThanWithAPlace() {
    String[] words =
        "mov add jmp db times rep lock [ ] + - * : , ax eax r8 ds cr0 byte short far 5 'a' x: $ ( ) bits 64 equ"
            .split(" ");
    Random random = new Random(7);
    for (int n = 0; n < 20_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int w = random.nextInt(8); w >= 0; w--) {
        text.append(words[random.nextInt(words.length)]).append(' ');
      }
      try {
        Assembler.assemble(text.toString());
      } catch (AsmException mistake) {
        assertTrue(mistake.line() == 1 && mistake.column() >= 1, text::toString);
      } catch (RuntimeException fault) {
        throw new AssertionError(text.toString(), fault);
      }
    }
  }
}
