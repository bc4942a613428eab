package seamtape.sim.workload;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.workload.Argument.Assignment;
import seamtape.workload.Expectation;
import seamtape.workload.Expression;
import seamtape.workload.Step;
import seamtape.workload.StructBytes;

/** KVM_RUN, once or until an exit; answers what the guest reads from ports and devices. */
final class RunLoop implements Activity {
  private static final int MAX_OUTPUT = 1 << 20;

  private final VmmThread thread;
  private final Step.Run step;
  private final InFlight call;
  private final Checks checks;
  private final Expectation.Expected expected;
  private final int fd;
  private final long argument;
  private final long max;
  private final KvmRun run;

  /** The exits that end the loop, as bits by number. */
  private final long until;

  private final Map<Long, Integer> answered = new HashMap<>();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private long count;
  private boolean differed;

  RunLoop(VmmThread thread, Step.Run step, InFlight call) {
    this.thread = thread;
    this.step = step;
    this.call = call;
    this.checks = new Checks(thread, step.position(), "KVM_RUN", step.expect());
    this.expected = checks.expected();
    this.fd = (int) thread.evaluate(step.on());
    this.argument = thread.evaluate(step.argument());
    this.max = thread.evaluate(step.max());
    this.until = step.until().stream().mapToLong(e -> 1L << e.number()).reduce(0, (a, b) -> a | b);
    this.run = new KvmRun(thread, thread.process().run(fd));
    if (!run.mapped() && needsRun()) {
      throw new StepFailure("struct kvm_run is not mapped; mmap the vCPU first");
    }
  }

  private boolean needsRun() {
    boolean checksExits =
        expected != null
            && (expected.exit() != null || expected.exits() != null || expected.output() != null);
    return checksExits || !step.until().isEmpty();
  }

  @Override
  public Turn advance(long instructions) {
    long result = call.advance(fd, KvmIoctl.KVM_RUN.number(), argument, instructions);
    if (result == Machine.IN_PROGRESS) {
      return Turn.WAITS;
    }
    count++;
    if (run.mapped()) {
      run.load();
      listed();
      if (result >= 0) {
        transfer();
      }
    }
    if (goesOn(result)) {
      return Turn.GOES_ON;
    }
    finish(result);
    return Turn.DONE;
  }

  private boolean goesOn(long result) {
    if (until == 0 || result < 0 || ends(run.exitReason())) {
      return false;
    }
    if (count < max) {
      return true;
    }
    checks.failed(
        " until", step.until() + " within " + max + " runs", KvmExit.text(run.exitReason()));
    return false;
  }

  private boolean ends(int exitReason) {
    return exitReason >= 0 && exitReason < Long.SIZE && (until >>> exitReason & 1) != 0;
  }

  private void finish(long result) {
    if (step.result() != null) {
      thread.process().symbols.number(step.result(), result);
    }
    checks.result(result);
    if (expected == null) {
      return;
    }
    if (expected.exit() != null) {
      exit(" exit", expected.exit());
    }
    if (expected.exits() != null && !differed && count != expected.exits().size()) {
      checks.failed(" exits", expected.exits().size() + " exits", Long.toString(count));
    }
    if (expected.output() != null) {
      String got = output.toString(StandardCharsets.UTF_8);
      if (!got.equals(expected.output())) {
        checks.failed(" output", quoted(expected.output()), quoted(got));
      }
    }
  }

  /** Holds this exit against its place in the list; the first difference only. */
  private void listed() {
    List<Expectation.Exit> exits = expected == null ? null : expected.exits();
    if (exits != null && !differed && count <= exits.size()) {
      differed = !exit(" exit " + count, exits.get((int) count - 1));
    }
  }

  private boolean exit(String part, Expectation.Exit exit) {
    if (exit.reason() != null && exit.reason().number() != run.exitReason()) {
      checks.failed(part, exit.reason().name(), KvmExit.text(run.exitReason()));
      return false;
    }
    for (Assignment field : exit.fields()) {
      if (!exitField(part, field)) {
        return false;
      }
    }
    return exitData(part, exit);
  }

  private boolean exitField(String part, Assignment field) {
    byte[] got = run.bytes(field.place().offset(), field.place().size());
    byte[] want = field.bytes();
    if (want == null) {
      byte[] cell = new byte[field.place().offset() + field.place().size()];
      StructBytes.put(cell, 0, field.place(), thread.evaluate(field.number()));
      want = Arrays.copyOfRange(cell, field.place().offset(), cell.length);
    }
    if (!Arrays.equals(got, want)) {
      checks.failed(part + " " + field.path(), little(want), little(got));
      return false;
    }
    return true;
  }

  private boolean exitData(String part, Expectation.Exit exit) {
    if (exit.data() == null && exit.text() == null) {
      return true;
    }
    byte[] got = run.data();
    if (exit.text() != null) {
      String text = new String(got, StandardCharsets.UTF_8);
      if (!text.equals(exit.text())) {
        checks.failed(part + " text", quoted(exit.text()), quoted(text));
        return false;
      }
    }
    if (exit.data() != null) {
      byte[] want = KvmRun.little(thread.evaluate(exit.data()), got.length);
      if (!Arrays.equals(got, want)) {
        checks.failed(part + " data", little(want), little(got));
        return false;
      }
    }
    return true;
  }

  /** Data that goes out is kept, data that the guest waits for is put where KVM finds it. */
  private void transfer() {
    boolean io = run.exitReason() == KvmExit.KVM_EXIT_IO.number();
    boolean mmio = run.exitReason() == KvmExit.KVM_EXIT_MMIO.number();
    if (!io && !mmio) {
      return;
    }
    if (run.guestReads()) {
      answer(io ? step.io() : step.mmio());
    } else if (io && expected != null && expected.output() != null) {
      byte[] data = run.data();
      output.write(data, 0, Math.min(data.length, MAX_OUTPUT - output.size()));
    }
  }

  private void answer(Map<Long, List<Expression>> answers) {
    List<Expression> values = answers.get(run.place());
    if (values == null) {
      if (!step.until().isEmpty()) {
        run.answer(KvmRun.ones(run.dataLength()));
      }
      return;
    }
    int length = run.dataLength();
    int size = run.dataSize();
    byte[] data = new byte[length];
    int next = answered.getOrDefault(run.place(), 0);
    for (int at = 0; at + size <= length; at += size) {
      long value = thread.evaluate(values.get(next % values.size()));
      System.arraycopy(KvmRun.little(value, size), 0, data, at, size);
      next = (next + 1) % values.size();
    }
    answered.put(run.place(), next);
    run.answer(data);
  }

  private static String little(byte[] bytes) {
    if (bytes.length > 8) {
      return Checks.hex(bytes);
    }
    long value = 0;
    for (int i = bytes.length - 1; i >= 0; i--) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return Checks.number(value);
  }

  private static String quoted(String text) {
    String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return '"' + shown.replace("\n", "\\n") + '"';
  }
}
