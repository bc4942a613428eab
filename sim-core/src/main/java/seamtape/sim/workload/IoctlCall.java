package seamtape.sim.workload;

import seamtape.machine.Machine;
import seamtape.workload.Argument;
import seamtape.workload.Step;
import seamtape.workload.StructBytes;

/** One ioctl of a workload: stores its argument, makes the call, checks and keeps the result. */
final class IoctlCall implements Activity {
  private static final int PAGE = 4096;

  private final VmmThread thread;
  private final Step.Ioctl step;
  private final InFlight call;
  private final int fd;
  private final int request;
  private final long argument;

  /** What the argument points to lies there. */
  private long data;

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
      process.store(thread.tid(), address, pointing(given, address));
    }
    return address;
  }

  /** The struct's bytes; what it points to is stored behind it first. */
  private byte[] pointing(Argument given, long address) {
    byte[] bytes = content(given);
    Argument.Pointed pointed = given.pointed();
    if (pointed != null) {
      data = address + PAGE;
      thread.process().store(thread.tid(), data, content(pointed.target()));
      StructBytes.put(bytes, 0, pointed.place(), data);
    }
    return bytes;
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
    Argument.Pointed pointed = step.argument().pointed();
    Argument written = pointed == null ? step.argument() : pointed.target();
    byte[] bytes = new byte[written.size()];
    long at = pointed == null ? argument : data;
    boolean mapped = thread.process().vmm.memory().read(at, bytes, 0, bytes.length);
    return mapped ? new StructBytes(written.layout(), bytes) : null;
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
