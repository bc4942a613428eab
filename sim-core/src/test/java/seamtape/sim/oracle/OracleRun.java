package seamtape.sim.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.machine.Machine;
import seamtape.machine.MachineFactory;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.sim.Descriptors;

/** Executes one case on a fresh machine and compares. */
final class OracleRun {
  /** A case that the machine's interface cannot express. */
  private static final class Inexpressible extends RuntimeException {
    Inexpressible(String message) {
      super(message);
    }
  }

  private static final int TID = 1;
  private static final int PROT_READ_WRITE = 3;
  private static final int SIGBUS = 7;

  /** Guest instructions in one go, and after how many of them an alarm rings. */
  private static final long SLICE = 10_000;

  private static final int ALARM_SLICES = 20;

  /** A call that has not ended by then never will. */
  private static final int MAX_SLICES = 400;

  private final OracleCase oracleCase;
  private final OracleMemory memory = new OracleMemory();
  private final Map<String, Integer> fds = new HashMap<>();
  private final Map<String, Long> results = new HashMap<>();
  private final Map<String, String> texts = new HashMap<>();
  private final OracleArguments arguments = new OracleArguments(memory, fds);
  private final Machine machine;
  private final Descriptors descriptors;
  private List<Map<String, Object>> exits;
  private boolean alarmSet;
  private String killed;

  OracleRun(OracleCase oracleCase, MachineFactory factory, String profile) {
    this.oracleCase = oracleCase;
    MachineSpec spec = new MachineSpec(profile, "intel", "none", "bare", 1, false);
    machine = factory.create(spec, memory.memory, NestedCalls.NONE);
    descriptors = machine instanceof Descriptors d ? d : null;
  }

  OracleOutcome outcome() {
    try (machine) {
      return judge();
    } catch (Inexpressible e) {
      return OracleOutcome.skipped(e.getMessage());
    }
  }

  private OracleOutcome judge() {
    Long judged = null;
    for (int i = 0; i < oracleCase.steps().size(); i++) {
      Map<String, Object> step = oracleCase.steps().get(i);
      long result = execute(step);
      if (i == oracleCase.call()) {
        judged = result;
      } else {
        String wrong = unexpected(step, result);
        if (wrong != null) {
          return OracleOutcome.disagreed("step " + i + ": " + step.get("ret"), wrong);
        }
      }
    }
    return compare(judged);
  }

  private static String unexpected(Map<String, Object> step, long result) {
    String got = Errno.isError(result) ? Errno.text(result) : Long.toString(result);
    if (step.get("errno") instanceof String errno) {
      return got.equals(errno) ? null : got;
    }
    boolean fine = step.get("ret") == null ? result >= 0 : result == (Long) step.get("ret");
    return fine ? null : got;
  }

  private long execute(Map<String, Object> step) {
    String op = (String) step.get("op");
    return switch (op) {
      case "open" -> named(step, open((String) step.get("path")));
      case "close" -> machine.close(TID, fd(step.get("fd")));
      case "dup" -> named(step, machine.dup(TID, fd(step.get("fd"))));
      case "eventfd" ->
          named(step, machine.eventfd(TID, number(step, "init"), number(step, "flags")));
      case "nonblock", "sleep" -> 0;
      case "read_fd" -> read(step);
      case "write_fd" -> writeFd(step);
      case "readlink_fd" -> link(step);
      case "memory", "buffer" -> buffer(step);
      case "unmap" ->
          machine.munmap(TID, memory.place((String) step.get("at")), number(step, "size"));
      case "write" -> {
        memory.writeHex(memory.place((String) step.get("at")), (String) step.get("hex"));
        yield 0;
      }
      case "patch" -> {
        long address = memory.address((String) step.get("buf"));
        Map<String, Object> fields = OracleCase.object(step.get("fields"));
        arguments.store(address, (String) step.get("struct"), fields);
        yield 0;
      }
      case "mmap" -> mmap(step);
      case "touch" -> touch(memory.place((String) step.get("at")));
      case "alarm" -> {
        alarmSet = true;
        yield 0;
      }
      case "check" -> check(step);
      case "ioctl" -> ioctl(step);
      case "run" -> run(step);
      default -> throw new OracleCase.Malformed("no step " + op);
    };
  }

  private long open(String path) {
    if (!path.equals("/dev/kvm")) {
      throw new Inexpressible("a machine opens nothing but /dev/kvm");
    }
    return machine.open(TID, path, 0);
  }

  private long named(Map<String, Object> step, long fd) {
    if (step.get("as") instanceof String name && fd >= 0) {
      fds.put(name, (int) fd);
    }
    return fd;
  }

  private int fd(Object value) {
    if (value instanceof Map<?, ?> literal) {
      return (int) OracleCase.number(literal.get("number"));
    }
    Integer fd = fds.get((String) value);
    if (fd == null) {
      throw new OracleCase.Malformed("no fd named " + value);
    }
    return fd;
  }

  private static long number(Map<String, Object> step, String key) {
    Object value = step.get(key);
    return value instanceof List ? 0 : OracleCase.number(value);
  }

  private Descriptors descriptors() {
    if (descriptors == null) {
      throw new Inexpressible("the machine does not show its fds");
    }
    return descriptors;
  }

  private long read(Map<String, Object> step) {
    byte[] bytes = new byte[(int) number(step, "size")];
    long result = descriptors().read(fd(step.get("fd")), bytes);
    memory.write(memory.allocate((String) step.get("as"), bytes.length), bytes);
    return result;
  }

  private long writeFd(Map<String, Object> step) {
    long value = 0;
    byte[] bytes = HexFormat.of().parseHex((String) step.get("hex"));
    for (int i = bytes.length - 1; i >= 0; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return machine.writeEventfd(TID, fd(step.get("fd")), value);
  }

  private long link(Map<String, Object> step) {
    String link = descriptors().link(fd(step.get("fd")));
    texts.put((String) step.get("as"), link);
    return link == null ? Errno.ENOENT.result() : 0;
  }

  private long buffer(Map<String, Object> step) {
    long address = memory.allocate((String) step.get("name"), number(step, "size"));
    if (step.get("hex") instanceof String hex) {
      memory.writeHex(address, hex);
    }
    return 0;
  }

  private long mmap(Map<String, Object> step) {
    Object given = step.get("size");
    long size = results.containsKey(given) ? results.get(given) : OracleCase.number(given);
    long address = memory.reserve(size);
    int shared = step.get("flags").toString().contains("MAP_PRIVATE") ? 2 : 1;
    long result = machine.mmap(TID, address, size, PROT_READ_WRITE, shared, fd(step.get("fd")), 0);
    if (result != address) {
      return result;
    }
    memory.name((String) step.get("as"), address);
    return 0;
  }

  private long touch(long address) {
    if (memory.memory.page(address) == null) {
      killed = "killed by signal " + SIGBUS;
    }
    return 0;
  }

  private long check(Map<String, Object> step) {
    int at = (int) number(step, "at");
    int size = (int) number(step, "size");
    long value = memory.readNumber(memory.address((String) step.get("from")) + at, size);
    return value == number(step, "value") ? 0 : Errno.EINVAL.result();
  }

  private long ioctl(Map<String, Object> step) {
    if (Boolean.TRUE.equals(step.get("in_child"))) {
      throw new Inexpressible("a machine has one process");
    }
    Map<String, Object> arg = OracleCase.object(step.get("arg"));
    long address = arguments.argument(arg);
    long result = call(fd(step.get("fd")), (int) number(step, "nr"), address);
    if (result >= 0 && step.get("fd_field") instanceof String field) {
      StructLayout layout = Structs.of((String) arg.get("struct"));
      StructLayout.Place place = OracleArguments.locate(layout, field);
      long fd = memory.readNumber(address + place.offset(), place.size());
      fds.put((String) step.get("as"), (int) fd);
    } else {
      named(step, result);
    }
    if (step.get("result") instanceof String name) {
      results.put(name, result);
    }
    return result;
  }

  /** An ioctl to its end; an alarm that was set rings while it is in flight. */
  private long call(int fd, int request, long arg) {
    long result = machine.ioctl(TID, fd, request, arg, SLICE);
    for (int slice = 1; result == Machine.IN_PROGRESS; slice++) {
      if (slice == ALARM_SLICES && alarmSet) {
        alarmSet = false;
        machine.signal(TID);
      }
      if (slice == MAX_SLICES) {
        throw new Inexpressible("blocks for ever");
      }
      result = machine.resume(TID, SLICE);
    }
    return result;
  }

  private long run(Map<String, Object> step) {
    exits = new ArrayList<>();
    int fd = fd(step.get("fd"));
    long map = memory.address((String) step.get("map"));
    OracleExit exit = new OracleExit(memory, map, (String) step.get("answer_reads"));
    long result = 0;
    for (long i = number(step, "max"); i > 0; i--) {
      result = call(fd, KvmIoctl.KVM_RUN.number(), 0);
      exits.add(exit.describe(result));
      if (result < 0 || !exit.answer()) {
        break;
      }
    }
    return result;
  }

  private OracleOutcome compare(long judged) {
    Map<String, Object> expected = new LinkedHashMap<>();
    Map<String, Object> got = new LinkedHashMap<>();
    Map<String, Object> expect = oracleCase.expect();
    if (expect.get("killed_by_signal") != null) {
      expected.put("killed", "killed by signal " + expect.get("killed_by_signal"));
      got.put("killed", killed);
    } else {
      boolean positive = "positive".equals(expect.get("ret_as"));
      long ret = judged < 0 ? -1 : positive && judged > 0 ? 1 : judged;
      expected.put("ret", expect.get("ret"));
      got.put("ret", ret);
      expected.put("errno", expect.get("errno"));
      got.put("errno", Errno.isError(judged) ? Errno.text(judged) : null);
    }
    expected.put("out", expect.get("out"));
    got.put("out", observe("", OracleCase.object(expect.get("out"))));
    if (expect.get("exits") != null) {
      expected.put("exits", expect.get("exits"));
      got.put("exits", exits);
    }
    return expected.equals(got)
        ? OracleOutcome.agreed()
        : OracleOutcome.disagreed(onlyDifferent(expected, got), onlyDifferent(got, expected));
  }

  private static String onlyDifferent(Map<String, Object> of, Map<String, Object> other) {
    Map<String, Object> different = new LinkedHashMap<>(of);
    different
        .entrySet()
        .removeIf(e -> java.util.Objects.equals(e.getValue(), other.get(e.getKey())));
    return different.toString();
  }

  private Map<String, Object> observe(String prefix, Map<String, Object> out) {
    OracleObservation observation = new OracleObservation(memory, fds, results, texts);
    Map<String, Object> observed = new LinkedHashMap<>();
    out.forEach(
        (key, value) -> {
          Object source = oracleCase.observe().get(prefix + key);
          boolean nested = value instanceof Map && source == null;
          observed.put(
              key,
              nested
                  ? observe(prefix + key + ".", OracleCase.object(value))
                  : observation.read(OracleCase.object(source), value));
        });
    return observed;
  }

  /** The name of an exit, for reports. */
  static String exitName(long reason) {
    return KvmExit.text(reason);
  }
}
