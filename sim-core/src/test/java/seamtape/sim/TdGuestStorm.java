package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.machine.Machine;
import seamtape.sim.coverage.TdProgram;

/**
 * TDs whose guests make random TDCALLs and TDVMCALLs, sensible and not, and a VMM that answers
 * their exits at random.
 */
public final class TdGuestStorm {
  /** The image ends at 4 GiB: pages of registers for the calls, page tables, code. */
  private static final long IMAGE = TdProgram.IMAGE;

  private static final int TABLES = TdProgram.OFFSET;
  private static final int ENTRY = 128;
  private static final int RUN_BYTES = 2048;
  private static final int MAP_GPA_RANGE = 1 << 12;

  /** Runs of one TD, at most. */
  private static final int RUNS = 300;

  private static final byte[] PROGRAM =
      TdProgram.of(
          """
          long:
          mov ebp, 0xffff0000
          again:
          mov rax, [rbp]
          mov rcx, [rbp + 8]
          mov rdx, [rbp + 16]
          mov rbx, [rbp + 24]
          mov rsi, [rbp + 32]
          mov rdi, [rbp + 40]
          mov r8, [rbp + 48]
          mov r9, [rbp + 56]
          mov r10, [rbp + 64]
          mov r11, [rbp + 72]
          mov r12, [rbp + 80]
          mov r13, [rbp + 88]
          mov r14, [rbp + 96]
          mov r15, [rbp + 104]
          tdcall
          add ebp, 128
          cmp ebp, 0xffffc000
          jb again
          jmp long
          """);

  private final Random random = new Random(20261128);
  private final CallDigest results = new CallDigest();
  private final Machines machines;
  private int made;
  private TdMachine td;

  private TdGuestStorm(Machines machines) {
    this.machines = machines;
  }

  /**
   * Goes on until so many nested calls are made.
   *
   * @return a digest of the results, which the layout of the register struct does not change
   */
  public static long run(Machines machines, String profile, long calls) {
    return new TdGuestStorm(machines).run(profile, calls);
  }

  private long run(String profile, long calls) {
    while (machines.nestedCalls() < calls) {
      machine(profile);
      int runs = 0;
      while (runs++ < RUNS && machines.nestedCalls() < calls && goesOn()) {
        between();
      }
      results.add(td.m.machine.tsc());
      machines.done(td.m);
      made++;
    }
    assertTrue(made < calls / 500, "TDs die too early: " + made);
    results.add(machines.nestedCalls());
    return results.value();
  }

  private void machine(String profile) {
    td = new TdMachine(machines.next(TdMachine.spec(profile))).initialized();
    TdMachine.check(td.enableCap(KvmCapability.KVM_CAP_EXIT_HYPERCALL, MAP_GPA_RANGE));
    td.addVcpu(0);
    td.addMemory(IMAGE);
    ByteBuffer image = ByteBuffer.allocate(TABLES).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < TABLES; at += ENTRY) {
      call(image.position(at));
    }
    td.m.store(TdMachine.SOURCE, image.array());
    td.m.store(TdMachine.SOURCE + TABLES, PROGRAM);
    TdMachine.check(td.addPages(IMAGE, TdMachine.PAGES, random.nextInt(2)));
    TdMachine.check(td.finalizeVm());
  }

  /** Registers of a call: RAX, RCX, RDX, RBX, RSI, RDI, R8 to R15. */
  private void call(ByteBuffer entry) {
    boolean vmcall = random.nextInt(3) > 0;
    Tdcall[] leaves = Tdcall.values();
    long version = random.nextInt(10) == 0 ? 1L << 16 : 0;
    entry.putLong(vmcall ? 0 : version | leaves[random.nextInt(leaves.length)].number() & 0xffff);
    entry.putLong(vmcall ? mask() : operand());
    for (int i = 0; i < 6; i++) {
      entry.putLong(operand());
    }
    Tdvmcall[] functions = Tdvmcall.values();
    entry.putLong(vmcall && random.nextInt(12) > 0 ? 0 : operand());
    entry.putLong(functions[random.nextInt(functions.length)].number());
    for (int i = 0; i < 4; i++) {
      entry.putLong(operand());
    }
  }

  private long mask() {
    return random.nextInt(10) == 0 ? random.nextLong() : 0xfc00 | random.nextInt(4) << 6;
  }

  private long operand() {
    long shared = random.nextInt(4) == 0 ? TdMachine.SHARED : 0;
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong();
      case 1 -> -1;
      case 2, 3 -> shared | IMAGE + random.nextInt(TABLES / 1024) * 1024L;
      case 4 -> 1L << random.nextInt(48);
      default -> random.nextInt(5);
    };
  }

  /** One KVM_RUN; false when this TD has come to its end. */
  private boolean goesOn() {
    long result = td.m.machine.ioctl(TID, td.m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 2000);
    if (result == Machine.IN_PROGRESS) {
      td.m.machine.signal(TID);
      result = td.m.machine.resume(TID, 1);
    }
    results.add(result);
    results.add(exit());
    assertTrue(result == 0 || Errno.isError(result), "KVM_RUN gave " + result);
    return result == 0 || result == Errno.EINTR.result();
  }

  private long exit() {
    byte[] run = new byte[RUN_BYTES];
    td.m.memory.read(RUN, run, 0, run.length);
    return java.util.Arrays.hashCode(run);
  }

  /** The VMM answers with whatever it likes, and now and then converts memory. */
  private void between() {
    if (random.nextInt(3) == 0) {
      byte[] answer = new byte[8];
      random.nextBytes(answer);
      td.m.store(RUN + 48, answer);
    }
    if (random.nextInt(8) == 0) {
      long page = IMAGE + random.nextInt(TABLES >> 12) * 4096L;
      results.add(td.attributes(page, 4096, random.nextInt(2) * 8L));
    }
  }
}
