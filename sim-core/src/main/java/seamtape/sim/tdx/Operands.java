package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;

/** Checks of operands that all leaves share; a status other than 0 says what is wrong. */
final class Operands {
  private final TdxModule module;

  Operands(TdxModule module) {
    this.module = module;
  }

  /** OPERAND_INVALID of a register. */
  static long invalid(int register) {
    return TDX_OPERAND_INVALID.value() | register;
  }

  /** A shared address: aligned, in the physical width, without a private key id, with memory. */
  long shared(long hpa, long alignment, int register) {
    boolean good =
        (hpa & (alignment - 1)) == 0
            && hpa >>> TdxPlatform.PHYSICAL_BITS == 0
            && !module.keyIds.isPrivate(hpa >>> TdxPlatform.KEY_ID_SHIFT)
            && module.memory.exists(plain(hpa));
    return good ? Leaf.SUCCESS : invalid(register);
  }

  /** The address without its key id. */
  static long plain(long hpa) {
    return hpa & ((1L << TdxPlatform.KEY_ID_SHIFT) - 1);
  }

  /** The bytes of a checked shared page. */
  byte[] bytes(long hpa) {
    return module.memory.page(plain(hpa));
  }
}
