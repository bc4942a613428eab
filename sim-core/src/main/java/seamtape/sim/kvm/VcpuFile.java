package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOTTY;

import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.sim.kvm.vcpu.Vcpu;
import seamtape.sim.kvm.vcpu.VcpuIoctls;

/**
 * The fd of a vCPU: kvm_vcpu_ioctl. Its mutex admits one thread at a time; a thread that finds it
 * taken waits, and begins its call when it is resumed.
 */
public final class VcpuFile extends KernelFile {
  private final VcpuRunner runner;
  private final Vm vm;

  /** The thread in KVM_RUN holds the mutex. */
  private boolean locked;

  VcpuFile(VcpuRunner runner) {
    this.runner = runner;
    this.vm = runner.vm();
    vm.hold();
  }

  /**
   * True when a call can begin: nobody else's KVM_RUN is in flight, or the call is answered first.
   */
  public boolean admits(int request) {
    return !locked || (request >>> 8 & 0xff) != Limits.KVMIO || unlocked(request);
  }

  /** kvm_arch_vcpu_unlocked_ioctl: commands of a TD never wait for the mutex. */
  private boolean unlocked(int request) {
    return vm.tdx != null && request == KvmIoctl.KVM_MEMORY_ENCRYPT_OP.number();
  }

  /** Begins KVM_RUN: a result, or {@link Machine#IN_PROGRESS}, which keeps the mutex. */
  public long run(int tid, long arg, ScriptedExit script, long instructions) {
    if (vm.dead()) {
      return EIO.result();
    }
    if (arg != 0) {
      return EINVAL.result();
    }
    runner.stats.count(VcpuStats.Name.FPU_RELOAD);
    runner.requests().pages().loaded();
    return keepLocked(runner.start(tid, script, instructions));
  }

  /** Goes on with the KVM_RUN in flight. */
  public long advance(boolean signalled, long instructions) {
    if (signalled) {
      runner.stats.count(VcpuStats.Name.SIGNAL_EXITS);
    }
    return keepLocked(runner.advance(signalled, instructions));
  }

  private long keepLocked(long result) {
    locked = result == Machine.IN_PROGRESS;
    runner.running(locked);
    return result;
  }

  @Override
  public long ioctl(int request, long arg) {
    if (vm.dead()) {
      return EIO.result();
    }
    KvmIoctl row = KvmIoctl.byNumber(request).orElse(null);
    if (row == null || !row.on().contains(FdKind.VCPU) || row.gone()) {
      return EINVAL.result();
    }
    return switch (row) {
      case KVM_GET_STATS_FD -> vm.host.files.install(StatsFile.ofVcpu(runner));
      case KVM_GET_MP_STATE -> {
        runner.acceptEvents();
        yield VcpuIoctls.handle(row, runner.state(), arg, vm.host.user);
      }
      case KVM_MEMORY_ENCRYPT_OP -> memoryEncryptOp(arg);
      default -> VcpuIoctls.handle(row, runner.state(), arg, vm.host.user);
    };
  }

  /** An ioctl that reads, without the trace that a read leaves: queued NMIs, INIT and SIPI stay. */
  public long inspect(int request, long arg) {
    Vcpu state = runner.state();
    boolean pending = state.cpu.nmiPending;
    int queued = state.nmisQueued;
    boolean mpState = request == KvmIoctl.KVM_GET_MP_STATE.number() && !vm.dead();
    long result =
        mpState
            ? VcpuIoctls.handle(KvmIoctl.KVM_GET_MP_STATE, state, arg, vm.host.user)
            : ioctl(request, arg);
    state.cpu.nmiPending = pending;
    state.nmisQueued = queued;
    return result;
  }

  private long memoryEncryptOp(long arg) {
    if (!vm.host.profile.vcpuMemoryEncryptOp()) {
      return EINVAL.result();
    }
    VendorOps.VcpuOp op = vm.host.ops.vcpuMemEncIoctl();
    return op == null ? ENOTTY.result() : op.ioctl(runner, arg);
  }

  @Override
  protected void release() {
    vm.drop();
  }

  /** The mapping always succeeds; pages beyond the end fault when they are touched. */
  @Override
  public long checkMmap(long prot, long flags, long length, long offset) {
    return 0;
  }

  @Override
  public byte[] page(long index) {
    return runner.page(index);
  }

  @Override
  public FdKind kind() {
    return FdKind.VCPU;
  }

  @Override
  public String link() {
    return "anon_inode:kvm-vcpu:" + runner.id();
  }

  @Override
  public long subject() {
    return runner.subject();
  }
}
