package seamtape.sim.kvm;

import java.util.Arrays;
import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.event.Actor;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus.Answer;

/**
 * kvm_emulate_hypercall: a call goes to Xen's interface where the VM intercepts it, else to
 * Hyper-V's where the guest has switched it on, else to KVM's own. Each is told to the recording as
 * a call of its family, those that user space serves when their answer is there.
 */
final class Hypercalls {
  private static final long LOW_HALF = 0xffff_ffffL;

  /** Bit of RAX by which a guest of both interfaces marks the calls that are Hyper-V's. */
  private static final long HYPERV_MARK = 0x8000_0000L;

  private final VcpuRunner runner;
  private final CpuState cpu;
  private final KvmHypercalls kvm;
  private final HypervHypercalls hyperv;
  private final XenHypercalls xen;
  private final long actor;

  /** Fields of the call at hand; only the first {@link #length} count. */
  final long[] in = new long[8];

  private final long[] out = new long[1];
  private int length;

  /** Linear address of the instruction that left. */
  private long leftAt;

  private Call row;

  Hypercalls(VcpuRunner runner) {
    this.runner = runner;
    this.cpu = runner.state().cpu;
    this.kvm = new KvmHypercalls(this, runner);
    this.hyperv = new HypervHypercalls(this, runner);
    this.xen = new XenHypercalls(this, runner);
    this.actor = Actor.vcpu(runner.vm().number, runner.id());
  }

  /** VMCALL or VMMCALL: answered in registers, left to user space, or refused with #UD. */
  Answer emulate() {
    if (runner.vm().tdx != null) {
      // tdx_emulate_vmcall: the other interfaces have no way into a TD.
      return kvm.emulate();
    }
    if (runner.vm().xen.interceptsHypercalls()) {
      boolean marked = (cpu.gpr[CpuState.RAX] & HYPERV_MARK) != 0;
      return marked && hyperv.enabled() ? hyperv.emulate() : xen.emulate();
    }
    return hyperv.enabled() ? hyperv.emulate() : kvm.emulate();
  }

  /** Notes the call: its row and in-fields are in {@link #in}. */
  void call(Call called, int fields) {
    row = called;
    length = fields;
  }

  /** Tells a call that the kernel has answered. */
  void answered(long result) {
    enter();
    returns(result);
  }

  /** Tells that a call begins, for those inside which other things happen. */
  void enter() {
    // Rows have as many fields as their interface has registers; the rest of the array is spare.
    long[] fields = length == in.length ? in : Arrays.copyOf(in, length);
    runner
        .vm()
        .host
        .nested
        .enter(runner.tid(), actor, row.family().ordinal(), row.number(), fields);
  }

  void returns(long result) {
    out[0] = result;
    runner.vm().host.nested.returns(runner.tid(), out);
  }

  /** The exit of the call that was left to user space. */
  void exit(ExitWriter exits) {
    leftAt = linearRip();
    switch (row.family()) {
      case XEN_HYPERCALL ->
          exits.xenHypercall(xen.number(), xen.parameters(), cpu.longMode64(), cpu.cpl());
      case HYPERV_HYPERCALL -> exits.hypervHypercall(hyperv.operands());
      default -> exits.hypercall(number(), in, cpu.longMode64());
    }
  }

  private long linearRip() {
    return cpu.longMode64() ? cpu.rip : cpu.segments[CpuState.CS].base + cpu.rip & LOW_HALF;
  }

  /** User space has moved the guest since: it does not see the answer of a Xen hypercall. */
  boolean dropsAnswer() {
    return row.family() == Family.XEN_HYPERCALL && linearRip() != leftAt;
  }

  /**
   * User space has answered the call that it got.
   *
   * @return what RAX becomes
   */
  long complete(ExitWriter exits) {
    long result =
        switch (row.family()) {
          case XEN_HYPERCALL -> exits.xenResult();
          case HYPERV_HYPERCALL -> hyperv.completed(exits.hypervResult());
          default -> exits.hypercallResult();
        };
    answered(result);
    return result;
  }

  /** RAX, as wide as the mode. */
  long number() {
    return cut(cpu.gpr[CpuState.RAX]);
  }

  long register(int index) {
    return cut(cpu.gpr[index]);
  }

  private long cut(long value) {
    return cpu.longMode64() ? value : value & LOW_HALF;
  }

  void result(long value) {
    cpu.gpr[CpuState.RAX] = cut(value);
  }
}
