package seamtape.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import seamtape.recorder.tape.TapeException;

/** The {@code seamtape} command. */
@Command(
    name = "seamtape",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Record, replay, diff and browse the calls of a KVM/TDX stack.",
    subcommands = {
      DemoCommand.class,
      RecordCommand.class,
      ImportCommand.class,
      ReplayCommand.class,
      DiffCommand.class,
      ShowCommand.class,
      StateCommand.class,
      StatsCommand.class,
      VerifyCommand.class,
      RecoverCommand.class,
      TrimCommand.class,
      PackCommand.class,
      ExportCommand.class,
      ServeCommand.class,
      CatalogCommand.class,
      OracleCommand.class,
      ExplainCommand.class,
      CommandLine.HelpCommand.class,
    },
    footer = {
      "",
      "First steps:",
      "  seamtape demo                                 see the whole of it on bundled input",
      "  seamtape record minimal -o minimal.tape       record a bundled workload",
      "  seamtape import strace qemu.strace -o q.tape  record what a real VMM did",
      "  seamtape replay q.tape --keep-going           ask the simulator the same",
      "",
      "Exit codes: 0 done, whole, same; 1 a difference or a damaged recording; 2 bad usage or input; 3 a fault of"
          + " ours.",
    })
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // Java 22 to 24 would call a pipe a console.
    System.setProperty("jdk.console", "java.base");
    if (System.console() == null) {
      // A line at a time is slow into a pipe or file; run() ends with a flush.
      OutputStream out =
          new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
      System.setOut(new PrintStream(out, false, StandardCharsets.UTF_8));
    }
    int exit = run(args);
    System.out.flush();
    System.exit(exit);
  }

  /** Runs one command line and gives its exit code. */
  public static int run(String... args) {
    // Before the first Chronicle class is loaded: nothing phones home.
    System.setProperty("chronicle.analytics.disable", "true");
    CommandLine command = new CommandLine(new Main());
    command.setExecutionExceptionHandler((e, cmd, parsed) -> failed(e, cmd));
    command.setParameterExceptionHandler(Main::misused);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    try {
      return command.execute(args.length == 0 ? new String[] {"--help"} : args);
    } catch (StackOverflowError | OutOfMemoryError e) {
      return fault(e, command.getErr());
    }
  }

  private static int misused(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String help = command.getCommandSpec().qualifiedName() + " --help";
    String words =
        e instanceof UnmatchedArgumentException unmatched
            ? words(unmatched)
            : oneLine(e.getMessage())
                .replaceAll("is not an? (long|int)$", "is not a whole number")
                .replaceAll("^Unknown subcommand '(.*)'\\.$", "unknown verb $1");
    err.println("seamtape: " + words + (words.endsWith("?") ? " Try " : "; try ") + help);
    return Exit.USAGE;
  }

  private static String words(UnmatchedArgumentException e) {
    String first = e.getUnmatched().get(0);
    boolean verbs = e.getCommandLine().getCommandSpec().parent() == null;
    String what =
        first.startsWith("-")
            ? "unknown option "
            : verbs ? "unknown verb " : "unexpected argument ";
    List<String> known = e.getSuggestions();
    String nearest = known.isEmpty() ? "" : "; did you mean " + String.join(" or ", known) + "?";
    return what + first + nearest;
  }

  private static int failed(Exception thrown, CommandLine command) {
    // A sink cannot declare what a full disk does to it.
    Exception e = thrown instanceof UncheckedIOException wrapped ? wrapped.getCause() : thrown;
    PrintWriter err = command.getErr();
    if (codeOf(e) == Exit.USAGE) {
      err.println("seamtape: " + oneLine(Failures.words(e)));
      return Exit.USAGE;
    }
    return fault(e, err);
  }

  /** Who can mend it: the caller, or we. */
  static int codeOf(Exception e) {
    boolean mendable =
        e instanceof UsageException
            || e instanceof TapeException
            || e instanceof seamtape.recorder.workload.WorkloadException
            || e instanceof seamtape.recorder.live.LiveException
            || e instanceof java.io.IOException
            || e instanceof seamtape.machine.MachineRefusedException
            || e instanceof seamtape.replayer.oracle.OracleException;
    return mendable ? Exit.USAGE : Exit.FAULT;
  }

  private static int fault(Throwable e, PrintWriter err) {
    err.println("seamtape: a fault of ours: " + oneLine(String.valueOf(e)));
    if (System.getenv("SEAMTAPE_DEBUG") == null) {
      err.println("Set SEAMTAPE_DEBUG=1 to see where, and please report it.");
    } else {
      e.printStackTrace(err);
    }
    return Exit.FAULT;
  }

  private static String oneLine(String text) {
    return text == null ? "" : text.replaceAll("\\s*\\R\\s*", " ").trim();
  }
}
