package seamtape.recorder.log;

import seamtape.catalog.FdKind;
import seamtape.event.Subject;

/** What an fd of the recorded process stands for. */
public final class KvmFd {
  private final FdKind kind;
  private final int vm;
  private final int vcpu;
  private boolean open = true;

  /**
   * @param vm number in the order of creation; -1 for the system and for an eventfd
   * @param vcpu vCPU id; -1 for what belongs to a VM
   */
  KvmFd(FdKind kind, int vm, int vcpu) {
    this.kind = kind;
    this.vm = vm;
    this.vcpu = vcpu;
  }

  KvmFd copy() {
    KvmFd copy = new KvmFd(kind, vm, vcpu);
    copy.open = open;
    return copy;
  }

  public FdKind kind() {
    return kind;
  }

  public int vm() {
    return vm;
  }

  public int vcpu() {
    return vcpu;
  }

  /** False after a close; a log of several processes may still use it. */
  public boolean open() {
    return open;
  }

  void close() {
    open = false;
  }

  void reopen() {
    open = true;
  }

  /** See {@link Subject}. */
  public long subject() {
    if (vm < 0) {
      return Subject.SYSTEM;
    }
    return vcpu < 0 ? Subject.vm(vm) : Subject.vcpu(vm, vcpu);
  }
}
