package seamtape.recorder.strace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;

/** A generated run, printed in any mix of strace's options, imports as the calls it was made of. */
class MixTest {
  /** A call as the generator made it: what must come out of every print of it. */
  private record Made(
      int thread,
      KvmIoctl row,
      int fd,
      long arg,
      long ret,
      int exit,
      boolean in,
      long[] registers) {}

  /** How a log is printed. */
  private record Style(
      boolean brackets,
      int time,
      boolean duration,
      boolean annotated,
      int request,
      boolean verbose,
      boolean exits,
      int padding,
      boolean split) {
    static Style of(Random random) {
      return new Style(
          random.nextBoolean(),
          random.nextInt(5),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextInt(4),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextInt(50),
          random.nextBoolean());
    }
  }

  private static final String[] REGISTERS = {
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15", "rip", "rflags"
  };

  @TestFactory
  Stream<DynamicTest> importsTheSameCallsFromEveryPrint() {
    return IntStream.range(0, 150)
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> check(seed)));
  }

  private static void check(int seed) throws IOException {
    Random random = new Random(seed);
    List<Made> calls = calls(random);
    Style style = Style.of(random);
    List<Made> order = new ArrayList<>();
    String log = print(calls, style, random, order);
    Imported imported = Imported.of(log.split("\n"));
    assertEquals(calls.size(), imported.report.ioctls(), log);
    assertEquals(0, imported.report.warningCounts().size(), () -> imported.report.warnings() + log);
    for (int i = 0; i < order.size(); i++) {
      same(order.get(i), imported.call(i), style);
    }
  }

  private static List<Made> calls(Random random) {
    List<Made> calls = new ArrayList<>();
    calls.add(new Made(0, KvmIoctl.KVM_GET_API_VERSION, 3, 0, 12, -1, false, null));
    calls.add(new Made(0, KvmIoctl.KVM_CREATE_VM, 3, 0, 4, -1, false, null));
    calls.add(new Made(0, KvmIoctl.KVM_CREATE_VCPU, 4, 0, 5, -1, false, null));
    calls.add(new Made(0, KvmIoctl.KVM_CREATE_VCPU, 4, 1, 6, -1, false, null));
    for (int i = 0; i < 40; i++) {
      calls.add(call(random));
    }
    return calls;
  }

  private static Made call(Random random) {
    int vcpu = random.nextInt(2);
    int fd = 5 + vcpu;
    long[] registers = random.longs(18).map(v -> random.nextInt(3) == 0 ? v & 15 : v).toArray();
    return switch (random.nextInt(5)) {
      case 0 -> new Made(vcpu, KvmIoctl.KVM_SET_REGS, fd, 0, 0, -1, true, registers);
      case 1 -> new Made(vcpu, KvmIoctl.KVM_GET_REGS, fd, 0, 0, -1, false, registers);
      case 2 -> new Made(vcpu, KvmIoctl.KVM_CHECK_EXTENSION, 4, 3, 1, -1, false, null);
      case 3 -> new Made(vcpu, KvmIoctl.KVM_RUN, fd, 0, -4, -1, false, null);
      default -> new Made(vcpu, KvmIoctl.KVM_RUN, fd, 0, 0, 2 + random.nextInt(4), false, null);
    };
  }

  private static String print(List<Made> calls, Style style, Random random, List<Made> order) {
    StringBuilder log = new StringBuilder();
    Made[] open = new Made[2];
    long[] clock = {1_795_333_489_000_000L};
    for (Made call : calls) {
      if (open[call.thread()] != null) {
        resume(log, open, call.thread(), style, clock);
      }
      prefix(log, call.thread(), style, clock);
      order.add(call);
      boolean unfinished = order.size() > 4 && style.split() && random.nextInt(3) == 0;
      log.append(text(call, style));
      if (unfinished) {
        log.append(isLate(call) ? "" : argument(call, style)).append(" <unfinished ...>\n");
        open[call.thread()] = call;
      } else {
        log.append(argument(call, style)).append(")").append(result(call, style)).append('\n');
      }
    }
    for (int thread = 0; thread < 2; thread++) {
      if (open[thread] != null) {
        resume(log, open, thread, style, clock);
      }
    }
    return log.toString();
  }

  private static void resume(
      StringBuilder log, Made[] open, int thread, Style style, long[] clock) {
    Made call = open[thread];
    prefix(log, thread, style, clock);
    log.append("<... ioctl resumed>").append(isLate(call) ? argument(call, style) : "");
    log.append(")").append(result(call, style)).append('\n');
    open[thread] = null;
  }

  /** strace prints the argument of these only when the call is done. */
  private static boolean isLate(Made call) {
    return call.row() == KvmIoctl.KVM_RUN || call.row() == KvmIoctl.KVM_GET_REGS;
  }

  private static void prefix(StringBuilder log, int thread, Style style, long[] clock) {
    clock[0] += 3;
    int pid = 100 + thread;
    log.append(style.brackets() ? "[pid " + pid + "] " : pid + " ");
    long seconds = clock[0] / 1_000_000;
    String micros = String.format(".%06d", clock[0] % 1_000_000);
    switch (style.time()) {
      case 1 -> log.append(seconds).append(micros).append(' ');
      case 2 -> log.append("12:00:").append(seconds % 60).append(micros).append(' ');
      case 3 -> log.append("     0.000003 ");
      case 4 -> log.append("12:00:").append(seconds % 60).append(' ');
      default -> {}
    }
  }

  private static String text(Made call, Style style) {
    String[] names = {
      "",
      "",
      "",
      "/dev/kvm<char 10:232>",
      "anon_inode:kvm-vm",
      "anon_inode:kvm-vcpu:0",
      "anon_inode:kvm-vcpu:1"
    };
    String fd = call.fd() + (style.annotated() ? "<" + names[call.fd()] + ">" : "");
    int number = call.row().number();
    String hex = "0x" + Integer.toHexString(number);
    String request =
        switch (style.request()) {
          case 1 -> hex;
          case 2 -> hex + " /* " + call.row().name() + " */";
          case 3 -> composed(number);
          default -> call.row().name();
        };
    return "ioctl(" + fd + ", " + request;
  }

  private static String composed(int number) {
    String[] directions = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"};
    return String.format(
        "_IOC(%s, 0xae, 0x%x, 0x%x)",
        directions[number >>> 30], number & 0xff, number >>> 16 & 0x3fff);
  }

  private static String argument(Made call, Style style) {
    if (call.registers() == null) {
      boolean name = call.row() == KvmIoctl.KVM_CHECK_EXTENSION && style.request() != 1;
      return ", " + (name ? "KVM_CAP_USER_MEMORY" : call.arg() == 0 ? "0" : "0x" + call.arg());
    }
    StringBuilder text = new StringBuilder(", {");
    for (int i = 0; i < REGISTERS.length; i++) {
      if (shows(style, i)) {
        text.append(REGISTERS[i]).append('=').append(hex(call.registers()[i]));
        text.append(i < 17 ? ", " : "");
      } else if (i == 1 || i == 8) {
        text.append("..., ");
      }
    }
    return text + "}";
  }

  private static boolean shows(Style style, int register) {
    boolean abbreviated = register == 0 || register == 6 || register == 7 || register >= 16;
    return style.verbose() || abbreviated;
  }

  private static String hex(long value) {
    return value == 0 ? "0" : "0x" + Long.toHexString(value);
  }

  private static String result(Made call, Style style) {
    String text = " ".repeat(style.padding()) + " = ";
    text += call.ret() < 0 ? "-1 EINTR (Interrupted system call)" : Long.toString(call.ret());
    boolean exit = call.exit() >= 0 && style.exits();
    text += exit ? " (" + KvmExit.text(call.exit()) + ")" : "";
    return text + (style.duration() ? " <0.000001>" : "");
  }

  private static void same(Made made, Imported.Call call, Style style) {
    assertEquals(made.row(), call.enter().call);
    assertEquals(100 + made.thread(), call.tid());
    assertEquals(made.fd(), call.enter().fields[0]);
    assertEquals(made.ret(), call.ret());
    String[] subjects = {"", "", "", "system", "vm0", "vm0/vcpu0", "vm0/vcpu1"};
    assertEquals(subjects[made.fd()], call.subject());
    if (made.row() == KvmIoctl.KVM_RUN) {
      assertEquals(style.exits() ? made.exit() : -1, call.returned().fields[1]);
    }
    if (made.registers() == null) {
      assertEquals(made.arg(), call.enter().fields[1]);
      return;
    }
    Event shown = made.in() ? call.enter() : call.returned();
    for (int i = 0; i < REGISTERS.length; i++) {
      if (shows(style, i)) {
        assertEquals(made.registers()[i], Imported.number(shown, i * 8, 8), REGISTERS[i]);
      } else {
        assertEquals(-1, Imported.shown(shown, i * 8), REGISTERS[i]);
      }
    }
  }
}
