package seamtape.sim.rules;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import seamtape.catalog.Errno;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.machine.Descriptors;
import seamtape.machine.Machine;
import seamtape.sim.TestMachine;
import seamtape.workload.asm.Assembler;

/** Carries out the steps of one case on a machine of its own. */
final class RuleRun {
  /** Where arguments are built: each call's starts at the next page that is free. */
  private static final long BUFFERS = 0x31_0000_0000L;

  private static final long BUFFER_BYTES = 0x4000;
  private static final long SCRATCH = 0x32_0000_0000L;
  private static final int SCRATCH_BYTES = 0x10000;
  private static final long UNMAPPED = 0x6000_0000_0000L;
  private static final int STATS_BYTES = 0x4000;
  private static final int GUEST_BYTES = 0x1_0000;

  private final TestMachine m;
  private final Map<String, Long> names = new HashMap<>();
  private long buffer = BUFFERS;
  private long result;

  RuleRun(RuleCase rule) {
    m = new TestMachine(rule.profile(), rule.vendor(), false).open();
    m.memory.map(SCRATCH, SCRATCH_BYTES);
    m.memory.map(TestMachine.GUEST, GUEST_BYTES);
    names.put("kvm", (long) m.kvm);
    names.put("guest", TestMachine.GUEST);
    names.put("run", TestMachine.RUN);
    names.put("scratch", SCRATCH);
    names.put("bad", UNMAPPED);
    names.put("null", 0L);
    names.put("kernel", 0xffff_8880_0000_0000L);
  }

  /** What was expected and did not come; empty when all did. */
  Optional<String> failure(RuleCase rule) {
    for (RuleCase.Step step : rule.steps()) {
      String struct = perform(step);
      String got = Errno.isError(result) ? Errno.text(result) : Long.toString(result);
      boolean fine = step.expected().isEmpty() ? result >= 0 : matches(step.expected(), got);
      if (!fine) {
        return Optional.of(step + ": got " + got);
      }
      if (!step.saved().isEmpty()) {
        names.put(step.saved(), result);
      }
      for (String check : step.checks()) {
        if (!holds(struct, check)) {
          String found = Long.toHexString(read(struct, check.split("[=<>]")[0]));
          return Optional.of(step + ": " + check + ", but it is 0x" + found);
        }
      }
    }
    return Optional.empty();
  }

  private boolean holds(String struct, String check) {
    String path = check.split("[=<>]")[0];
    long wanted = cut(struct, path, number(check.substring(path.length() + 1)));
    int order = Long.compareUnsigned(read(struct, path), wanted);
    return switch (check.charAt(path.length())) {
      case '<' -> order < 0;
      case '>' -> order > 0;
      default -> order == 0;
    };
  }

  private boolean matches(String expected, String got) {
    boolean named = Character.isUpperCase(expected.charAt(0));
    return named ? expected.equals(got) : number(expected) == result;
  }

  /** Returns the struct that the step's checks read. */
  private String perform(RuleCase.Step step) {
    result = 0;
    switch (step.name()) {
      case "vm" -> names.put("vm", result = m.vm = createVm(step));
      case "irqchip" -> result = m.ioctl(m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
      case "vcpu" -> createVcpu(step.arguments().isEmpty() ? 0 : number(step.arguments().get(0)));
      case "slot" -> result = m.addSlot(0, 0, 0, GUEST_BYTES, TestMachine.GUEST);
      case "code" -> code(step.arguments().get(0));
      case "close" -> result = m.machine.close(TestMachine.TID, fd(step.arguments().get(0)));
      case "dup" -> result = m.machine.dup(TestMachine.TID, fd(step.arguments().get(0)));
      case "eventfd" -> result = m.machine.eventfd(TestMachine.TID, 0, 0);
      case "write" -> write(step);
      case "store" -> store(step);
      case "asm" -> assemble(step);
      case "hold" -> store(step, "kvm_run", TestMachine.RUN);
      case "raw" ->
          result =
              m.machine.ioctl(
                  TestMachine.TID,
                  fd(step.fd()),
                  (int) number(step.arguments().get(0)),
                  number(step.arguments().get(1)),
                  1);
      case "child" -> child(step);
      case "stat" -> result = statistic(fd(step.arguments().get(0)), step.arguments().get(1));
      case "read" -> result = m.number(number(step.arguments().get(0)), 8);
      default -> call(step);
    }
    return step.name().startsWith("KVM_") && KvmIoctl.valueOf(step.name()).pointer()
        ? KvmIoctl.valueOf(step.name()).struct()
        : "kvm_run";
  }

  private int createVm(RuleCase.Step step) {
    long type = step.arguments().isEmpty() ? 0 : number(step.arguments().get(0));
    return (int) m.ioctl(m.kvm, KvmIoctl.KVM_CREATE_VM, type);
  }

  private void createVcpu(long id) {
    result = m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, id);
    m.vcpu = (int) result;
    names.put("vcpu", result);
    names.put("vcpu" + id, result);
    m.machine.mmap(TestMachine.TID, TestMachine.RUN, 12288, 3, 1, m.vcpu, 0);
  }

  /** Memory, vCPU 0 in real mode at 0x1000, and its code. */
  private void code(String hex) {
    m.addSlot(0, 0, 0, GUEST_BYTES, TestMachine.GUEST);
    m.addVcpu(hex);
    names.put("vcpu", (long) m.vcpu);
    names.put("vcpu0", (long) m.vcpu);
  }

  private void write(RuleCase.Step step) {
    int fd = fd(step.arguments().get(0));
    result = m.machine.writeEventfd(TestMachine.TID, fd, number(step.arguments().get(1)));
  }

  private void store(RuleCase.Step step) {
    m.store(number(step.arguments().get(0)), HexFormat.of().parseHex(step.arguments().get(1)));
  }

  /** Instructions between "|", as 16-bit code at an address of guest memory. */
  private void assemble(RuleCase.Step step) {
    long address = number(step.arguments().get(0));
    int at = (int) address & 0xffff;
    String lines = String.join(" ", step.arguments().subList(1, step.arguments().size()));
    byte[] code = Assembler.program(lines.replace('|', '\n'), at).bytes();
    m.store(address == at ? TestMachine.GUEST + at : address, code);
  }

  private void child(RuleCase.Step step) {
    KvmIoctl row = KvmIoctl.valueOf(step.arguments().get(0));
    Descriptors fds = (Descriptors) m.machine;
    result = fds.ioctlInChild(TestMachine.TID, fd(step.fd()), row.number(), SCRATCH);
  }

  /** A value of the file of KVM_GET_STATS_FD, found by its descriptor. */
  private long statistic(int of, String name) {
    int fd = (int) m.ioctl(of, KvmIoctl.KVM_GET_STATS_FD, 0);
    byte[] content = new byte[STATS_BYTES];
    ((Descriptors) m.machine).read(fd, content);
    m.machine.close(TestMachine.TID, fd);
    ByteBuffer stats = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int size = 16 + stats.getInt(4);
    for (int i = 0; i < stats.getInt(8); i++) {
      int at = stats.getInt(16) + i * size;
      String found = new String(content, at + 16, size - 16, StandardCharsets.US_ASCII).strip();
      if (found.replace("\0", "").equals(name)) {
        return stats.getLong(stats.getInt(20) + stats.getInt(at + 8));
      }
    }
    throw new IllegalArgumentException("no statistic " + name);
  }

  private void call(RuleCase.Step step) {
    KvmIoctl row = KvmIoctl.valueOf(step.name());
    int fd = step.fd().isEmpty() ? fdFor(row) : fd(step.fd());
    result = m.ioctl(fd, row, argument(row, step));
    if (result == Machine.IN_PROGRESS) {
      throw new IllegalStateException("does not end: " + step);
    }
  }

  private int fdFor(KvmIoctl row) {
    return switch (kindOf(row.name())) {
      case SYSTEM -> m.kvm;
      case VM -> m.vm;
      default -> m.vcpu;
    };
  }

  /** The kind of fd that a call is made on when the step names none. */
  static FdKind kindOf(String call) {
    Set<FdKind> kinds = KvmIoctl.valueOf(call).on();
    return Stream.of(FdKind.SYSTEM, FdKind.VM, FdKind.VCPU)
        .filter(kinds::contains)
        .findFirst()
        .orElse(FdKind.DEVICE);
  }

  private long argument(KvmIoctl row, RuleCase.Step step) {
    String first = step.arguments().isEmpty() ? "" : step.arguments().get(0);
    if (!row.pointer() || !first.isEmpty() && first.indexOf('=') < 0 && !first.equals("same")) {
      return first.isEmpty() ? 0 : number(first);
    }
    if (!first.equals("same")) {
      buffer += BUFFER_BYTES;
      m.memory.map(buffer, BUFFER_BYTES);
    }
    store(step, row.struct(), buffer);
    return buffer;
  }

  private void store(RuleCase.Step step, String struct, long at) {
    for (String field : step.arguments()) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        StructLayout.Place place = place(struct, field.substring(0, equals));
        int size = Math.min(8, place.size());
        m.storeNumber(at + place.offset(), size, number(field.substring(equals + 1)));
      }
    }
  }

  private static StructLayout.Place place(String struct, String path) {
    return Structs.of(struct)
        .locate(path)
        .orElseThrow(() -> new IllegalArgumentException("no field " + struct + "." + path));
  }

  private long read(String struct, String path) {
    StructLayout.Place place = place(struct, path);
    long at = struct.equals("kvm_run") ? TestMachine.RUN : buffer;
    return m.number(at + place.offset(), Math.min(8, place.size()));
  }

  private static long cut(String struct, String path, long value) {
    int size = Math.min(8, place(struct, path).size());
    return size == 8 ? value : value & (1L << 8 * size) - 1;
  }

  private int fd(String word) {
    return (int) number(word);
  }

  /** A number, or a name with or without an offset. */
  private long number(String word) {
    int plus = word.indexOf('+');
    String base = plus < 0 ? word : word.substring(0, plus);
    long offset = plus < 0 ? 0 : Long.decode(word.substring(plus + 1));
    Long named = names.get(base);
    if (named != null) {
      return named + offset;
    }
    return base.startsWith("0x")
        ? Long.parseUnsignedLong(base.substring(2), 16)
        : Long.parseLong(base);
  }
}
