package seamtape.sim.workload;

import seamtape.machine.Machine;
import seamtape.workload.Argument;
import seamtape.workload.Step;
import seamtape.workload.StructBytes;

/** One ioctl of a workload: stores its argument, makes the call, checks and keeps the result. */
final class IoctlCall implements Activity {
  private final VmmThread thread;
  private final Step.Ioctl step;
  private final InFlight call;
  private final int fd;
  private final int request;
  private final long argument;

  IoctlCall(VmmThread thread, Step.Ioctl step, InFlight call) {
    this.thread = thread;
    this.step = step;
    this.call = call;
    this.fd = (int) thread.evaluate(step.on());
    this.request = (int) thread.evaluate(step.request());
    this.argument = prepare(step.argument());
  }

  private long prepare(Argument given) {
    VmmProcess process = thread.process();
    if (given.layout() == null) {
      return thread.evaluate(given.at());
    }
    long address =
        given.at() != null ? thread.evaluate(given.at()) : process.argumentArea(thread.tid());
    if (given.stores() && (step.row().readsMemory() || !given.fields().isEmpty())) {
      process.store(thread.tid(), address, content(given));
    }
    return address;
  }

  private byte[] content(Argument given) {
    byte[] start = given.bytes();
    if (given.from() != null) {
      start = thread.process().symbols.struct(given.from()).bytes();
    }
    byte[] bytes = new byte[Math.max(given.size(), start == null ? 0 : start.length)];
    if (start != null) {
      System.arraycopy(start, 0, bytes, 0, start.length);
    }
    thread.assign(bytes, given.fields());
    return bytes;
  }

  @Override
  public Turn advance(long instructions) {
    long result = call.advance(fd, request, argument, instructions);
    if (result == Machine.IN_PROGRESS) {
      return Turn.WAITS;
    }
    StructBytes struct = struct(result);
    keep(result, struct);
    Checks checks = new Checks(thread, step.position(), name(), step.expect());
    checks.result(result);
    checks.out(struct);
    return Turn.DONE;
  }

  private String name() {
    return step.row() == null ? "ioctl 0x" + Integer.toHexString(request) : step.row().name();
  }

  /** What the kernel left at the argument; null where it writes nothing there. */
  private StructBytes struct(long result) {
    boolean writes = step.row() != null && step.row().writesMemory();
    if (!writes || step.argument().layout() == null) {
      return null;
    }
    byte[] bytes = new byte[step.argument().size()];
    boolean mapped = thread.process().vmm.memory().read(argument, bytes, 0, bytes.length);
    return mapped ? new StructBytes(step.argument().layout(), bytes) : null;
  }

  private void keep(long result, StructBytes struct) {
    if (step.result() == null) {
      return;
    }
    boolean fd = step.row() != null && step.row().makes().isPresent();
    if (struct != null && !fd) {
      thread.process().symbols.struct(step.result(), struct);
    } else {
      thread.process().symbols.number(step.result(), result);
    }
  }
}
