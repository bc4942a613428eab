package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Executes the steps of one oracle case that a vCPU without a machine can follow. */
final class OracleGuest {
  private static final List<String> IGNORED =
      List.of(
          "KVM_CREATE_VM",
          "KVM_CREATE_VCPU",
          "KVM_GET_VCPU_MMAP_SIZE",
          "KVM_GET_SREGS",
          "KVM_SET_SREGS",
          "KVM_GET_REGS",
          "KVM_GET_DIRTY_LOG",
          "KVM_SET_GUEST_DEBUG",
          "KVM_X86_SET_MSR_FILTER",
          "KVM_IOEVENTFD");

  private static final String[] GPRS = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"};
  private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

  private final Map<String, Object> oracleCase;
  private final TestBus bus = new TestBus();
  private final CpuState cpu = new CpuState();
  private final Interpreter interpreter = new Interpreter(cpu, bus);

  /** User memory "M", as pages; slots share them with the guest. */
  private final byte[][] user = new byte[64][4096];

  OracleGuest(Map<String, Object> oracleCase) {
    this.oracleCase = oracleCase;
  }

  void check() {
    Map<String, Object> expect = Json.map(oracleCase.get("expect"));
    for (Object o : Json.list(oracleCase.get("steps"))) {
      Map<String, Object> step = Json.map(o);
      switch ((String) step.get("op")) {
        case "write" -> write((String) step.get("at"), (String) step.get("hex"));
        case "patch" -> patch(step);
        case "ioctl" -> ioctl(step);
        case "run" -> run(step, Json.list(expect.get("exits")));
        default -> {}
      }
    }
    Json.map(expect.get("out")).forEach(this::checkRegister);
  }

  private void write(String place, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (place.equals("run+0x0")) {
      cpu.interruptWindowRequested = bytes[0] != 0;
    }
    if (place.startsWith("M+")) {
      int at = (int) Json.number(place.substring(2));
      for (int i = 0; i < bytes.length; i++) {
        user[at + i >> 12][at + i & 4095] = bytes[i];
      }
    }
  }

  private void patch(Map<String, Object> step) {
    Map<String, Object> fields = Json.map(step.get("fields"));
    if ("kvm_sregs".equals(step.get("struct"))) {
      fields.forEach((name, value) -> specialRegister(name, Json.number(value)));
    } else {
      fields.forEach((name, value) -> register(name, Json.number(value)));
    }
  }

  private void specialRegister(String name, long value) {
    int dot = name.indexOf('.');
    int index = dot < 0 ? -1 : Arrays.asList(SEGMENTS).indexOf(name.substring(0, dot));
    if (index >= 0) {
      segment(cpu.segments[index], name.substring(dot + 1), value);
      return;
    }
    switch (name) {
      case "cr0" -> cpu.cr0 = value;
      case "idt.base" -> cpu.idtBase = value;
      case "idt.limit" -> cpu.idtLimit = (int) value;
      default -> fail(name);
    }
  }

  private static void segment(Segment segment, String field, long value) {
    switch (field) {
      case "base" -> segment.base = value;
      case "limit" -> segment.limit = value;
      case "selector" -> segment.selector = (int) value;
      case "type" -> segment.type = (int) value;
      case "db" -> segment.db = value != 0;
      case "g" -> segment.g = value != 0;
      default -> fail(field);
    }
  }

  private void register(String name, long value) {
    int index = Arrays.asList(GPRS).indexOf(name);
    switch (name) {
      case "rip" -> cpu.rip = value;
      case "rflags" -> cpu.rflags = value | 2;
      default -> cpu.gpr[index] = value;
    }
  }

  private long register(String name) {
    return switch (name) {
      case "rip" -> cpu.rip;
      case "rflags" -> cpu.rflags;
      default -> cpu.gpr[Arrays.asList(GPRS).indexOf(name)];
    };
  }

  private void ioctl(Map<String, Object> step) {
    String request = (String) step.get("request");
    Map<String, Object> fields = Json.map(Json.map(step.get("arg")).get("fields"));
    switch (request) {
      case "KVM_SET_REGS" -> {
        if (fields != null) {
          Arrays.fill(cpu.gpr, 0);
          fields.forEach((name, value) -> register(name, Json.number(value)));
        }
      }
      case "KVM_SET_USER_MEMORY_REGION" -> slot(fields);
      case "KVM_INTERRUPT" -> bus.interrupt = (int) Json.number(fields.get("irq"));
      case "KVM_NMI" -> cpu.nmiPending = true;
      case "KVM_ENABLE_CAP" -> bus.msrAnswer = GuestBus.Answer.EXIT;
      case "KVM_SET_CPUID2" -> cpuid(fields);
      case "KVM_RUN" -> interpreter.run(1_000_000);
      default -> {
        if (!IGNORED.contains(request)) {
          fail("no machine for " + request);
        }
      }
    }
  }

  private void slot(Map<String, Object> fields) {
    int gpa = (int) Json.number(fields.getOrDefault("guest_phys_addr", 0L));
    int size = (int) Json.number(fields.get("memory_size"));
    String place = (String) Json.map(fields.get("userspace_addr")).get("ptr");
    int from = (int) Json.number(place.substring(2));
    for (int done = 0; done < size; done += 4096) {
      bus.pages[gpa + done >> 12] = user[from + done >> 12];
      bus.readOnly[gpa + done >> 12] = (Json.number(fields.getOrDefault("flags", 0L)) & 2) != 0;
    }
  }

  private void cpuid(Map<String, Object> fields) {
    int[] row = new int[5];
    String[] names = {"function", "eax", "ebx", "ecx", "edx"};
    for (int i = 0; i < names.length; i++) {
      row[i] = (int) Json.number(fields.getOrDefault("entries[0]." + names[i], 0L));
    }
    bus.cpuidTable.add(row);
  }

  private void run(Map<String, Object> step, List<Object> exits) {
    byte answer = HexFormat.of().parseHex((String) step.get("answer_reads"))[0];
    GuestExit exit = interpreter.exit();
    for (int n = 0; n < exits.size(); n++) {
      interpreter.run(1_000_000);
      compare(Json.map(exits.get(n)), exit, "exit " + n);
      if (exit.kind == GuestExit.Kind.IO ? exit.isIn : !exit.isWrite) {
        Arrays.fill(exit.data, answer);
      }
      exit.msrData = (answer & 0xff) * 0x101L;
    }
  }

  private void compare(Map<String, Object> expected, GuestExit exit, String what) {
    switch ((int) Json.number(expected.get("exit_reason"))) {
      case 2 -> {
        assertEquals(GuestExit.Kind.IO, exit.kind, what);
        assertEquals("in".equals(expected.get("direction")), exit.isIn, what);
        assertEquals(Json.number(expected.get("port")), exit.port, what);
        assertEquals(Json.number(expected.get("size")), exit.size, what);
        assertEquals(Json.number(expected.get("count")), exit.count, what);
      }
      case 5 -> assertEquals(GuestExit.Kind.HLT, exit.kind, what);
      case 6 -> {
        assertEquals(GuestExit.Kind.MMIO, exit.kind, what);
        assertEquals(Json.number(expected.get("phys_addr")), exit.gpa, what);
        assertEquals(Json.number(expected.get("len")), exit.length, what);
        assertEquals(Json.number(expected.get("is_write")) != 0, exit.isWrite, what);
      }
      case 7 -> assertEquals(GuestExit.Kind.INTERRUPT_WINDOW, exit.kind, what);
      case 29 -> {
        assertEquals(GuestExit.Kind.RDMSR, exit.kind, what);
        assertEquals(Json.number(expected.get("index")), exit.msrIndex, what);
      }
      default -> fail(what + " " + expected);
    }
    if (expected.containsKey("data") && exit.kind != GuestExit.Kind.RDMSR) {
      String hex = (String) expected.get("data");
      assertEquals(hex, HexFormat.of().formatHex(exit.data, 0, hex.length() / 2), what);
    }
    boolean interrupts = Json.number(expected.get("if_flag")) != 0;
    assertEquals(interrupts, cpu.flag(CpuState.IF), what);
  }

  private void checkRegister(String name, Object value) {
    if (name.startsWith("r") && !name.startsWith("ring")) {
      assertEquals(Long.toHexString(Json.number(value)), Long.toHexString(register(name)), name);
    } else if (name.equals("mem_2000")) {
      long memory = GuestMemory.assemble(user[2], 0, 3);
      assertEquals(Json.number(value), memory, name);
    } else if (name.equals("mem_after")) {
      assertEquals(Json.number(value), user[32][0], name);
    }
  }
}
