package seamtape.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.function.LongConsumer;
import seamtape.event.EventSink;
import seamtape.machine.MachineFactory;
import seamtape.machine.MachineRefusedException;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.tape.Durability;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeWriter;
import seamtape.sim.workload.Outcome;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.MachineRequest;
import seamtape.workload.Workload;

/** Runs a workload on a simulated machine and records it. */
final class Sessions {
  /** What a session gave. */
  record Recorded(Manifest manifest, Outcome outcome, double seconds) {
    Recorded with(Manifest other) {
      return new Recorded(other, outcome, seconds);
    }
  }

  /**
   * How a session is written.
   *
   * @param signer signs the seal; null for none
   * @param progress is told the number of events so far
   */
  record Writing(Durability durability, PrivateKey signer, LongConsumer progress) {
    static final Writing PLAIN = new Writing(Durability.NONE, null, events -> {});

    TapeWriter begin(Path out, Manifest manifest) throws TapeException {
      TapeWriter writer = TapeWriter.create(out, manifest, durability);
      writer.signWith(signer);
      return writer;
    }

    EventSink telling(TapeWriter writer) {
      return event -> {
        long number = writer.append(event);
        progress.accept(number);
        return number;
      };
    }
  }

  private Sessions() {}

  /** As {@link #record(Workload, MachineFactory, String, long, Path, Writing)}, plainly. */
  static Recorded record(
      Workload workload, MachineFactory machines, String profile, long seed, Path out)
      throws IOException {
    return record(workload, machines, profile, seed, out, Writing.PLAIN);
  }

  /**
   * @throws MachineRefusedException for a machine that cannot be built; nothing is left behind
   * @throws TapeException when the recording cannot be written
   */
  static Recorded record(
      Workload workload,
      MachineFactory machines,
      String profile,
      long seed,
      Path out,
      Writing writing)
      throws IOException {
    long start = System.nanoTime();
    MachineSpec spec = spec(workload, machines, profile, seed);
    Recorded recorded;
    try (LeftOpen left = new LeftOpen(out);
        TapeWriter writer = writing.begin(out, manifest(workload, machines, spec))) {
      Outcome outcome = run(workload, machines, spec, writing.telling(writer));
      Manifest sealed = writer.seal();
      recorded = new Recorded(sealed, outcome, (System.nanoTime() - start) / 1e9);
    } catch (MachineRefusedException e) {
      Recordings.remove(out); // nothing was recorded
      throw e;
    }
    if (Tape.isLong(recorded.manifest().totals().events())) {
      keepIndex(out);
    }
    return recorded;
  }

  /** Now its journal is in memory; who opens it later would read all of it to find its blocks. */
  private static void keepIndex(Path recording) throws TapeException {
    try (Tape tape = Tape.open(recording)) {
      tape.keepIndex();
    }
  }

  private static Outcome run(
      Workload workload, MachineFactory machines, MachineSpec spec, EventSink sink) {
    RecordingVmm vmm = RecordingVmm.of(machines, spec, sink);
    try (vmm) {
      Outcome outcome = new WorkloadRunner(workload, vmm, spec.seed(), spec.profile()).run();
      vmm.finish();
      return outcome;
    }
  }

  private static MachineSpec spec(
      Workload workload, MachineFactory machines, String profile, long seed) {
    if (!machines.profiles().contains(profile)) {
      throw new UsageException(
          "no profile " + profile + "; there are " + String.join(", ", machines.profiles()));
    }
    if (!workload.runsOn(profile)) {
      throw new UsageException(
          "workload %s is for %s, not for %s; choose one with --profile"
              .formatted(workload.name(), String.join(" and ", workload.profiles()), profile));
    }
    MachineRequest machine = workload.machine();
    return new MachineSpec(
        profile, machine.vendor(), machine.tdxModule(), machine.role(), seed, false);
  }

  private static Manifest manifest(Workload workload, MachineFactory machines, MachineSpec spec) {
    return Manifest.of(Manifest.Source.SIM, spec.profile())
        .withTool(Version.TOOL)
        .withMachine(spec.vendor(), spec.tdxModule(), spec.role())
        .withSimulator(machines.build())
        .withWorkload(workload.name(), spec.seed());
  }
}
