package seamtape.sim.workload;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.Errno;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Structs;
import seamtape.workload.Argument.Assignment;
import seamtape.workload.Expression;
import seamtape.workload.Step;
import seamtape.workload.StructBytes;

/** One thread of the VMM: makes its steps one a turn. */
final class VmmThread implements Step.Visitor<Activity>, Expression.Scope {
  /** A list of steps and how far it is done. */
  private static final class Frame {
    final List<Step> steps;
    final String variable;
    final long times;
    long round;
    int next;

    Frame(List<Step> steps, String variable, long times) {
      this.steps = steps;
      this.variable = variable;
      this.times = times;
    }
  }

  private final VmmProcess process;
  private final int tid;
  private final String name;
  private final Deque<Frame> frames = new ArrayDeque<>();
  private final Map<String, Long> variables = new TreeMap<>();
  private List<VmmThread> children = List.of();
  private Step step;
  private Activity activity;
  private InFlight call;

  VmmThread(VmmProcess process, int tid, String name, List<Step> body) {
    this.process = process;
    this.tid = tid;
    this.name = name;
    push(new Frame(body, null, 1));
  }

  VmmProcess process() {
    return process;
  }

  int tid() {
    return tid;
  }

  String name() {
    return name;
  }

  boolean done() {
    return frames.isEmpty() && activity == null && joined();
  }

  /** True when it has something to do, or a call in flight. */
  boolean runnable() {
    return !done() && joined();
  }

  /** Asked after every exit: without an iterator. */
  private boolean joined() {
    for (int i = 0; i < children.size(); i++) {
      if (!children.get(i).done()) {
        return false;
      }
    }
    return true;
  }

  boolean inFlight() {
    return call != null && call.entered();
  }

  /** Ends the call in flight by a signal. */
  void interrupt() {
    try {
      call.interrupt();
    } catch (StepFailure e) {
      giveUp(e);
    }
  }

  /**
   * Makes the next step, or continues the one in flight.
   *
   * @return false when a call is in flight and did not end
   */
  boolean advance(long instructions) {
    try {
      if (activity == null) {
        activity = nextStep();
      }
      Activity.Turn turn = activity == null ? Activity.Turn.DONE : activity.advance(instructions);
      if (turn == Activity.Turn.DONE) {
        end();
      }
      return turn != Activity.Turn.WAITS;
    } catch (StepFailure e) {
      giveUp(e);
      return true;
    }
  }

  /** A step that cannot be made is reported, and the thread goes on with the next. */
  private void giveUp(StepFailure failure) {
    process.failed(step.position(), "this step cannot be made", "", failure.getMessage());
    end();
  }

  private void end() {
    activity = null;
    call = null;
  }

  private Activity nextStep() {
    Frame frame = frames.peek();
    if (frame.next == 0 && frame.variable != null) {
      variables.put(frame.variable, frame.round);
    }
    step = frame.steps.get(frame.next++);
    if (frame.next == frame.steps.size()) {
      finish(frame);
    }
    process.stepMade();
    return step.accept(this);
  }

  private void finish(Frame frame) {
    frame.next = 0;
    frame.round++;
    if (frame.round == frame.times) {
      frames.pop();
    }
  }

  private void push(Frame frame) {
    if (!frame.steps.isEmpty() && frame.times > 0) {
      frames.push(frame);
    }
  }

  @Override
  public long value(String symbol) {
    Long variable = variables.get(symbol);
    return variable != null ? variable : process.symbols.value(symbol);
  }

  long evaluate(Expression expression) {
    try {
      return expression.evaluate(this);
    } catch (ArithmeticException e) {
      throw new StepFailure("division by zero");
    }
  }

  void assign(byte[] bytes, List<Assignment> fields) {
    for (Assignment field : fields) {
      assign(bytes, 0, field);
    }
  }

  private void assign(byte[] bytes, int base, Assignment field) {
    int end = field.place().offset() + field.place().size();
    if (end > bytes.length) {
      throw new StepFailure(field.path() + " lies beyond the struct's " + bytes.length + " bytes");
    }
    if (field.bytes() != null) {
      System.arraycopy(
          field.bytes(), 0, bytes, base + field.place().offset(), field.bytes().length);
    } else {
      StructBytes.put(bytes, base, field.place(), evaluate(field.number()));
    }
  }

  @Override
  public Activity ioctl(Step.Ioctl ioctl) {
    call = new InFlight(process.vmm, tid);
    return new IoctlCall(this, ioctl, call);
  }

  @Override
  public Activity run(Step.Run run) {
    call = new InFlight(process.vmm, tid);
    return new RunLoop(this, run, call);
  }

  @Override
  public Activity file(Step.FileCall file) {
    List<Expression> n = file.numbers();
    long result =
        switch (file.operation()) {
          case OPEN -> process.vmm.open(tid, file.path(), evaluate(n.get(0)));
          case CLOSE -> process.vmm.close(tid, (int) evaluate(n.get(0)));
          case DUP -> process.vmm.dup(tid, (int) evaluate(n.get(0)));
          case EVENTFD -> process.vmm.eventfd(tid, evaluate(n.get(0)), evaluate(n.get(1)));
          case MUNMAP -> process.vmm.munmap(tid, evaluate(n.get(0)), evaluate(n.get(1)));
          case MMAP -> mmap(file);
          case KVM_UNKNOWN_IOCTL -> throw new IllegalStateException(file.toString());
        };
    if (file.result() != null && file.operation() != FileOperation.MMAP) {
      process.symbols.number(file.result(), result);
    }
    new Checks(this, file.position(), file.operation().label(), file.expect()).result(result);
    return null;
  }

  private long mmap(Step.FileCall file) {
    List<Expression> n = file.numbers();
    long length = evaluate(n.get(1));
    long address = n.get(0) == null ? process.place(length) : evaluate(n.get(0));
    int fd = (int) evaluate(n.get(4));
    long offset = evaluate(n.get(5));
    long result =
        process.vmm.mmap(tid, address, length, evaluate(n.get(2)), evaluate(n.get(3)), fd, offset);
    boolean failed = Errno.isError(result);
    if (!failed && fd >= 0 && offset == 0) {
      process.mapped(fd, result);
    }
    if (file.result() != null) {
      process.symbols.mapped(file.result(), result, Structs.of("kvm_run"));
    }
    // The address is the runner's choice; an expectation can only ask for success or an error.
    return failed ? result : file.expect() == null ? 0 : result;
  }

  @Override
  public Activity write(Step.EventfdWrite write) {
    long result =
        process.vmm.writeEventfd(tid, (int) evaluate(write.on()), evaluate(write.value()));
    new Checks(this, write.position(), "write", write.expect()).result(result);
    return null;
  }

  @Override
  public Activity store(Step.Store store) {
    process.store(tid, evaluate(store.at()), store.data().evaluate(this));
    return null;
  }

  @Override
  public Activity compare(Step.Compare compare) {
    byte[] want = compare.data().evaluate(this);
    byte[] got = process.load(evaluate(compare.at()), want.length);
    if (!Arrays.equals(want, got)) {
      process.failed(compare.position(), "compare", Checks.hex(want), Checks.hex(got));
    }
    return null;
  }

  @Override
  public Activity set(Step.SetField set) {
    long address = process.symbols.address(set.symbol());
    if (address == -1) {
      assign(process.symbols.struct(set.symbol()).bytes(), set.fields());
      return null;
    }
    for (Assignment field : set.fields()) {
      int offset = field.place().offset();
      byte[] bytes = process.load(address + offset, field.place().size());
      byte[] whole = new byte[offset + bytes.length];
      System.arraycopy(bytes, 0, whole, offset, bytes.length);
      assign(whole, 0, field);
      process.store(tid, address + offset, Arrays.copyOfRange(whole, offset, whole.length));
    }
    return null;
  }

  @Override
  public Activity repeat(Step.Repeat repeat) {
    push(new Frame(repeat.steps(), repeat.variable(), evaluate(repeat.times())));
    return null;
  }

  @Override
  public Activity threads(Step.Threads threads) {
    children =
        threads.threads().entrySet().stream()
            .map(entry -> process.start(entry.getKey(), entry.getValue()))
            .toList();
    return null;
  }

  @Override
  public Activity signal(Step.Signal signal) {
    VmmThread thread = process.thread(signal.thread());
    if (thread != null) {
      process.vmm.signal(thread.tid);
    }
    return null;
  }
}
