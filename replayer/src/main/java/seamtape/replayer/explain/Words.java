package seamtape.replayer.explain;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.Errno;
import seamtape.catalog.SevStatus;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatusCause;
import seamtape.catalog.TdxStatusWord;

/** An errno or a status word in words, a name and a sentence each. */
public final class Words {
  /** One thing that is told. */
  public record Line(String name, String text) {}

  private Words() {}

  public static List<Line> of(Errno errno) {
    String text = errno.name() + " (" + errno.number() + "): " + errno.meaning();
    return List.of(new Line("errno", text));
  }

  /** What R10 of a TDVMCALL holds: a word of its own, not one of the module's. */
  public static List<Line> of(TdvmcallStatus status) {
    return List.of(
        new Line("word", "0x" + Long.toHexString(status.value())),
        new Line("status", status.name()),
        new Line("class", "status of a TDVMCALL, in R10"),
        new Line("meaning", status.meaning()),
        new Line(
            "cause", "the host answers so; RAX of the TDCALL says whether it was asked at all"));
  }

  /** What the SEV firmware answers: {@code error} of struct kvm_sev_cmd. */
  public static List<Line> of(SevStatus status) {
    String code = status.code() < 0 ? "-1" : "0x" + Integer.toHexString(status.code());
    return List.of(
        new Line("firmware", status.name() + " (" + code + ")"),
        new Line("class", "status of the SEV firmware, in kvm_sev_cmd.error"),
        new Line("meaning", status.meaning()));
  }

  /** A completion status of the TDX module. */
  public static List<Line> ofStatus(long number) {
    List<Line> lines = new ArrayList<>();
    TdxStatusWord word = TdxStatusWord.of(number);
    lines.add(new Line("word", "0x" + Long.toHexString(number)));
    String none = "no status of that class and detail is known";
    lines.add(new Line("status", word.status().map(Enum::name).orElse(none)));
    word.status().ifPresent(status -> lines.add(new Line("meaning", status.meaning())));
    word.statusClass().ifPresent(known -> lines.add(new Line("class", known.words())));
    lines.add(new Line("severity", severity(word)));
    if (word.operand().isPresent()) {
      lines.add(new Line("operand", word.operand().map(TdxOperand::name).orElse("")));
    } else if (word.low() != 0) {
      lines.add(new Line("details", "0x" + Integer.toHexString(word.low())));
    }
    word.status()
        .map(status -> TdxStatusCause.of(status, word.operand()))
        .ifPresent(cause -> lines.add(new Line("cause", cause)));
    return lines;
  }

  private static String severity(TdxStatusWord word) {
    StringBuilder text = new StringBuilder(word.error() ? "error" : "success or information");
    if (word.nonRecoverable()) {
      text.append(", not recoverable");
    }
    if (word.fatal()) {
      text.append(", fatal");
    }
    return text.toString();
  }
}
