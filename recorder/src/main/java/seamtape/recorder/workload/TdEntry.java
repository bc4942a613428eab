package seamtape.recorder.workload;

/**
 * What makes assembly the initial memory of a TD ({@code entry: td}): after the author's own 64-bit
 * code, up to 4 GiB, page tables and the way from the reset vector into long mode. A TD's vCPU
 * starts at 0xFFFFFFF0 in 32-bit protected mode with flat segments and EFER.LME set
 * (abi/tdx-structs.md, "initial state"). RCX and R8 keep the operand of TDH.VP.INIT, RSI the vCPU's
 * index.
 *
 * <p>Linear addresses below 1 GiB and from 3 to 4 GiB are the private guest physical ones; {@code
 * td_shared} + x is shared x, below 1 GiB. A TD that is 48 bits wide has its shared bit at 47.
 */
final class TdEntry {
  private static final long MAX_BYTES = 512 << 10;
  private static final long TABLES = 0xffff_e000L;

  /** Of code that takes one page at most. */
  static final long LAST_ORG = 0xffff_d000L;

  /** Before the author's lines. */
  static String head(long org) {
    return "bits 64\ntd_space equ " + (TABLES - org) + "\ntd_image:\n";
  }

  /** After them. */
  static final String TAIL =
      """

      times td_space - ($ - td_image) db 0
      td_shared equ 0x40000000
      td_pml4:
      dq td_pdpt + 3
      times 511 dq 0
      td_pdpt:
      dq 0x83, 0x800000000083, 0, 0xc0000083
      times 0xf00 - ($ - td_pdpt) db 0
      bits 32
      td_protected:
      mov eax, cr4
      or eax, 0x20
      mov cr4, eax
      mov eax, td_pml4
      mov cr3, eax
      mov eax, cr0
      or eax, 0x80000000
      mov cr0, eax
      lgdt [td_gdtr]
      jmp 8:td_long
      align 8
      td_gdt:
      dq 0, 0x00af9b000000ffff
      td_gdtr:
      dw 15
      dd td_gdt
      bits 64
      td_long:
      jmp td_image
      times 0xff0 - ($ - td_pdpt) db 0
      bits 32
      jmp td_protected
      times 0x1000 - ($ - td_pdpt) db 0
      """;

  private TdEntry() {}

  /** True where code can start: a page of its own, below the two that are added here. */
  static boolean canStart(long org) {
    return (org & 0xfff) == 0 && org >= TABLES - MAX_BYTES && org < TABLES;
  }
}
