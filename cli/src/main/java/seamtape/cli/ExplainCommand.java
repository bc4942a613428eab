package seamtape.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmExit;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatusCause;
import seamtape.catalog.TdxStatusWord;

/** {@code seamtape explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = "Say a TDX status word, an errno or an exit reason in words.",
    footer = {
      "",
      "Examples:",
      "  seamtape explain 0xc000010000000001",
      "  seamtape explain EBUSY --call KVM_TDX_INIT_VM",
      "  seamtape explain -22",
      "  seamtape explain KVM_EXIT_MEMORY_FAULT",
    })
final class ExplainCommand implements Callable<Integer> {
  private static final int WIDEST_ERRNO = 4095;

  @Parameters(
      paramLabel = "VALUE",
      description = "A number, or the name of an errno or exit reason.")
  private String value;

  @Option(names = "--call", paramLabel = "NAME", description = "The call that gave it.")
  private String callName;

  @Mixin private Output output;

  private final Map<String, Object> document = new LinkedHashMap<>();

  @Override
  public Integer call() {
    if (!byName() && !byNumber()) {
      throw new UsageException(
          value
              + " is no number, errno or exit reason: try 0xc000010000000001, EBUSY or KVM_EXIT_IO");
    }
    if (callName != null) {
      tell("call", theCall().label() + ": " + theCall().doc());
    }
    output.document(document);
    return Exit.DONE;
  }

  private Call theCall() {
    return Catalog.calls().stream()
        .filter(
            row -> row.name().equalsIgnoreCase(callName) || row.label().equalsIgnoreCase(callName))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "no call named " + callName + ": 'seamtape catalog' lists them"));
  }

  private boolean byName() {
    Optional<Errno> errno = Errno.byName(value.toUpperCase(java.util.Locale.ROOT));
    errno.ifPresent(this::errno);
    for (KvmExit exit : KvmExit.values()) {
      if (exit.name().equalsIgnoreCase(value)) {
        exit(exit);
        return true;
      }
    }
    return errno.isPresent();
  }

  private boolean byNumber() {
    long number;
    try {
      number =
          value.toLowerCase(java.util.Locale.ROOT).startsWith("0x")
              ? Long.parseUnsignedLong(value.substring(2), 16)
              : Long.parseLong(value);
    } catch (NumberFormatException e) {
      return false;
    }
    if (number < 0 && number >= -WIDEST_ERRNO) {
      Errno.ofResult(number).ifPresentOrElse(this::errno, () -> tell("errno", Errno.text(number)));
      return true;
    }
    if (number >= 0 && number <= WIDEST_ERRNO) {
      KvmExit.byNumber(number).ifPresent(this::exit);
      Errno.ofResult(-number).ifPresent(this::errno);
      return !document.isEmpty();
    }
    status(number);
    return true;
  }

  private void errno(Errno errno) {
    tell("errno", errno.name() + " (" + errno.number() + "): " + errno.meaning());
  }

  private void exit(KvmExit exit) {
    String member =
        exit.member().isEmpty() ? "no data of its own" : "data in kvm_run." + exit.member();
    tell("exit reason", exit.name() + " (" + exit.number() + "): " + member);
  }

  private void status(long number) {
    TdxStatusWord word = TdxStatusWord.of(number);
    tell("word", "0x" + Long.toHexString(number));
    tell(
        "status",
        word.status().map(Enum::name).orElse("no status of that class and detail is known"));
    word.status().ifPresent(status -> tell("meaning", status.meaning()));
    word.statusClass().ifPresent(known -> tell("class", known.words()));
    tell("severity", severity(word));
    if (word.operand().isPresent()) {
      tell("operand", word.operand().map(TdxOperand::name).orElse(""));
    } else if (word.low() != 0) {
      tell("details", "0x" + Integer.toHexString(word.low()));
    }
    word.status().ifPresent(status -> tell("cause", TdxStatusCause.of(status)));
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

  private void tell(String name, String text) {
    document.put(name, text);
    output.line(String.format("%-12s %s", name, text));
  }
}
