package seamtape.catalog;

import java.util.Optional;

/**
 * A 64-bit completion status of the TDX module, taken apart.
 *
 * @param status the known status; empty where the class and detail have no name
 * @param statusClass bits 47:40; empty where the class has no name
 * @param detail bits 39:32
 * @param error bit 63
 * @param nonRecoverable bit 62
 * @param fatal bit 61
 * @param hostRecoverabilityHint bit 60
 * @param operand what bits 31:0 blame, where this status blames an operand
 * @param low bits 31:0: operand id, exit reason of a VM exit, or CPUID leaf
 */
public record TdxStatusWord(
    Optional<TdxStatus> status,
    Optional<TdxStatusClass> statusClass,
    int detail,
    boolean error,
    boolean nonRecoverable,
    boolean fatal,
    boolean hostRecoverabilityHint,
    Optional<TdxOperand> operand,
    int low) {

  public static TdxStatusWord of(long word) {
    Optional<TdxStatus> status = TdxStatus.of(word);
    int low = (int) word;
    return new TdxStatusWord(
        status,
        TdxStatusClass.of(word),
        (int) (word >>> 32) & 0xff,
        bit(word, 63),
        bit(word, 62),
        bit(word, 61),
        bit(word, 60),
        status.filter(TdxStatus::blamesAnOperand).flatMap(known -> TdxOperand.byId(low)),
        low);
  }

  private static boolean bit(long word, int number) {
    return (word >>> number & 1) != 0;
  }
}
