package seamtape.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.ftrace.FtraceImport;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.log.LogReport;
import seamtape.recorder.strace.StraceImport;

/** {@code seamtape import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = "Record what a real VMM did, from its log.",
    subcommands = {ImportCommand.Strace.class, ImportCommand.Ftrace.class})
final class ImportCommand implements Runnable {
  private static final int SHOWN = 10;

  @picocli.CommandLine.Spec private picocli.CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new picocli.CommandLine.ParameterException(
        spec.commandLine(),
        "import needs a kind of log: seamtape import strace FILE -o REC.tape, or import ftrace");
  }

  /** {@code seamtape import strace}. */
  @Command(
      name = "strace",
      mixinStandardHelpOptions = true,
      description = {
        "Import strace logs: any options, threads, gzip, archives of strace -ff, - for stdin.",
        "What a log does not show stays unknown in the recording.",
      },
      footer = {
        "",
        "Examples:",
        "  strace -f -ttt -T -yy -v -e trace=openat,ioctl,mmap,munmap,close -e kvm=vcpu -o qemu.strace \\",
        "      qemu-system-x86_64 -accel kvm …",
        "  seamtape import strace qemu.strace -o qemu.tape",
        "  zcat old.strace.gz | seamtape import strace - -o old.tape",
        "  seamtape import strace qemu.strace --ftrace qemu.trace -o qemu.tape --compress",
      })
  static final class Strace implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Logs of one run; - is stdin.")
    private List<Path> files;

    @Option(
        names = "-o",
        paramLabel = "REC",
        required = true,
        description = "The recording to make.")
    private Path out;

    @Option(
        names = "--ftrace",
        paramLabel = "TRACE",
        description = "ftrace text of the same run: ports, addresses and data of the exits.")
    private Path trace;

    @Mixin private DurabilityOption durability;

    @Mixin private SealOptions seal;

    @Mixin private Output output;

    @Override
    public Integer call() throws Exception {
      Work work =
          (recording, options) ->
              trace == null
                  ? StraceImport.of(files, recording, options)
                  : StraceImport.withTrace(files, trace, recording, options);
      return make(out, work, durability, seal, output);
    }
  }

  /** {@code seamtape import ftrace}. */
  @Command(
      name = "ftrace",
      mixinStandardHelpOptions = true,
      description = {
        "Import the text of the kernel's kvm tracepoints; gzip, - for stdin.",
        "Runs of vCPUs become KVM_RUN calls with port, address and data of their exits; MSR accesses and"
            + " CPUIDs of the guest become inputs; other tracepoints are counted.",
      },
      footer = {
        "",
        "Examples:",
        "  echo 1 > /sys/kernel/tracing/events/kvm/enable; qemu-system-x86_64 -accel kvm …",
        "  cp /sys/kernel/tracing/trace qemu.trace",
        "  seamtape import ftrace qemu.trace -o qemu.tape",
        "  seamtape import strace qemu.strace --ftrace qemu.trace -o both.tape",
      })
  static final class Ftrace implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "The trace; - is stdin.")
    private List<Path> files;

    @Option(
        names = "-o",
        paramLabel = "REC",
        required = true,
        description = "The recording to make.")
    private Path out;

    @Option(
        names = "--strace",
        paramLabel = "LOG",
        description = "strace log of the same run: its calls with the trace's values.")
    private Path log;

    @Mixin private DurabilityOption durability;

    @Mixin private SealOptions seal;

    @Mixin private Output output;

    @Override
    public Integer call() throws Exception {
      if (log != null && files.size() > 1) {
        throw new UsageException("--strace goes with one trace: name that one only");
      }
      Work work =
          (recording, options) ->
              log == null
                  ? FtraceImport.of(files, recording, options)
                  : StraceImport.withTrace(List.of(log), files.get(0), recording, options);
      return make(out, work, durability, seal, output);
    }
  }

  /** An import of either kind. */
  private interface Work {
    ImportReport run(Path recording, ImportOptions options) throws IOException;
  }

  private static int make(
      Path out, Work work, DurabilityOption durability, SealOptions seal, Output output)
      throws IOException {
    Path recording = Recordings.create(out);
    PrivateKey signer = seal.signer();
    ImportReport report;
    try (Progress progress = new Progress("import", 0, output)) {
      try (LeftOpen left = new LeftOpen(out)) {
        ImportOptions options =
            new ImportOptions(System.in, Version.TOOL, progress, durability.level, signer);
        report = work.run(recording, options);
      }
      seal.finish(recording, null, signer, progress);
    }
    print(report, output);
    output.document(document(report));
    return Exit.DONE;
  }

  private static void print(ImportReport report, Output output) {
    LogReport log = report.log();
    log.warnings().stream()
        .limit(SHOWN)
        .forEach(w -> output.message("warning: " + w.file() + ":" + w.line() + ": " + w.text()));
    output.line(
        String.format(
            "Imported %,d KVM ioctls of %,d lines into %s in %.2f s",
            log.ioctls(), log.lines(), report.recording(), report.seconds()));
    output.line(
        String.format(
            "%,d calls, %,d events; %,d lines are of other calls or programs",
            log.calls(), log.events(), log.skipped()));
    if (!log.others().isEmpty()) {
      output.line("counted: " + counted(log.others()));
    }
    output.line("digest " + report.digest());
  }

  private static String counted(Map<String, Long> others) {
    return others.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(SHOWN)
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /** The report's document, with bytes on disk as {@code record} says them. */
  private static Map<String, Object> document(ImportReport report) {
    Map<String, Object> document = report.toMap();
    document.put("bytes", Recordings.bytes(report.recording()));
    return document;
  }
}
