package seamtape.sim;

import static seamtape.catalog.Errno.EAGAIN;
import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Subject;
import seamtape.machine.Descriptors;
import seamtape.machine.Inspection;
import seamtape.machine.Machine;
import seamtape.machine.RmpRange;
import seamtape.machine.ScriptedExits;
import seamtape.sim.kvm.EventFd;
import seamtape.sim.kvm.FileIoctls;
import seamtape.sim.kvm.Host;
import seamtape.sim.kvm.KernelFile;
import seamtape.sim.kvm.MiscDevices;
import seamtape.sim.kvm.ScriptedExit;
import seamtape.sim.kvm.VcpuFile;
import seamtape.sim.kvm.VirtualTime;
import seamtape.sim.kvm.VmFile;

/** System calls of one VMM process: its fds and threads in front of the simulated kernel. */
final class SimulatedMachine implements Machine, ScriptedExits, Inspection, Descriptors {
  private static final int KVM_RUN = KvmIoctl.KVM_RUN.number();

  /** A thread's ioctl that has not returned. */
  private static final class CallInFlight {
    final VcpuFile vcpu;
    final int request;
    final long arg;

    /** False while the thread waits for the vCPU's mutex. */
    boolean began;

    boolean signalled;

    CallInFlight(VcpuFile vcpu, int request, long arg, boolean began) {
      this.vcpu = vcpu;
      this.request = request;
      this.arg = arg;
      this.began = began;
    }
  }

  private final Host host;
  private final MiscDevices devices;
  private final Mappings mappings;
  private final Map<Integer, CallInFlight> inFlight = new TreeMap<>();
  private final Map<Integer, ScriptedExit> script = new TreeMap<>();

  SimulatedMachine(Host host, MiscDevices devices) {
    this.host = host;
    this.devices = devices;
    this.mappings = new Mappings(host);
  }

  private void enterKernel(int tid) {
    host.time.advance(VirtualTime.CYCLES_PER_CALL);
    serve(tid);
  }

  /** From here on the kernel acts for a thread. */
  private void serve(int tid) {
    if (host.tdx != null) {
      host.tdx.serve(tid);
    }
  }

  private void serveNobody() {
    if (host.tdx != null) {
      host.tdx.serveNobody();
    }
  }

  /** True when the kernel has panicked; no call comes back from it with anything but EIO. */
  private boolean dead(int tid) {
    if (host.tdGuest == null) {
      return false;
    }
    host.tdGuest.serve(tid);
    return host.tdGuest.dead();
  }

  @Override
  public long open(int tid, String path, long flags) {
    enterKernel(tid);
    return dead(tid) ? EIO.result() : devices.open(host.files, path);
  }

  @Override
  public long close(int tid, int fd) {
    enterKernel(tid);
    return host.files.close(fd);
  }

  @Override
  public long dup(int tid, int fd) {
    enterKernel(tid);
    return host.files.dup(fd);
  }

  @Override
  public long eventfd(int tid, long initval, long flags) {
    enterKernel(tid);
    return EventFd.create(host.files, initval, flags);
  }

  @Override
  public long writeEventfd(int tid, int fd, long value) {
    enterKernel(tid);
    KernelFile file = host.files.find(fd);
    if (file == null) {
      return EBADF.result();
    }
    return file instanceof EventFd eventFd ? eventFd.write(value) : EINVAL.result();
  }

  @Override
  public long ioctl(int tid, int fd, int request, long arg, long instructions) {
    if (!inFlight.isEmpty() && inFlight.containsKey(tid)) {
      throw new IllegalStateException(
          "thread " + tid + " makes an ioctl while another one of it is in flight");
    }
    enterKernel(tid);
    if (dead(tid)) {
      return EIO.result();
    }
    KernelFile file = host.files.find(fd);
    if (file == null) {
      return EBADF.result();
    }
    if (FileIoctls.owns(request)) {
      return FileIoctls.handle(request, arg, host.user);
    }
    if (!(file instanceof VcpuFile vcpu)) {
      return file.ioctl(request, arg);
    }
    boolean begins = vcpu.admits(request);
    long result = begins ? begin(tid, vcpu, request, arg, instructions) : IN_PROGRESS;
    if (result == IN_PROGRESS) {
      // A call in flight keeps its file alive.
      vcpu.hold();
      inFlight.put(tid, new CallInFlight(vcpu, request, arg, begins));
    }
    return result;
  }

  @Override
  public long inspect(int fd, int request, long arg) {
    serveNobody();
    KernelFile file = host.files.find(fd);
    if (file == null) {
      return EBADF.result();
    }
    if (file instanceof VcpuFile vcpu) {
      return vcpu.admits(request) ? vcpu.inspect(request, arg) : EAGAIN.result();
    }
    return file.ioctl(request, arg);
  }

  @Override
  public List<RmpRange> reverseMap(int vmFd) {
    return host.files.find(vmFd) instanceof VmFile vm ? vm.reverseMap() : null;
  }

  /** Begins an ioctl of a vCPU whose mutex is free. */
  private long begin(int tid, VcpuFile vcpu, int request, long arg, long instructions) {
    return request == KVM_RUN
        ? vcpu.run(tid, arg, nextScripted(tid), instructions)
        : vcpu.ioctl(request, arg);
  }

  private ScriptedExit nextScripted(int tid) {
    if (!host.scripted) {
      return null;
    }
    ScriptedExit next = script.remove(tid);
    return next == null ? ScriptedExit.INTERRUPTED : next;
  }

  @Override
  public long resume(int tid, long instructions) {
    CallInFlight call = inFlight.get(tid);
    if (call == null) {
      throw new IllegalStateException("thread " + tid + " has no call in flight");
    }
    serve(tid);
    long result = goOn(tid, call, instructions);
    if (result != IN_PROGRESS) {
      inFlight.remove(tid);
      call.vcpu.drop();
    }
    return result;
  }

  private long goOn(int tid, CallInFlight call, long instructions) {
    if (call.began) {
      return call.vcpu.advance(call.signalled, instructions);
    }
    call.began = call.vcpu.admits(call.request);
    return call.began ? begin(tid, call.vcpu, call.request, call.arg, instructions) : IN_PROGRESS;
  }

  @Override
  public void signal(int tid) {
    CallInFlight call = inFlight.get(tid);
    if (call != null) {
      call.signalled = true;
    }
  }

  @Override
  public long mmap(int tid, long address, long length, long prot, long flags, int fd, long offset) {
    enterKernel(tid);
    return mappings.map(address, length, prot, flags, fd, offset);
  }

  @Override
  public long munmap(int tid, long address, long length) {
    enterKernel(tid);
    return mappings.unmap(address, length);
  }

  @Override
  public long tsc() {
    return host.time.tsc();
  }

  @Override
  public long subject(int fd) {
    KernelFile file = host.files.find(fd);
    return file == null ? Subject.SYSTEM : file.subject();
  }

  @Override
  public void nextExit(int tid, long result, int exitReason) {
    script.put(tid, new ScriptedExit(result, exitReason));
  }

  @Override
  public void close() {
    inFlight.clear();
    serveNobody();
    host.files.closeAll();
  }

  @Override
  public long read(int fd, byte[] buffer) {
    KernelFile file = host.files.find(fd);
    return file == null ? EBADF.result() : file.read(buffer);
  }

  @Override
  public String link(int fd) {
    KernelFile file = host.files.find(fd);
    return file == null ? null : file.link();
  }

  /** Files of a VM answer the process that made the VM alone; a child's own new fds go with it. */
  @Override
  public long ioctlInChild(int tid, int fd, int request, long arg) {
    enterKernel(tid);
    KernelFile file = host.files.find(fd);
    if (file == null) {
      return EBADF.result();
    }
    if (FileIoctls.owns(request)) {
      return FileIoctls.handle(request, arg, host.user);
    }
    FdKind kind = file.kind();
    if (kind == FdKind.VM || kind == FdKind.VCPU || kind == FdKind.DEVICE) {
      return EIO.result();
    }
    long next = host.files.nextFree();
    long result = file.ioctl(request, arg);
    if (next >= 0 && host.files.find(next) != null) {
      host.files.close(next);
    }
    return result;
  }
}
