package seamtape.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.log.LogReport;
import seamtape.recorder.strace.StraceImport;

/** {@code seamtape import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = "Record what a real VMM did, from its log.",
    subcommands = {ImportCommand.Strace.class})
final class ImportCommand implements Runnable {
  @picocli.CommandLine.Spec private picocli.CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new picocli.CommandLine.ParameterException(
        spec.commandLine(), "import needs a kind of log: seamtape import strace FILE -o REC.tape");
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
      })
  static final class Strace implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Logs of one run; - is stdin.")
    private List<Path> files;

    @Option(
        names = "-o",
        paramLabel = "REC",
        required = true,
        description = "The recording to make.")
    private Path out;

    @Mixin private Output output;

    @Override
    public Integer call() throws Exception {
      ImportReport report =
          StraceImport.of(
              files, Recordings.create(out), new ImportOptions(System.in, Version.TOOL));
      print(report);
      Map<String, Object> document = report.toMap();
      document.put("bytes", Recordings.bytes(out)); // on disk, as record says it
      output.document(document);
      return Exit.DONE;
    }

    private void print(ImportReport report) {
      LogReport log = report.log();
      log.warnings().stream()
          .limit(SHOWN)
          .forEach(w -> output.message("warning: " + w.file() + ":" + w.line() + ": " + w.text()));
      output.line(
          String.format(
              "Imported %,d KVM ioctls of %,d lines into %s in %.2f s",
              log.ioctls(), log.lines(), out, report.seconds()));
      output.line(
          String.format(
              "%,d calls, %,d events; %,d lines are of other calls or programs",
              log.calls(), log.events(), log.skipped()));
      output.line("digest " + report.digest());
    }
  }
}
