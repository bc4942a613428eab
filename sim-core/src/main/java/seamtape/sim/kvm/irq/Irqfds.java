package seamtape.sim.kvm.irq;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import seamtape.sim.kvm.EventFd;
import seamtape.sim.kvm.FdTable;
import seamtape.sim.kvm.KernelFile;

/** The irqfds of a VM: eventfds that raise a GSI when they are signalled (KVM_IRQFD). */
public final class Irqfds {
  /** sizeof(struct kvm_irqfd). */
  public static final int SIZE = 32;

  private static final int DEASSIGN = 1;
  private static final int RESAMPLE = 2;

  private final class Irqfd implements Runnable {
    final EventFd eventFd;
    final EventFd resampler;
    final int gsi;

    Irqfd(EventFd eventFd, EventFd resampler, int gsi) {
      this.eventFd = eventFd;
      this.resampler = resampler;
      this.gsi = gsi;
    }

    @Override
    public void run() {
      eventFd.consume();
      if (resampler != null) {
        interrupts.setIrq(gsi, InterruptController.IRQFD_RESAMPLE_SOURCE, true);
      } else {
        interrupts.setIrq(gsi, InterruptController.USERSPACE_SOURCE, true);
        interrupts.setIrq(gsi, InterruptController.USERSPACE_SOURCE, false);
      }
    }

    void shutDown() {
      eventFd.unlisten(this);
      eventFd.drop();
      if (resampler != null) {
        resampler.drop();
      }
    }
  }

  private final FdTable files;
  private final InterruptController interrupts;
  private final List<Irqfd> irqfds = new ArrayList<>();

  public Irqfds(FdTable files, InterruptController interrupts) {
    this.files = files;
    this.interrupts = interrupts;
  }

  /** KVM_IRQFD after the copy. */
  public long set(ByteBuffer argument) {
    int fd = argument.getInt(0);
    int gsi = argument.getInt(4);
    int flags = argument.getInt(8);
    if ((flags & ~(DEASSIGN | RESAMPLE)) != 0) {
      return EINVAL.result();
    }
    return (flags & DEASSIGN) != 0
        ? deassign(fd, gsi)
        : assign(fd, gsi, (flags & RESAMPLE) != 0, argument.getInt(12));
  }

  private long assign(int fd, int gsi, boolean resample, int resampleFd) {
    if (!interrupts.inKernel()) {
      return EINVAL.result();
    }
    long error = checkEventFd(fd);
    if (error == 0 && resample) {
      error = checkEventFd(resampleFd);
    }
    if (error != 0) {
      return error;
    }
    EventFd eventFd = (EventFd) files.find(fd);
    for (Irqfd other : irqfds) {
      if (other.eventFd == eventFd) {
        return EBUSY.result();
      }
    }
    add(new Irqfd(eventFd, resample ? (EventFd) files.find(resampleFd) : null, gsi));
    return 0;
  }

  private void add(Irqfd irqfd) {
    irqfd.eventFd.hold();
    if (irqfd.resampler != null) {
      irqfd.resampler.hold();
    }
    irqfds.add(irqfd);
    irqfd.eventFd.listen(irqfd);
    if (irqfd.eventFd.signalled()) {
      irqfd.run();
    }
  }

  private long checkEventFd(int fd) {
    KernelFile file = files.find(fd);
    if (file == null) {
      return EBADF.result();
    }
    return file instanceof EventFd ? 0 : EINVAL.result();
  }

  private long deassign(int fd, int gsi) {
    long error = checkEventFd(fd);
    if (error != 0) {
      return error;
    }
    KernelFile file = files.find(fd);
    for (Irqfd irqfd : List.copyOf(irqfds)) {
      if (irqfd.eventFd == file && irqfd.gsi == gsi) {
        irqfds.remove(irqfd);
        irqfd.shutDown();
      }
    }
    return 0;
  }

  /** The VM ends: eventfds are let go. */
  public void release() {
    irqfds.forEach(Irqfd::shutDown);
    irqfds.clear();
  }
}
