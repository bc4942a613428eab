package seamtape.sim;

import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R15;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import seamtape.sim.tdx.Registers;
import seamtape.sim.tdx.TdGuest;
import seamtape.sim.tdx.TdVcpu;

/** A TD whose exits are given one by one; keeps the registers with which it is entered again. */
final class ScriptedTd implements TdGuest {
  private static final int TDCALL = 77;
  private static final int EPT_VIOLATION = 48;
  private static final int EXTERNAL_INTERRUPT = 1;
  private static final long LINUX_MASK = 0xffcc;

  private final Queue<long[]> exits = new ArrayDeque<>();
  final List<long[]> entries = new ArrayList<>();

  /** TDG.VP.VMCALL with R10 and on. */
  ScriptedTd tdvmcall(long... registers) {
    long[] exit = new long[16];
    exit[RAX] = TDCALL;
    exit[RCX] = LINUX_MASK;
    System.arraycopy(registers, 0, exit, R10, registers.length);
    exits.add(exit);
    return this;
  }

  ScriptedTd eptViolation(long gpa, long extended) {
    return eptViolation(gpa, 0, extended);
  }

  ScriptedTd eptViolation(long gpa, long qualification, long extended) {
    long[] exit = new long[16];
    exit[RAX] = EPT_VIOLATION;
    exit[RCX] = qualification;
    exit[RDX] = extended;
    exit[R8] = gpa;
    exits.add(exit);
    return this;
  }

  ScriptedTd exit(long rax) {
    long[] exit = new long[16];
    exit[RAX] = rax;
    exits.add(exit);
    return this;
  }

  @Override
  public void run(int lp, TdVcpu vcpu, Registers regs) {
    entries.add(regs.gpr.clone());
    long[] exit = exits.poll();
    if (exit == null) {
      exit = new long[16];
      exit[RAX] = EXTERNAL_INTERRUPT;
    }
    System.arraycopy(exit, 0, regs.gpr, 0, exit.length);
  }

  /** R10 to R15 of the last entry. */
  long[] answer() {
    return Arrays.copyOfRange(entries.get(entries.size() - 1), R10, R15 + 1);
  }
}
