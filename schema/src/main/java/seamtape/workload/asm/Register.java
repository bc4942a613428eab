package seamtape.workload.asm;

import java.util.HashMap;
import java.util.Map;

/** A register by name: its class, its size in bytes and its number in the encoding. */
record Register(String name, Kind kind, int size, int number) {
  enum Kind {
    GENERAL,
    SEGMENT,
    CONTROL,
    DEBUG
  }

  private static final Map<String, Register> BY_NAME = new HashMap<>();

  static {
    add(1, "al cl dl bl ah ch dh bh", 0);
    add(1, "spl bpl sil dil", 4);
    add(2, "ax cx dx bx sp bp si di", 0);
    add(4, "eax ecx edx ebx esp ebp esi edi", 0);
    add(8, "rax rcx rdx rbx rsp rbp rsi rdi", 0);
    for (int n = 8; n < 16; n++) {
      add(1, "r" + n + "b", n);
      add(2, "r" + n + "w", n);
      add(4, "r" + n + "d", n);
      add(8, "r" + n, n);
    }
    for (int n = 0; n < 9; n++) {
      put("cr" + n, Kind.CONTROL, 0, n);
    }
    for (int n = 0; n < 8; n++) {
      put("dr" + n, Kind.DEBUG, 0, n);
    }
    String[] segments = {"es", "cs", "ss", "ds", "fs", "gs"};
    for (int n = 0; n < segments.length; n++) {
      put(segments[n], Kind.SEGMENT, 2, n);
    }
  }

  private static void add(int size, String names, int first) {
    int number = first;
    for (String name : names.split(" ")) {
      put(name, Kind.GENERAL, size, number++);
    }
  }

  private static void put(String name, Kind kind, int size, int number) {
    BY_NAME.put(name, new Register(name, kind, size, number));
  }

  /** The register of that name in lower case, or null. */
  static Register named(String name) {
    return BY_NAME.get(name);
  }

  boolean general(int wanted) {
    return kind == Kind.GENERAL && size == wanted;
  }

  /** AH, CH, DH, BH: they cannot be named together with a REX prefix. */
  boolean high() {
    return size == 1 && number >= 4 && name.endsWith("h");
  }

  /** SPL, BPL, SIL, DIL and every register from 8 on need a REX prefix. */
  boolean needsRex() {
    return number >= 8 || size == 1 && number >= 4 && !high();
  }
}
