package seamtape.sim.coverage;

import seamtape.workload.asm.Assembler;

/**
 * The last 16 KiB of an image that ends at 4 GiB: page tables that map the last 2 MiB as they are,
 * a GDT, the way from the reset vector to 64-bit mode, and a probe's code behind it.
 */
public final class TdProgram {
  /** Where an image of 16 pages begins. */
  public static final long IMAGE = 0xffff_0000L;

  /** Of the program in it. */
  public static final int OFFSET = 0xc000;

  private static final String START =
      """
      bits 32
      tables:
      dq 0xffffd003
      times 511 dq 0
      times 3 dq 0
      dq 0xffffe003
      times 508 dq 0
      times 511 dq 0
      dq 0xffe00083
      gdt:
      dq 0
      dq 0x00af9b000000ffff
      dq 0x00cf93000000ffff
      gdtr:
      dw 23
      dd gdt
      start:
      lgdt [gdtr]
      mov eax, tables
      mov cr3, eax
      mov eax, 0x60
      mov cr4, eax
      mov eax, 0x80000031
      mov cr0, eax
      jmp 8:long
      bits 64
      """;

  private static final String RESET_VECTOR =
      """
      times 0x3ff0 - ($ - $$) db 0
      bits 32
      jmp start
      align 16
      """;

  private TdProgram() {}

  /**
   * @param code of 64-bit mode; it begins at the label "long"
   */
  public static byte[] of(String code) {
    return Assembler.program(START + code + RESET_VECTOR, IMAGE + OFFSET).bytes();
  }
}
