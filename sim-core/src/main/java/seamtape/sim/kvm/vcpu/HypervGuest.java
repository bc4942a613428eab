package seamtape.sim.kvm.vcpu;

import seamtape.catalog.HypervHypercall;

/** What a vCPU's CPUID and MSRs let its guest do of Hyper-V's interface. */
public final class HypervGuest {
  private static final int FEATURES = 0x4000_0003;
  private static final int ENLIGHTENMENTS = 0x4000_0004;
  private static final int SYNDBG_CAPABILITIES = 0x4000_0082;
  private static final int SYNDBG_OPTIONS_MSR = 0x4000_00ff;
  private static final int EAX = 0;
  private static final int EBX = 1;
  private static final int EDX = 3;
  private static final int POST_MESSAGES = 1 << 4;
  private static final int SIGNAL_EVENTS = 1 << 5;
  private static final int DEBUGGING = 1 << 11;
  private static final int EXTENDED_HYPERCALLS = 1 << 20;
  private static final int REMOTE_TLB_FLUSH = 1 << 2;
  private static final int CLUSTER_IPI = 1 << 10;
  private static final int EX_PROCESSOR_MASKS = 1 << 11;
  private static final int XMM_INPUT = 1 << 4;
  private static final int KERNEL_DEBUGGING = 1 << 1;
  private static final long USE_HYPERCALLS = 1 << 2;
  private static final int XMM_REGISTERS = 6;

  private final Vcpu vcpu;

  public HypervGuest(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  /** The guest has told its id and set up the hypercall page. */
  public boolean hypercallsEnabled() {
    return vcpu.vm().hyperv().hypercallsEnabled() && vcpu.msrs.hyperv.enabled();
  }

  /** Where KVM_CAP_HYPERV_ENFORCE_CPUID holds, a call needs its CPUID bit. */
  public boolean mayCall(HypervHypercall row) {
    if (!vcpu.enforceHypervCpuid) {
      return true;
    }
    return switch (row) {
      case HVCALL_NOTIFY_LONG_SPIN_WAIT -> {
        int retries = vcpu.cpuid.register(ENLIGHTENMENTS, 0, EBX);
        yield retries != 0 && retries != -1;
      }
      case HVCALL_POST_MESSAGE -> has(FEATURES, EBX, POST_MESSAGES);
      case HVCALL_SIGNAL_EVENT -> has(FEATURES, EBX, SIGNAL_EVENTS);
      case HVCALL_POST_DEBUG_DATA, HVCALL_RETRIEVE_DEBUG_DATA, HVCALL_RESET_DEBUG_SESSION ->
          // Without a debugger the call itself does not exist.
          !debuggerActive() || has(FEATURES, EBX, DEBUGGING);
      case HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST ->
          has(ENLIGHTENMENTS, EAX, REMOTE_TLB_FLUSH);
      case HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX, HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX ->
          has(ENLIGHTENMENTS, EAX, EX_PROCESSOR_MASKS)
              && has(ENLIGHTENMENTS, EAX, REMOTE_TLB_FLUSH);
      case HVCALL_SEND_IPI -> has(ENLIGHTENMENTS, EAX, CLUSTER_IPI);
      case HVCALL_SEND_IPI_EX ->
          has(ENLIGHTENMENTS, EAX, EX_PROCESSOR_MASKS) && has(ENLIGHTENMENTS, EAX, CLUSTER_IPI);
      case HV_EXT_CALL_QUERY_CAPABILITIES, HV_EXT_CALL_RANGE ->
          has(FEATURES, EBX, EXTENDED_HYPERCALLS);
      default -> true;
    };
  }

  public boolean mayUseXmm() {
    return !vcpu.enforceHypervCpuid || has(FEATURES, EDX, XMM_INPUT);
  }

  public boolean debuggerActive() {
    return has(SYNDBG_CAPABILITIES, EAX, KERNEL_DEBUGGING);
  }

  public boolean debuggerUsesHypercalls() {
    return (vcpu.msrs.hyperv.stored(SYNDBG_OPTIONS_MSR) & USE_HYPERCALLS) != 0;
  }

  private boolean has(int leaf, int register, int bit) {
    return (vcpu.cpuid.register(leaf, 0, register) & bit) != 0;
  }

  /** Copies XMM0 to XMM5, a fast call's input after its first two values. */
  public void xmm(byte[] target, int offset) {
    vcpu.fpu.copyXmm(target, offset, XMM_REGISTERS * 16);
  }
}
