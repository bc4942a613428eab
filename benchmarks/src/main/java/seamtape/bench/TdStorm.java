package seamtape.bench;

import java.util.Map;
import seamtape.event.EventSink;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.sim.Simulator;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/**
 * The bundled workload td-io-storm, its TD built and at its first exit to user space: each {@link
 * #run} is the whole storm again, to the next such exit.
 */
final class TdStorm {
  /** Turns of the guest's loop in a run. */
  static final int TURNS = 10_000;

  /**
   * Calls of a run: four a turn (a TDCALL that the module serves; TDH.VP.ENTER, TDCALL and TDVMCALL
   * of a port write), and the same three and KVM_RUN of the write that leaves to user space.
   */
  static final int CALLS = 4 * TURNS + 4;

  private final Forwarding vmm;

  private TdStorm(Forwarding vmm) {
    this.vmm = vmm;
    new WorkloadRunner(workload(), vmm, 1).run();
    vmm.requireExit();
  }

  private static Workload workload() {
    try {
      return WorkloadFile.read("td-io-storm", Map.of("count", Integer.toString(TURNS)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static MachineSpec spec(String profile) {
    return new MachineSpec(profile, "intel", "1.5", "bare", 1, false);
  }

  static TdStorm unrecorded(String profile) {
    PagedMemory memory = new PagedMemory();
    Machine machine = new Simulator().create(spec(profile), memory, NestedCalls.NONE);
    return new TdStorm(new Forwarding(machine, memory));
  }

  static TdStorm recorded(String profile, EventSink sink) {
    RecordingVmm vmm = RecordingVmm.of(new Simulator(), spec(profile), sink);
    return new TdStorm(new Forwarding(vmm, vmm.memory()));
  }

  /** One KVM_RUN, of {@link #CALLS} calls. */
  long run() {
    return vmm.again();
  }

  void close() {
    vmm.close();
  }
}
