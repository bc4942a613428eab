package seamtape.sim.marshal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The layout of a C struct of 64-bit registers. Layouts are data; what the kernel's static asserts
 * would catch is checked when one is built, so that a wrong edit stops the simulator from starting.
 */
public final class ArgsLayout {
  private static final String UNUSED = "_unused";
  private static final int WORD = Long.BYTES;

  /** Linux 6.1 and 6.2: what a guest tells and gets of the VMM. */
  public static final ArgsLayout TDX_HYPERCALL_ARGS_6_2 =
      of("tdx_hypercall_args", "r10 0, r11 8, r12 16, r13 24, r14 32, r15 40");

  /** Linux 6.3 to 6.6. */
  public static final ArgsLayout TDX_HYPERCALL_ARGS_6_3 =
      of(
          "tdx_hypercall_args",
          "r8 0, r9 8, r10 16, r11 24, r12 32, r13 40, r14 48, r15 56, rdi 64, rsi 72, rbx 80,"
              + " rdx 88");

  /** Linux 6.1 to 6.6: outputs of a module call. */
  public static final ArgsLayout TDX_MODULE_OUTPUT =
      of("tdx_module_output", "rcx 0, rdx 8, r8 16, r9 24, r10 32, r11 40");

  /** Linux 6.7 and later; r8 to r15 lie together, and KVM copies them as one. */
  public static final ArgsLayout TDX_MODULE_ARGS =
      of(
              "tdx_module_args",
              "rcx 0, rdx 8, r8 16, r9 24, r10 32, r11 40, r12 48, r13 56, r14 64, r15 72, rbx 80,"
                  + " rdi 88, rsi 96")
          .checkContiguous(Gpr.R8, Gpr.R15);

  /** The proposal of 2023: the order of the vCPU's register file, each register at index x 8. */
  public static final ArgsLayout TDX_MODULE_ARGS_REGINDEX =
      of(
              "tdx_module_args",
              "rax_unused 0, rcx 8, rdx 16, rbx 24, rsp_unused 32, rbp_unused 40, rsi 48, rdi 56,"
                  + " r8 64, r9 72, r10 80, r11 88, r12 96, r13 104, r14 112, r15 120")
          .checkRegisterIndex();

  private final String name;
  private final int size;
  private final int[] offsets = new int[Gpr.COUNT];
  private final List<Integer> unused = new ArrayList<>();

  private ArgsLayout(String name, String members) {
    this.name = name;
    Arrays.fill(offsets, -1);
    int end = 0;
    for (String member : members.split(", *")) {
      String[] words = member.trim().split(" ");
      place(words[0], Integer.parseInt(words[1]), end);
      end += WORD;
    }
    size = end;
  }

  /**
   * @param members each with its offset in bytes, in the order of the struct
   * @throws IllegalStateException for a member that is no register, comes twice, or does not lie
   *     where the compiler would put it
   */
  static ArgsLayout of(String name, String members) {
    return new ArgsLayout(name, members);
  }

  private void place(String member, int offset, int expected) {
    boolean padding = member.endsWith(UNUSED);
    int register =
        Gpr.number(padding ? member.substring(0, member.length() - UNUSED.length()) : member);
    if (register < 0) {
      throw wrong(member + " is no register");
    }
    if (offsets[register] >= 0) {
      throw wrong(member + " is there twice");
    }
    if (offset != expected) {
      throw wrong(member + " lies at " + expected + ", not at " + offset);
    }
    offsets[register] = offset;
    if (padding) {
      unused.add(register);
    }
  }

  /** As BUILD_BUG_ON(__VCPU_REGS_RCX * 8 != TDX_MODULE_rcx) and so on for every register. */
  ArgsLayout checkRegisterIndex() {
    for (int register = 0; register < Gpr.COUNT; register++) {
      if (offsets[register] != register * WORD) {
        throw wrong(
            Gpr.name(register)
                + " must lie at "
                + register
                + " x 8 as in the vCPU's register file, not at "
                + offsets[register]);
      }
    }
    return this;
  }

  ArgsLayout checkContiguous(int first, int last) {
    for (int register = first; register <= last; register++) {
      int expected = offsets[first] + (register - first) * WORD;
      if (offsets[first] < 0 || offsets[register] != expected) {
        throw wrong(
            Gpr.name(first)
                + " to "
                + Gpr.name(last)
                + " must lie together; "
                + Gpr.name(register)
                + " lies at "
                + offsets[register]
                + ", not at "
                + expected);
      }
    }
    return this;
  }

  private IllegalStateException wrong(String what) {
    return new IllegalStateException("struct " + name + ": " + what);
  }

  public String name() {
    return name;
  }

  /** Bytes. */
  public int size() {
    return size;
  }

  public int words() {
    return size / WORD;
  }

  /** Bytes from the start of the struct; -1 where it has no such register. */
  public int offset(int register) {
    return offsets[register];
  }

  /** The struct has the register, and not only as padding. */
  public boolean carries(int register) {
    return offsets[register] >= 0 && !unused.contains(register);
  }

  /** A vCPU's register file can be passed as this struct. */
  public boolean isRegisterFile() {
    return size == Gpr.COUNT * WORD;
  }

  @Override
  public String toString() {
    return name;
  }
}
