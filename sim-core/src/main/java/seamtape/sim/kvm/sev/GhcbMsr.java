package seamtape.sim.kvm.sev;

import seamtape.catalog.KvmExit;
import seamtape.machine.Machine;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.kvm.ExitWriter;
import seamtape.sim.kvm.vcpu.SevVcpu;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * Requests that fit into the GHCB MSR, for a guest without a page: the code in bits 11:0, the
 * answer's in its place. What KVM does not know stays as it is.
 */
final class GhcbMsr {
  static final int CODE_MASK = 0xfff;
  private static final int SEV_INFO_RESPONSE = 0x001;
  private static final int SEV_INFO = 0x002;
  private static final int CPUID = 0x004;
  private static final int AP_RESET_HOLD = 0x006;
  private static final int PREFERRED_GPA = 0x010;
  private static final int REGISTER_GPA = 0x012;
  private static final int PAGE_STATE_CHANGE = 0x014;
  private static final int HYPERVISOR_FEATURES = 0x080;
  private static final int TERMINATION = 0x100;

  private static final int C_BIT_NUMBER = Long.numberOfTrailingZeros(SevVm.C_BIT);
  private static final int VALUE_SHIFT = 12;
  private static final long VALUE_MASK = -1L >>> VALUE_SHIFT;
  private static final long NO_PREFERENCE = VALUE_MASK;

  /** KVM_SYSTEM_EVENT_SEV_TERM. */
  private static final int SEV_TERMINATION = 6;

  private final SevVm sev;
  private final Vcpu state;
  private final GuestBus bus;
  private final ExitWriter exits;
  private final PageStateChange pages;
  private final int[] cpuid = new int[4];

  /** The exit that user space has to answer is a page state change. */
  private boolean changing;

  GhcbMsr(SevVm sev, Vcpu state, GuestBus bus, ExitWriter exits, PageStateChange pages) {
    this.sev = sev;
    this.state = state;
    this.bus = bus;
    this.exits = exits;
    this.pages = pages;
  }

  /** What the MSR holds after a reset: the protocol's versions and the place of the C-bit. */
  static long reset(int version) {
    return (long) version << 48 | 1L << 32 | (long) C_BIT_NUMBER << 24 | SEV_INFO_RESPONSE;
  }

  /** IN_PROGRESS when the guest goes on, 0 for an exit. */
  long handle() {
    long request = state.ghcbMsr;
    switch ((int) request & CODE_MASK) {
      case SEV_INFO -> state.ghcbMsr = reset(sev.ghcbVersion);
      case CPUID -> identify(request);
      case AP_RESET_HOLD -> {
        answer(AP_RESET_HOLD, 0);
        return hold();
      }
      case HYPERVISOR_FEATURES -> {
        if (sev.module.profile().sevSnp()) {
          answer(HYPERVISOR_FEATURES, Vmgexit.FEATURES);
        }
      }
      case PREFERRED_GPA, REGISTER_GPA, PAGE_STATE_CHANGE -> {
        return snpRequest(request);
      }
      case TERMINATION -> {
        return terminate();
      }
      default -> {
        // Neither an answer nor an error: the guest finds its own request.
      }
    }
    return Machine.IN_PROGRESS;
  }

  private void answer(int code, long value) {
    state.ghcbMsr = value << VALUE_SHIFT | code + 1;
  }

  /** Function in bits 63:32; EAX to EDX by bits 31:30. */
  private void identify(long request) {
    bus.cpuid((int) (request >>> 32), 0, cpuid);
    long register = request >>> 30 & 3;
    long value = Integer.toUnsignedLong(cpuid[(int) register]);
    state.ghcbMsr = value << 32 | register << 30 | CPUID + 1;
  }

  private long hold() {
    state.sev.held = SevVcpu.Held.BY_MSR;
    return resetHold(state, exits);
  }

  /** kvm_emulate_ap_reset_hold: until a SIPI, by the LAPIC of the kernel or by user space. */
  static long resetHold(Vcpu state, ExitWriter exits) {
    if (state.lapic == null) {
      exits.reason(KvmExit.KVM_EXIT_AP_RESET_HOLD);
      return 0;
    }
    state.mpState = Vcpu.MP_STATE_AP_RESET_HOLD;
    return Machine.IN_PROGRESS;
  }

  private long snpRequest(long request) {
    if (!sev.module.profile().sevSnp()) {
      return Machine.IN_PROGRESS;
    }
    if (!sev.snpGuest()) {
      return terminate();
    }
    return switch ((int) request & CODE_MASK) {
      case PREFERRED_GPA -> {
        answer(PREFERRED_GPA, NO_PREFERENCE);
        yield Machine.IN_PROGRESS;
      }
      case REGISTER_GPA -> {
        state.sev.registeredGpa = request & ~CODE_MASK;
        answer(REGISTER_GPA, request >>> VALUE_SHIFT);
        yield Machine.IN_PROGRESS;
      }
      default -> changeState(request);
    };
  }

  /** Frame in bits 51:12, operation in bits 55:52. */
  private long changeState(long request) {
    int operation = (int) (request >>> 52) & 0xf;
    boolean known = operation == PageStateChange.PRIVATE || operation == PageStateChange.SHARED;
    if (!known || !pages.possible()) {
      return changed(false);
    }
    long gfn = request >>> VALUE_SHIFT & 0xff_ffff_ffffL;
    pages.exit(gfn, 1, operation == PageStateChange.PRIVATE, false);
    changing = true;
    return 0;
  }

  private long changed(boolean done) {
    state.ghcbMsr = (done ? 0 : 1L << 32) | PAGE_STATE_CHANGE + 1;
    return Machine.IN_PROGRESS;
  }

  long terminate() {
    exits.systemEvent(SEV_TERMINATION, state.ghcbMsr);
    return 0;
  }

  /** User space has answered. */
  void complete() {
    if (changing) {
      changing = false;
      changed(exits.hypercallResult() == 0);
    }
  }

  /** A SIPI ends AP reset hold: the answer is no longer 0. */
  static void started(Vcpu state) {
    state.ghcbMsr = 1L << VALUE_SHIFT | AP_RESET_HOLD + 1;
  }
}
