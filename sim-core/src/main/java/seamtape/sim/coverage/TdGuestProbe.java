package seamtape.sim.coverage;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdvmcallStatus;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatus;
import seamtape.machine.NestedCalls;

/** Lets the guest of a TD make each TDCALL and TDVMCALL, and looks at what it is answered. */
final class TdGuestProbe implements NestedCalls {
  /** A leaf that is only refused names its number, or what no TD here can have. */
  private static final List<Long> REFUSALS =
      List.of(
          TdxStatus.TDX_OPERAND_INVALID.with(TdxOperand.RAX),
          TdxStatus.TDX_OPERAND_INVALID.with(TdxOperand.RCX));

  /** RCX and RDX of the attempts: private pages, small numbers, and nothing. */
  private static final long[][] OPERANDS = {
    {TdProgram.IMAGE, TdProgram.IMAGE + 0x1000}, {TdProgram.IMAGE, 2}, {1, 2}, {0, 2}
  };

  private static final String STOP = "stop: jmp stop\n";

  private final Call row;
  private final List<Call> open = new ArrayList<>();
  private final List<Long> answers = new ArrayList<>();

  private TdGuestProbe(Call row) {
    this.row = row;
  }

  /** True for a leaf that is answered otherwise than by a refusal. */
  static boolean serves(Tdcall leaf, String profile) {
    if (leaf == Tdcall.TDG_VP_VMCALL) {
      return serves(Tdvmcall.TDVMCALL_GET_TD_VM_CALL_INFO, profile);
    }
    StringBuilder code = new StringBuilder("long:\n");
    for (long[] operands : OPERANDS) {
      code.append(move("rax", leaf.number() & 0xffff))
          .append(move("rcx", operands[0]))
          .append(move("rdx", operands[1]))
          .append(move("r8", 0))
          .append("tdcall\n");
    }
    List<Long> answers = new TdGuestProbe(leaf).run(code + STOP, profile);
    return answers.stream().anyMatch(status -> !REFUSALS.contains(status));
  }

  /** True for a sub-function that KVM answers, or hands to user space. */
  static boolean serves(Tdvmcall call, String profile) {
    boolean vendor = call == Tdvmcall.TDVMCALL_VENDOR;
    String code =
        "long:\n"
            + move("rax", 0)
            + move("rcx", 0xfc00)
            + move("r10", vendor ? 5 : 0)
            + move("r11", call.number())
            + move("r12", 0)
            + move("r13", 0)
            + move("r14", 0)
            + move("r15", 0)
            + "tdcall\n"
            + STOP;
    List<Long> answers = new TdGuestProbe(call).run(code, profile);
    return !answers.contains(TdvmcallStatus.TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED.value());
  }

  private static String move(String register, long value) {
    return "mov " + register + ", " + Long.toUnsignedString(value) + "\n";
  }

  private List<Long> run(String code, String profile) {
    try (ProbedTd td = new ProbedTd(profile, this)) {
      td.load(TdProgram.of(code));
      td.run();
    }
    return answers;
  }

  @Override
  public void enter(int tid, long actor, int family, int number, long[] fields) {
    open.add(Catalog.byNumber(Family.values()[family], number));
  }

  @Override
  public void returns(int tid, long[] fields) {
    Call last = open.remove(open.size() - 1);
    if (last == row) {
      answers.add(fields[0]);
    }
  }
}
