package seamtape.sim.kvm;

import seamtape.catalog.Errno;
import seamtape.catalog.XenHypercall;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus.Answer;
import seamtape.sim.kvm.vcpu.Vcpu;

/** Xen's hypercalls under KVM: a few of the kernel's, all others user space's. */
final class XenHypercalls {
  private static final int[] WIDE = {CpuState.RDI, CpuState.RSI, CpuState.RDX, 10, 8, 9};
  private static final int[] NARROW = {
    CpuState.RBX, CpuState.RCX, CpuState.RDX, CpuState.RSI, CpuState.RDI, CpuState.RBP
  };
  private static final int PARAMS = 6;

  /** No result of a hypercall: user space serves it. */
  private static final long EXITS = Long.MIN_VALUE;

  private static final int POLL_SIZE = 24;
  private static final int POLL_SIZE_32 = 16;
  private static final int MAX_POLLED = 128;
  private static final int TIMER_SIZE = 16;
  private static final int TIMER_SIZE_32 = 12;

  private final Hypercalls calls;
  private final VcpuRunner runner;
  private final Vcpu vcpu;
  private final CpuState cpu;
  private final long[] in;
  private final byte[] input = new byte[MAX_POLLED * 4];
  private final long[] parameters = new long[PARAMS];
  private long number;

  XenHypercalls(Hypercalls calls, VcpuRunner runner) {
    this.calls = calls;
    this.runner = runner;
    this.vcpu = runner.state();
    this.cpu = vcpu.cpu;
    this.in = calls.in;
  }

  /** RAX of the call at hand. */
  long number() {
    return number;
  }

  long[] parameters() {
    return parameters;
  }

  Answer emulate() {
    number = calls.number();
    int[] registers = cpu.longMode64() ? WIDE : NARROW;
    for (int i = 0; i < PARAMS; i++) {
      parameters[i] = calls.register(registers[i]);
    }
    System.arraycopy(parameters, 0, in, 0, PARAMS);
    XenHypercall row = XenHypercall.of(number, in[0]);
    long result = cpu.cpl() > 0 ? EXITS : serve(row);
    note(row);
    if (result == EXITS) {
      return Answer.EXIT;
    }
    calls.answered(result);
    calls.result(result);
    return Answer.DONE;
  }

  /** An unknown number is the first field of its row. */
  private void note(XenHypercall row) {
    boolean unknown = row == XenHypercall.XEN_UNKNOWN;
    if (unknown) {
      System.arraycopy(in, 0, in, 1, PARAMS);
      in[0] = number;
    }
    calls.call(row, unknown ? PARAMS + 1 : PARAMS);
  }

  private long serve(XenHypercall row) {
    XenVm xen = runner.vm().xen;
    return switch (row) {
      case XEN_XEN_VERSION_VERSION -> xen.version() != 0 ? xen.version() : EXITS;
      case XEN_EVENT_CHANNEL_OP_SEND -> send(xen);
      case XEN_SCHED_OP_YIELD -> 0;
      case XEN_SCHED_OP_POLL -> poll(xen);
      case XEN_VCPU_OP_SET_SINGLESHOT_TIMER -> vcpu.xen.timerPort == 0 ? EXITS : setTimer();
      case XEN_VCPU_OP_STOP_SINGLESHOT_TIMER -> vcpu.xen.timerPort == 0 ? EXITS : stopTimer();
      case XEN_SET_TIMER_OP -> vcpu.xen.timerPort == 0 ? EXITS : setTimer(timeout());
      default -> EXITS;
    };
  }

  private long send(XenVm xen) {
    if (!vcpu.readLinear(in[1], input, 4)) {
      return Errno.EFAULT.result();
    }
    return xen.ports().send(u32(0)) ? 0 : EXITS;
  }

  private int u32(int at) {
    return input[at] & 0xff
        | (input[at + 1] & 0xff) << 8
        | (input[at + 2] & 0xff) << 16
        | input[at + 3] << 24;
  }

  /**
   * Without a LAPIC or event channels it yields; else the vCPU is halted until one of the ports is
   * pending, the time (nanoseconds from now, as KVM takes it) is over, or anything wakes it.
   */
  private long poll(XenVm xen) {
    if (runner.lapic() == null || !xen.sendsEvents()) {
      return 0;
    }
    boolean wide = cpu.longMode64();
    if (!vcpu.readLinear(in[1], input, wide ? POLL_SIZE : POLL_SIZE_32)) {
      return Errno.EFAULT.result();
    }
    long ports = u32(0) & 0xffff_ffffL | (wide ? (long) u32(4) << 32 : 0);
    int count = u32(wide ? 8 : 4);
    int at = wide ? 16 : 8;
    long timeout = u32(at) & 0xffff_ffffL | (long) u32(at + 4) << 32;
    if (Integer.compareUnsigned(count, MAX_POLLED) > 0) {
      return Errno.EINVAL.result();
    }
    if (count > 0 && !vcpu.readLinear(ports, input, count * 4)) {
      return Errno.EFAULT.result();
    }
    int[] polled = new int[count];
    for (int i = 0; i < count; i++) {
      polled[i] = u32(4 * i);
      if (!xen.isPort(polled[i])) {
        return Errno.EINVAL.result();
      }
    }
    vcpu.xen.poll(polled, pollEnds(timeout));
    if (xen.pollEnds(vcpu)) {
      vcpu.xen.poll(null, 0);
    } else {
      vcpu.mpState = Vcpu.MP_STATE_HALTED;
    }
    return 0;
  }

  /** 0, which is never, for no timeout and for one beyond the end of the clock. */
  private long pollEnds(long timeout) {
    long end = runner.vm().clock.nanos() + timeout;
    return timeout <= 0 || end <= 0 ? 0 : end;
  }

  /** In 32-bit mode in two registers. */
  private long timeout() {
    return cpu.longMode64() ? in[0] : in[0] | in[1] << 32;
  }

  private long setTimer() {
    if ((int) in[1] != vcpu.xen.id) {
      return Errno.EINVAL.result();
    }
    if (!vcpu.readLinear(in[2], input, cpu.longMode64() ? TIMER_SIZE : TIMER_SIZE_32)) {
      return Errno.EFAULT.result();
    }
    return setTimer(u32(0) & 0xffff_ffffL | (long) u32(4) << 32);
  }

  /** By kvmclock; 0 stops it. */
  private long setTimer(long expires) {
    vcpu.xen.timerExpires = expires;
    return 0;
  }

  private long stopTimer() {
    return (int) in[1] == vcpu.xen.id ? setTimer(0) : Errno.EINVAL.result();
  }
}
