package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOMEM;
import static seamtape.sim.marshal.CallShape.PLAIN;
import static seamtape.sim.marshal.CallShape.RET;

import java.util.Arrays;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.kvm.vcpu.Vcpu;
import seamtape.sim.marshal.ArgsLayout;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.marshal.ModuleArgs;
import seamtape.sim.tdx.PhysicalMemory;

/** struct vcpu_tdx: a vCPU of a TD. */
public final class VcpuTdx {
  private static final long SUCCESS = TdxStatus.TDX_SUCCESS.value();
  private static final int NO_LP = -1;

  /** VMCS fields, class 0 of the metadata of a vCPU. */
  private static final long SHARED_EPT_POINTER = 0x203c;

  private static final long POSTED_INTR_NV = 0x0002;
  private static final long POSTED_INTR_DESC_ADDR = 0x2016;
  private static final long PIN_BASED_VM_EXEC_CONTROL = 0x4000;
  private static final long PIN_BASED_POSTED_INTR = 1 << 7;
  private static final long POSTED_INTR_VECTOR = 0xf2;

  final KvmTdx tdx;
  final Vcpu state;

  /** The vCPU's register file: what the exit handlers read and write. */
  final long[] gpr;

  private final TdxHost host;
  private final ModuleArgs args;
  private final boolean passedAsItIs;
  private long[] pages = {};
  private long postedInterrupts = PhysicalMemory.NONE;
  private boolean initialized;
  private boolean eptpSet;
  private long lastStatus;

  /** The processor whose caches may hold its state; the module must be told when it changes. */
  private int lastLp = NO_LP;

  public VcpuTdx(KvmTdx tdx, Vcpu state) {
    this.tdx = tdx;
    this.host = tdx.host;
    this.state = state;
    this.gpr = state.cpu.gpr;
    Arrays.fill(gpr, 0);
    ArgsLayout layout = TdxHost.layout(host.profile);
    passedAsItIs = layout.isRegisterFile();
    args = passedAsItIs ? new ModuleArgs(layout, gpr) : new ModuleArgs(layout);
    state.guestStateProtected = true;
  }

  boolean initialized() {
    return initialized;
  }

  public long tdvpr() {
    return pages.length == 0 ? PhysicalMemory.NONE : pages[0];
  }

  private boolean call(Seamcall leaf, int version, long rcx, long rdx, long r8) {
    return host.seamcalls.call(host.lp(), leaf, version, PLAIN, rcx, rdx, r8, 0) == SUCCESS;
  }

  private boolean write(long field, long value, long mask) {
    long status =
        host.seamcalls.call(host.lp(), Seamcall.TDH_VP_WR, RET, tdvpr(), field, value, mask);
    return status == SUCCESS;
  }

  /** KVM_TDX_INIT_VCPU after the checks of TD and command (tdx_vcpu_init). */
  long initialize(long initialRcx) {
    if (initialized || !state.enterX2apicMode()) {
      return EINVAL.result();
    }
    long error = create(initialRcx);
    if (error != 0) {
      return error;
    }
    lastLp = host.lp();
    postedInterrupts = host.memory.allocate();
    boolean written =
        write(POSTED_INTR_NV, POSTED_INTR_VECTOR, 0xffff)
            && write(POSTED_INTR_DESC_ADDR, postedInterrupts, -1)
            && write(PIN_BASED_VM_EXEC_CONTROL, PIN_BASED_POSTED_INTR, PIN_BASED_POSTED_INTR);
    if (!written) {
      return tdx.bug();
    }
    state.mpState = Vcpu.MP_STATE_RUNNABLE;
    initialized = true;
    return 0;
  }

  /** tdx_td_vcpu_init: TDVPR, its TDCX pages, VP.INIT version 1 with the x2APIC id. */
  private long create(long initialRcx) {
    pages = new long[host.info().tdvpsPages()];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = host.memory.allocate();
      if (pages[i] == PhysicalMemory.NONE) {
        return ENOMEM.result();
      }
    }
    boolean done = call(Seamcall.TDH_VP_CREATE, 0, pages[0], tdx.tdr, 0);
    for (int i = 1; done && i < pages.length; i++) {
      done = call(Seamcall.TDH_VP_ADDCX, 0, pages[i], pages[0], 0);
    }
    done = done && call(Seamcall.TDH_VP_INIT, 1, pages[0], initialRcx, state.id());
    return done ? 0 : tdx.bug();
  }

  /** tdx_vcpu_load and tdx_load_mmu_pgd: before guest entry. */
  private boolean load(int lp) {
    if (lastLp != lp) {
      flush();
      lastLp = lp;
    }
    eptpSet = eptpSet || write(SHARED_EPT_POINTER, tdx.sharedEptRoot, -1);
    return eptpSet;
  }

  /** tdx_flush_vp on the processor where the vCPU was last. */
  void flush() {
    if (initialized && lastLp != NO_LP) {
      host.seamcalls.call(lastLp, Seamcall.TDH_VP_FLUSH, PLAIN, tdvpr(), 0);
      lastLp = NO_LP;
    }
  }

  /**
   * tdx_vcpu_enter_exit: TDH.VP.ENTER with the vCPU's registers, copied to and from the argument
   * struct where its layout is not that of the register file.
   *
   * @return the completion status
   */
  long enter() {
    int lp = host.lp();
    if (!load(lp)) {
      return TdxStatus.TDX_SEAMCALL_GP.value();
    }
    gpr[Gpr.RCX] = tdvpr();
    if (passedAsItIs) {
      lastStatus = host.seamcalls.enter(lp, args, 0, 0);
    } else {
      int copied = args.copyFrom(gpr);
      lastStatus = host.seamcalls.enter(lp, args, copied, copied);
      args.copyTo(gpr);
    }
    return lastStatus;
  }

  /** The status of the last guest entry. */
  long lastStatus() {
    return lastStatus;
  }

  /** The processor of the last guest entry. */
  int lastLp() {
    return lastLp;
  }

  /** tdx_vcpu_free, once the TD's key is gone. */
  void release() {
    for (int i = pages.length - 1; i >= 0; i--) {
      if (pages[i] != PhysicalMemory.NONE) {
        host.seamcalls.call(host.lp(), Seamcall.TDH_PHYMEM_PAGE_RECLAIM, RET, pages[i], 0);
        host.memory.free(pages[i]);
      }
    }
    pages = new long[0];
    if (postedInterrupts != PhysicalMemory.NONE) {
      host.memory.free(postedInterrupts);
      postedInterrupts = PhysicalMemory.NONE;
    }
  }
}
