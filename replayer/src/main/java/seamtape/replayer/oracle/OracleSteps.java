package seamtape.replayer.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.machine.Descriptors;
import seamtape.machine.Machine;

/** Executes the steps of one case on one machine. */
final class OracleSteps {
  private static final int TID = 1;
  private static final int COUNTER_SIZE = 8;
  private static final int MAX_MILLISECONDS = 10_000;

  /** KVM_RUN loops go round at most so often. */
  private static final int MAX_RUNS = 10_000;

  private final Machine machine;
  private final OracleMemory memory;
  private final OracleNames names;
  private final OracleArguments arguments;
  private final OracleCalls calls;
  private List<Map<String, Object>> exits = List.of();

  OracleSteps(Machine machine, OracleMemory memory, OracleNames names) {
    this.machine = machine;
    this.memory = memory;
    this.names = names;
    this.arguments = new OracleArguments(memory, names);
    this.calls = new OracleCalls(machine, TID);
  }

  /** No call of the case went on for long. */
  boolean wereShort() {
    return calls.wereShort();
  }

  /** The exits of the last run step. */
  List<Map<String, Object>> exits() {
    return exits;
  }

  long execute(Form step) {
    return switch (step.text("op")) {
      case "open" -> open(step);
      case "close" -> machine.close(TID, names.fd(step, "fd"));
      case "dup" -> named(step, machine.dup(TID, names.fd(step, "fd")));
      case "eventfd" ->
          named(step, machine.eventfd(TID, step.number("init"), step.number("flags")));
      case "nonblock" -> descriptors().link(names.fd(step, "fd")) == null ? badFd() : 0;
      case "read_fd" -> read(step);
      case "write_fd" -> writeFd(step);
      case "readlink_fd" -> link(step);
      case "sleep" -> calls.sleep(step.count("ms", MAX_MILLISECONDS));
      case "alarm" -> calls.alarm(step.count("ms", MAX_MILLISECONDS));
      case "mmap" -> mmap(step);
      case "unmap" -> unmap(memory.place(step.text("at")), step.number("size"));
      case "ioctl" -> ioctl(step);
      case "run" -> run(step);
      default -> inMemory(step);
    };
  }

  private static long badFd() {
    return Errno.EBADF.result();
  }

  /** Steps of the process alone. */
  private long inMemory(Form step) {
    switch (step.text("op")) {
      case "memory" -> memory.allocateExactly(step.text("name"), step.number("size"));
      case "buffer" -> buffer(step);
      case "write" -> memory.write(memory.place(step.text("at")), step.hex("hex"));
      case "patch" -> {
        long address = memory.address(step.text("buf"));
        arguments.store(address, OracleArguments.layout(step), step.form("fields"));
      }
      case "touch" -> memory.touch(memory.place(step.text("at")));
      case "check" -> {
        return check(step);
      }
      default -> throw step.wrong("unknown step");
    }
    return 0;
  }

  private long open(Form step) {
    String path = step.text("path");
    long fd = machine.open(TID, path, Grammar.openFlags(step));
    if (fd == Errno.ENOENT.result() && !path.equals("/dev/kvm")) {
      throw new Inexpressible("the simulated host has no file " + Form.shown(path));
    }
    return named(step, fd);
  }

  private long named(Form step, long fd) {
    if (fd >= 0 && step.has("as")) {
      names.fd(step.text("as"), fd);
    }
    return fd;
  }

  private Descriptors descriptors() {
    if (machine instanceof Descriptors descriptors) {
      return descriptors;
    }
    throw new Inexpressible("the machine does not show its fds");
  }

  private long read(Form step) {
    byte[] bytes = new byte[step.count("size", OracleMemory.MAX_BYTES)];
    long result = descriptors().read(names.fd(step, "fd"), bytes);
    memory.write(memory.allocate(step.text("as"), bytes.length), bytes);
    return result;
  }

  /** Of what a case can open, an eventfd alone can be written to. */
  private long writeFd(Form step) {
    int fd = names.fd(step, "fd");
    byte[] bytes = step.hex("hex");
    String link = descriptors().link(fd);
    if (link == null) {
      return badFd();
    }
    if (link.equals("/dev/null")) {
      return bytes.length;
    }
    if (bytes.length < COUNTER_SIZE) {
      return Errno.EINVAL.result();
    }
    byte[] counter = java.util.Arrays.copyOf(bytes, COUNTER_SIZE);
    return machine.writeEventfd(TID, fd, OracleMemory.littleEndian(counter).longValue());
  }

  private long link(Form step) {
    String link = descriptors().link(names.fd(step, "fd"));
    if (link == null) {
      return Errno.ENOENT.result();
    }
    names.text(step.text("as"), link);
    return 0;
  }

  private void buffer(Form step) {
    long size = step.number("size");
    long address = memory.allocate(step.text("name"), size);
    if (step.has("hex")) {
      arguments.storeHex(step, address, (int) Math.min(size, OracleMemory.MAX_BYTES));
    }
  }

  private long mmap(Form step) {
    boolean byName = step.value("size") instanceof String text && !text.startsWith("0x");
    long size = byName ? names.result(step.text("size")) : step.number("size");
    long address = memory.reserve(size);
    int fd = names.fd(step, "fd");
    long flags = Grammar.mmapFlags(step);
    long result = machine.mmap(TID, address, size, Grammar.protection(step), flags, fd, 0);
    if (result != address) {
      return result;
    }
    memory.mapped(step.text("as"), address, size);
    return 0;
  }

  private long unmap(long address, long size) {
    long result = machine.munmap(TID, address, size);
    if (result == 0) {
      memory.unmapped(address, size);
    }
    return result;
  }

  private long check(Form step) {
    long address = memory.address(step.text("from")) + step.number("at");
    int size = step.count("size", Long.BYTES);
    long mask = size == Long.BYTES ? -1 : (1L << 8 * size) - 1;
    boolean same = memory.readNumber(address, size) == (step.number("value") & mask);
    return same ? 0 : Errno.EINVAL.result();
  }

  private long ioctl(Form step) {
    Form arg = step.form("arg");
    long address = arguments.argument(arg);
    int fd = names.fd(step, "fd");
    int request = (int) step.number("nr");
    boolean inChild = step.flag("in_child");
    long result = inChild ? inChild(fd, request, address, arg) : calls.ioctl(fd, request, address);
    if (result >= 0 && step.has("fd_field")) {
      StructLayout layout = OracleArguments.layout(arg);
      StructLayout.Place place = OracleArguments.locate(layout, step.text("fd_field"));
      names.fd(step.text("as"), memory.readNumber(address + place.offset(), place.size()));
    } else {
      named(step, result);
    }
    if (result >= 0 && step.has("result")) {
      names.result(step.text("result"), result);
    }
    return result;
  }

  /** What a child writes is its own: the bytes of its argument are put back. */
  private long inChild(int fd, int request, long address, Form arg) {
    int size = arg.has("size") ? arg.count("size", OracleMemory.MAX_BYTES) : 0;
    byte[] before = size == 0 ? new byte[0] : memory.read(address, size);
    long result = descriptors().ioctlInChild(TID, fd, request, address);
    if (size > 0) {
      memory.write(address, before);
    }
    return result;
  }

  private long run(Form step) {
    exits = new ArrayList<>();
    int fd = names.fd(step, "fd");
    long map = memory.address(step.text("map"));
    OracleExit exit = new OracleExit(memory, map, step.hexByte("answer_reads"));
    long result = 0;
    for (int i = step.count("max", MAX_RUNS); i > 0; i--) {
      result = calls.ioctl(fd, KvmIoctl.KVM_RUN.number(), 0);
      exits.add(exit.describe(result));
      if (result < 0 || !exit.answer()) {
        break;
      }
    }
    return result;
  }
}
