package seamtape.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.replay.Reexecution;
import seamtape.replayer.state.MachineReading;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.StateView;

/** {@code seamtape state}. */
@Command(
    name = "state",
    mixinStandardHelpOptions = true,
    description = {
      "Tell the machine's state after an event: what the recorded calls set or read, and since when.",
      "A simulated recording is executed again up to there, for what a guest's run left unknown.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape state minimal.tape --at 20",
      "  seamtape state qemu.tape --at 900 --json | jq '.machine.vms[0].slots'",
    })
final class StateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REC", description = "The recording.")
  private Path recording;

  @Option(
      names = "--at",
      paramLabel = "N",
      required = true,
      description = "The event; 0 is before the first.")
  private long at;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    try (Tape tape = Recordings.open(recording)) {
      if (at < 0 || at > tape.eventCount()) {
        throw new UsageException(
            "--at " + at + ": the recording has events 1 to " + tape.eventCount());
      }
      MachineState state = MachineState.at(tape, at);
      Map<String, Object> document = document(tape, state);
      StateText.lines(document).forEach(output::line);
      output.document(document);
      return Exit.DONE;
    }
  }

  private Map<String, Object> document(Tape tape, MachineState state) throws TapeException {
    if (!Reexecution.possible(tape)) {
      return StateView.document(state, null);
    }
    try (Reexecution machine = new Reexecution(tape, Simulators.builtIn())) {
      machine.advanceTo(at);
      if (machine.divergences() > 0) {
        output.message(
            "this simulator answers other than the recorded one: state is told by the events only");
        return StateView.document(state, null);
      }
      return StateView.document(state, new MachineReading(state, machine));
    }
  }
}
