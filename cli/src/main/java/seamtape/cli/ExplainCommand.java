package seamtape.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.catalog.SevStatus;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxCommand;
import seamtape.catalog.TdxMetadata;
import seamtape.catalog.TdxStatus;
import seamtape.replayer.explain.ErrnoRules;
import seamtape.replayer.explain.Words;

/** {@code seamtape explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Say a TDX status word, an errno, an exit reason, a status of the SEV firmware or a TDX"
            + " metadata field in words.",
    footer = {
      "",
      "Examples:",
      "  seamtape explain 0xc000010000000001",
      "  seamtape explain EBUSY --call KVM_TDX_INIT_VM",
      "  seamtape explain EINVAL --call KVM_SEV_INIT2",
      "  seamtape explain c0000c0000000000",
      "  seamtape explain TDX_OPERAND_BUSY",
      "  seamtape explain -22",
      "  seamtape explain 7 --call KVM_SEV_LAUNCH_START",
      "  seamtape explain SEV_RET_BAD_MEASUREMENT",
      "  seamtape explain KVM_EXIT_MEMORY_FAULT",
      "  seamtape explain NOTIFY_ENABLES",
      "  seamtape explain 0x9110000300000010",
    })
final class ExplainCommand implements Callable<Integer> {
  private static final int WIDEST_ERRNO = 4095;

  /** Bits that are reserved in a status word, and class and context code of a field id. */
  private static final long NO_STATUS = 0xfffL << 48;

  @Parameters(
      paramLabel = "VALUE",
      description = "A number, or the name of a status, errno, exit reason or metadata field.")
  private String value;

  @Option(names = "--call", paramLabel = "NAME", description = "The call that gave it.")
  private String callName;

  @Mixin private Output output;

  private final Map<String, Object> document = new LinkedHashMap<>();

  /** The errno that was asked about; null for another value. */
  private Errno known;

  @Override
  public Integer call() {
    if (!byName() && !byNumber()) {
      throw new UsageException(
          "'"
              + value
              + "' is no number, status, errno, exit reason or TDX metadata field:"
              + " try 0xc000010000000001, EBUSY, KVM_EXIT_IO or ATTRIBUTES");
    }
    if (callName != null) {
      String name = tellCall();
      if (known != null) {
        rules(name, known);
      }
    }
    output.document(document);
    return Exit.DONE;
  }

  /** Its name in the tables; a sub-command of KVM_MEMORY_ENCRYPT_OP is a call here too. */
  private String tellCall() {
    Optional<Call> call =
        Catalog.calls().stream().filter(row -> named(row.name()) || named(row.label())).findFirst();
    if (call.isPresent()) {
      tell("call", call.get().label() + ": " + call.get().doc());
      return call.get().name();
    }
    for (SevCommand command : SevCommand.values()) {
      if (named(command.name())) {
        tell("call", command + ": " + command.doc());
        return command.name();
      }
    }
    for (TdxCommand command : TdxCommand.values()) {
      if (named(command.name())) {
        tell("call", command + ": " + command.doc());
        return command.name();
      }
    }
    throw new UsageException("no call named " + callName + ": 'seamtape catalog' lists them");
  }

  private boolean named(String name) {
    return name.equalsIgnoreCase(callName);
  }

  /** Which checks of the call give the errno, in their order. */
  private void rules(String call, Errno errno) {
    ErrnoRules tables = ErrnoRules.bundled();
    List<String> own = tables.of(call, errno.name());
    List<String> any = tables.common(call, errno.name());
    document.put("rules", own);
    document.put("common", any);
    own.forEach(rule -> output.line(String.format("%-12s %s", "rule", rule)));
    any.forEach(rule -> output.line(String.format("%-12s %s", "any call", rule)));
    boolean asErrno = !document.containsKey("firmware");
    if (asErrno && own.isEmpty() && any.isEmpty()) {
      output.line(String.format("%-12s %s", "rule", "none of the tables gives it for this call"));
    }
  }

  private boolean byName() {
    Optional<Errno> errno = Errno.byName(value.toUpperCase(java.util.Locale.ROOT));
    errno.ifPresent(this::errno);
    for (TdxStatus status : TdxStatus.values()) {
      if (status.name().equalsIgnoreCase(value) || status.name().equalsIgnoreCase("TDX_" + value)) {
        status(status.value());
        return true;
      }
    }
    for (SevStatus status : SevStatus.values()) {
      if (status.name().equalsIgnoreCase(value)) {
        Words.of(status).forEach(this::tell);
        return true;
      }
    }
    for (TdvmcallStatus status : TdvmcallStatus.values()) {
      if (status.name().equalsIgnoreCase(value)) {
        Words.of(status).forEach(this::tell);
        return true;
      }
    }
    for (KvmExit exit : KvmExit.values()) {
      if (exit.name().equalsIgnoreCase(value)) {
        exit(exit);
        return true;
      }
    }
    TdxMetadata.named(value).forEach(field -> metadata(field, field.id()));
    return !document.isEmpty();
  }

  private boolean byNumber() {
    OptionalLong parsed = StatusNumber.parse(value);
    if (parsed.isEmpty()) {
      return false;
    }
    long number = parsed.getAsLong();
    if (asksFirmware() && firmware(number)) {
      Errno.ofResult(-Math.abs(number)).ifPresent(this::errno);
      return true;
    }
    if (number < 0 && number >= -WIDEST_ERRNO) {
      Errno.ofResult(number).ifPresentOrElse(this::errno, () -> tell("errno", Errno.text(number)));
      return true;
    }
    if (number >= 0 && number <= WIDEST_ERRNO) {
      KvmExit.byNumber(number).ifPresent(this::exit);
      tdvmcall(number);
      if (number == 0) {
        status(number);
      }
      Errno.ofResult(-number).ifPresent(this::errno);
      return !document.isEmpty();
    }
    if (!tdvmcall(number) && !metadata(number)) {
      status(number);
    }
    return true;
  }

  /** True for a call that tells what the SEV firmware said. */
  private boolean asksFirmware() {
    boolean command = Stream.of(SevCommand.values()).anyMatch(row -> named(row.name()));
    return command || named(KvmIoctl.KVM_MEMORY_ENCRYPT_OP.name());
  }

  /** What the SEV firmware answers to a call: 16 bits, or -1. */
  private boolean firmware(long number) {
    boolean fits = number == (int) number;
    Optional<SevStatus> status = fits ? SevStatus.of((int) number) : Optional.empty();
    status.map(Words::of).ifPresent(lines -> lines.forEach(this::tell));
    return status.isPresent();
  }

  /** What R10 of a TDVMCALL holds: a word of its own, not one of the module's. */
  private boolean tdvmcall(long number) {
    for (TdvmcallStatus status : TdvmcallStatus.values()) {
      if (status.value() == number && number != 0) {
        Words.of(status).forEach(this::tell);
        return true;
      }
    }
    return false;
  }

  /** An id of a metadata field: a status has nothing in bits 59:48. */
  private boolean metadata(long id) {
    if ((id & NO_STATUS) == 0) {
      return false;
    }
    for (TdxMetadata.Scope scope : TdxMetadata.Scope.values()) {
      TdxMetadata.Field field = TdxMetadata.find(scope, id);
      boolean here = TdxMetadata.context(id) == 0 || TdxMetadata.context(id) == scope.ordinal();
      if (field != null && here) {
        metadata(field, id);
      }
    }
    return !document.isEmpty();
  }

  private void metadata(TdxMetadata.Field field, long id) {
    String text = TdxMetadata.text(field.scope(), id);
    tell("field", text + " (0x" + Long.toHexString(id) + ")");
    tell("metadata of", field.scope().owner() + ": " + field.scope().leaves());
    tell("elements", field.elements() + " of " + field.bytes() + " bytes");
    tell("module", "since " + field.since());
  }

  private void errno(Errno errno) {
    known = errno;
    Words.of(errno).forEach(this::tell);
  }

  private void exit(KvmExit exit) {
    String member =
        exit.member().isEmpty() ? "no data of its own" : "data in kvm_run." + exit.member();
    tell("exit reason", exit.name() + " (" + exit.number() + "): " + member);
  }

  private void status(long number) {
    Words.ofStatus(number).forEach(this::tell);
  }

  private void tell(Words.Line line) {
    tell(line.name(), line.text());
  }

  private void tell(String name, String text) {
    document.put(name, text);
    output.line(String.format("%-12s %s", name, text));
  }
}
