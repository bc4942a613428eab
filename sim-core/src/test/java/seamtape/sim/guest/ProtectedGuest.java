package seamtape.sim.guest;

import java.util.ArrayList;
import java.util.List;

/**
 * A guest in flat protected mode at level 0 with a GDT at 0x4000, an IDT at 0x3000, and two 32-bit
 * TSSs: the current one at 0x5000, whose stack of level 0 ends at 0x7000, and one at 0x5400.
 */
final class ProtectedGuest {
  static final int GDT = 0x4000;
  static final int TSS = 0x5000;
  static final int OTHER_TSS = 0x5400;
  static final int USER_CODE = 0x1b;
  static final int USER_DATA = 0x23;
  static final int TSS_SELECTOR = 0x28;
  static final int OTHER_SELECTOR = 0x30;

  /** The first selector that a test may use. */
  static final int FREE = 0x38;

  private static final String[] ENTER = {
    "cli",
    "lgdt [gdtr]",
    "lidt [idtr]",
    "mov eax,cr0",
    "or al,1",
    "mov cr0,eax",
    "jmp 8:flat",
    "gdtr: dw 0x7f",
    "dd 0x4000",
    "idtr: dw 0x7ff",
    "dd 0x3000",
    "bits 32",
    "flat: mov eax,16",
    "mov ds,ax",
    "mov es,ax",
    "mov ss,ax",
    "mov esp,0x8000",
    "mov eax,0x28",
    "ltr ax",
  };

  final Guest guest;
  final CpuState cpu;

  ProtectedGuest(String... lines) {
    List<String> all = new ArrayList<>(List.of(ENTER));
    all.addAll(List.of(lines));
    guest = new Guest(all.toArray(String[]::new));
    cpu = guest.cpu;
    guest.code(
        GDT,
        "dq 0,0x00cf9a000000ffff,0x00cf92000000ffff,0x00cffa000000ffff,0x00cff2000000ffff",
        "dq 0x000089005000013f,0x000089005400013f");
    dword(TSS + 4, 0x7000).dword(TSS + 8, 16).word(TSS + 0x66, 0x88);
  }

  /** Lines of a guest that goes to 0x2000 at level 3, with its stack at 0x9000. */
  static String[] user() {
    return new String[] {
      "push dword 0x23",
      "push dword 0x9000",
      "push dword 0x202",
      "push dword 0x1b",
      "push dword 0x2000",
      "iret"
    };
  }

  ProtectedGuest code(int at, String... lines) {
    List<String> all = new ArrayList<>(List.of("bits 32"));
    all.addAll(List.of(lines));
    guest.code(at, all.toArray(String[]::new));
    return this;
  }

  /** A descriptor of the GDT. */
  ProtectedGuest descriptor(int selector, long value) {
    return dword(GDT + selector, (int) value).dword(GDT + selector + 4, (int) (value >>> 32));
  }

  /** An interrupt gate to code of level 0 that is here. */
  ProtectedGuest handler(int vector, int dpl, String... lines) {
    int offset = 0xc000 + 0x20 * vector;
    gate(vector, 0x8e00L | (long) dpl << 13, 8, offset);
    return code(offset, lines);
  }

  ProtectedGuest gate(int vector, long type, int selector, int offset) {
    int at = 0x3000 + 8 * vector;
    return dword(at, offset | selector << 16).dword(at + 4, (int) type);
  }

  /** The other task: code and stack of a level, flags, EIP at 0x2000, ESP at 0xa000. */
  ProtectedGuest otherTask(int code, int data, int flags) {
    dword(OTHER_TSS + 0x1c, 0).dword(OTHER_TSS + 0x20, 0x2000).dword(OTHER_TSS + 0x24, flags);
    dword(OTHER_TSS + 0x38, 0xa000);
    dword(OTHER_TSS + 0x4c, code).dword(OTHER_TSS + 0x50, data);
    return dword(OTHER_TSS + 0x48, data).dword(OTHER_TSS + 0x54, data);
  }

  ProtectedGuest dword(int at, int value) {
    return word(at, value).word(at + 2, value >>> 16);
  }

  ProtectedGuest word(int at, int value) {
    guest.bus.write(at, (byte) value, (byte) (value >>> 8));
    return this;
  }

  long dword(int at) {
    return guest.word(at) | guest.word(at + 2) << 16;
  }

  long gpr(int register) {
    return cpu.gpr[register];
  }

  GuestExit.Kind run() {
    return guest.run();
  }
}
