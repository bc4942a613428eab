package seamtape.replayer.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Phase;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeWriter;
import seamtape.replayer.replay.Replay;
import seamtape.replayer.replay.ReplayOptions;
import seamtape.replayer.replay.ReplayReport;
import seamtape.sim.Machines;
import seamtape.sim.Simulator;
import seamtape.sim.TestMachine;

/** Machines whose calls are recorded; each recording must replay identically. */
final class TapedMachines implements Machines, EventSink {
  private static final long PROGRESS_NANOS = 10_000_000_000L;

  private final Path dir;
  private final String name;
  private final boolean progress;
  private final Simulator simulator = new Simulator();
  private TapeWriter writer;
  private RecordingVmm vmm;
  private long calls;
  private long nested;
  private long told = System.nanoTime();

  /**
   * @param progress whether a line tells every ten seconds how far it is
   */
  TapedMachines(Path dir, String name, boolean progress) {
    this.dir = dir;
    this.name = name;
    this.progress = progress;
  }

  @Override
  public TestMachine next(MachineSpec spec) {
    Manifest manifest =
        Manifest.of(Manifest.Source.SIM, spec.profile())
            .withMachine(spec.vendor(), spec.tdxModule(), spec.role())
            .withSimulator(simulator.build())
            .withWorkload(name, spec.seed());
    try {
      writer = TapeWriter.create(path(), manifest);
    } catch (TapeException e) {
      throw new UncheckedIOException(e);
    }
    vmm = RecordingVmm.of(simulator, spec, this);
    return new TestMachine(vmm);
  }

  @Override
  public long append(Event event) {
    if (event.phase == Phase.ENTER) {
      calls++;
      nested += event.call.family().nests() ? 1 : 0;
    }
    return writer.append(event);
  }

  @Override
  public void done(TestMachine machine) {
    try {
      vmm.finish();
      vmm.close();
      writer.seal();
      writer.close();
      replaysIdentically();
      remove();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (progress && System.nanoTime() - told > PROGRESS_NANOS) {
      told = System.nanoTime();
      System.out.printf("storm %s: %,d calls recorded and replayed%n", name, calls);
    }
  }

  private void replaysIdentically() throws TapeException {
    try (Tape tape = Tape.open(path())) {
      ReplayReport report = Replay.run(tape, ReplayOptions.strict(simulator));
      assertTrue(report.identical(), () -> name + ": " + report.first());
      assertEquals(tape.manifest().digest(), report.digest());
    }
  }

  private void remove() throws IOException {
    try (Stream<Path> files = Files.walk(path())) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.delete(file);
      }
    }
  }

  private Path path() {
    return dir.resolve(name + ".tape");
  }

  @Override
  public long nestedCalls() {
    return nested;
  }

  /** Calls recorded so far, those inside others too. */
  long calls() {
    return calls;
  }
}
