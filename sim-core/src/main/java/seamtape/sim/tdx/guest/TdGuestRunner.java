package seamtape.sim.tdx.guest;

import java.util.function.LongSupplier;
import seamtape.machine.NestedCalls;
import seamtape.sim.tdx.Registers;
import seamtape.sim.tdx.TdGuest;
import seamtape.sim.tdx.TdVcpu;
import seamtape.sim.tdx.TdxModule;

/** Runs the guests of a module's TDs; each vCPU keeps how it goes on. */
public final class TdGuestRunner implements TdGuest {
  final GuestCalls calls;
  final LongSupplier tsc;
  TdxModule module;
  private long budget = 1;
  private long executed = 1;

  /**
   * @param tsc the host's time stamp counter
   */
  public TdGuestRunner(NestedCalls nested, LongSupplier tsc) {
    this.calls = new GuestCalls(nested);
    this.tsc = tsc;
  }

  @Override
  public void attach(TdxModule attached) {
    module = attached;
  }

  @Override
  public void serve(int tid) {
    calls.serve(tid);
  }

  @Override
  public long tsc() {
    return tsc.getAsLong();
  }

  @Override
  public void budget(long instructions) {
    budget = instructions;
  }

  @Override
  public long executed() {
    return executed;
  }

  @Override
  public void run(int lp, TdVcpu vcpu, Registers regs) {
    if (vcpu.execution == null) {
      vcpu.execution = new VcpuExecution(this, vcpu);
    }
    executed = vcpu.execution.run(regs.gpr, budget);
  }
}
