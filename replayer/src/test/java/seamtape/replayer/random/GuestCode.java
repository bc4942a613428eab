package seamtape.replayer.random;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Real-mode code out of short pieces, some of which fault, loop, or are no instructions at all. */
final class GuestCode {
  private static final List<String> PIECES =
      List.of(
          "b012", // mov al,0x12
          "bafd03", // mov dx,0x3fd
          "ee", // out dx,al
          "ec", // in al,dx
          "e780", // out 0x80,ax
          "66ed", // in eax,dx
          "a10090", // mov ax,[0x9000]
          "c70600a03412", // mov word [0xa000],0x1234
          "a3fe9f", // mov [0x9ffe],ax
          "a1ff9f", // mov ax,[0x9fff]
          "b90300", // mov cx,3
          "f36e", // rep outsb
          "f3a4", // rep movsb
          "f3aa", // rep stosb
          "bf0090", // mov di,0x9000
          "0fa2", // cpuid
          "0f31", // rdtsc
          "66b910000000", // mov ecx,0x10
          "66b900001b00", // mov ecx,0x1b0000
          "0f32", // rdmsr
          "0f30", // wrmsr
          "fb", // sti
          "fa", // cli
          "f4", // hlt
          "cc", // int3
          "cd20", // int 0x20
          "31c0", // xor ax,ax
          "f6f3", // div bl
          "0f01c1", // vmcall
          "0f01d9", // vmmcall
          "50", // push ax
          "9d", // popf
          "9c", // pushf
          "cf", // iret
          "0f20c0", // mov eax,cr0
          "0f22c0", // mov cr0,eax
          "0f23c0", // mov dr0,eax
          "0f21f8", // mov eax,dr7
          "ebfe", // jmp $
          "e2fe", // loop $
          "0f0b"); // ud2

  private GuestCode() {}

  static byte[] next(Random random) {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    for (int i = random.nextInt(12); i >= 0; i--) {
      if (random.nextInt(40) == 0) {
        code.write(random.nextInt());
        code.write(random.nextInt());
      } else {
        code.writeBytes(HexFormat.of().parseHex(PIECES.get(random.nextInt(PIECES.size()))));
      }
    }
    code.write(0xf4);
    return code.toByteArray();
  }
}
