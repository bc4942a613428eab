package seamtape.sim.marshal;

/**
 * A way in which a kernel calls the module or the VMM: which registers its assembly loads from the
 * struct, and which it stores back. RAX is never among them: it is the leaf and the result.
 */
public enum CallShape {
  /** {@code __tdcall}, {@code __seamcall}: what the module answers in registers is lost. */
  PLAIN(mask("rcx rdx r8 r9 r10 r11"), 0),

  /** {@code __tdcall_ret}, {@code __seamcall_ret}. */
  RET(mask("rcx rdx r8 r9 r10 r11"), mask("rcx rdx r8 r9 r10 r11")),

  /** {@code __tdcall_saved_ret}, {@code __seamcall_saved_ret}: also the callee-saved registers. */
  SAVED_RET(
      mask("rcx rdx r8 r9 r10 r11 r12 r13 r14 r15 rbx rdi rsi"),
      mask("rcx rdx r8 r9 r10 r11 r12 r13 r14 r15 rbx rdi rsi")),

  /** {@code __tdx_module_call} up to 6.6: four arguments in, the output struct back. */
  TDX_MODULE_CALL(mask("rcx rdx r8 r9"), mask("rcx rdx r8 r9 r10 r11")),

  /** {@code __tdx_hypercall} of 6.1 and 6.2 with TDX_HCALL_HAS_OUTPUT. */
  TDX_HYPERCALL_6_2(mask("r10 r11 r12 r13 r14 r15"), mask("r10 r11 r12 r13 r14 r15")),

  /** {@code __tdx_hypercall_ret} of 6.3 to 6.6. */
  TDX_HYPERCALL_6_3(
      mask("rdx rbx rsi rdi r8 r9 r10 r11 r12 r13 r14 r15"),
      mask("rdx rbx rsi rdi r8 r9 r10 r11 r12 r13 r14 r15"));

  private final int loads;
  private final int stores;

  CallShape(int loads, int stores) {
    this.loads = loads;
    this.stores = stores;
  }

  private static int mask(String registers) {
    int mask = 0;
    for (String name : registers.split(" ")) {
      mask |= 1 << Gpr.number(name);
    }
    return mask;
  }

  /** Registers loaded from the struct before the instruction: a bit per register number. */
  public int loads() {
    return loads;
  }

  /** Registers stored to the struct after the instruction. */
  public int stores() {
    return stores;
  }
}
