package seamtape.sim.guest;

/**
 * Hardware task switches, in the order of KVM's emulator_do_task_switch: hardware leaves all of
 * them to it. An exception met once the registers are those of the new task, which KVM drops, is
 * delivered in the new task, as a processor does. The TSS's T bit traps nothing, as in KVM.
 */
final class TaskSwitch {
  /** What switches: a far JMP or CALL, IRET with RFLAGS.NT, or a task gate of the IDT. */
  enum Reason {
    JMP(2),
    CALL(0),
    IRET(1),
    GATE(3);

    private final long number;

    /**
     * @param number in VMX's exit qualification of a task switch (Intel's manual, table 28-6)
     */
    Reason(int number) {
      this.number = number;
    }

    long qualification() {
      return number << 30;
    }

    /** The new task is nested in the old one: it has a link back, and NT. */
    boolean nests() {
      return this == CALL || this == GATE;
    }
  }

  private static final int AVAILABLE_16 = 1;
  private static final int AVAILABLE_32 = 9;
  private static final int BUSY = 2;
  private static final int WIDE = 8;
  private static final int LIMIT_16 = 0x2b;
  private static final int LIMIT_32 = 0x67;
  private static final int CR3 = 0x1c;

  /** Where the saved words begin: IP, flags, eight general registers, segments, LDT. */
  private static final int STATE_16 = 0x0e;

  private static final int STATE_32 = 0x20;
  private static final int GENERAL = 2;
  private static final int SEGMENTS = GENERAL + 8;
  private static final int WORDS = SEGMENTS + 7;

  /** Flags that exist; all of them come from the TSS. */
  private static final long FLAGS = 0x3f_7fd5;

  /** L0 to L3 and LE of DR7. */
  private static final long DR7_LOCAL = 0x155;

  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;
  private final TaskSegments segments;
  private final Segment next = new Segment();
  private final long[] words = new long[WORDS];

  TaskSwitch(Core core, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
    this.segments = new TaskSegments(core, segmentation);
  }

  /** IRET with NT: to the task that the link of the current TSS names. */
  void back() {
    int selector = (int) core.readSystem(cpu.tr.base, 2);
    to(selector, Reason.IRET, core.nextRip);
  }

  /**
   * Switches to the task of a TSS selector.
   *
   * @param rip where the old task goes on
   */
  void to(int selector, Reason reason, long rip) {
    if (core.bus.leavesForTaskSwitch(selector & 0xffff | reason.qualification())) {
      throw core.leave(GuestExit.Kind.TASK_SWITCH);
    }
    boolean delivering = core.delivering;
    // As during delivery, KVM cannot reach MMIO in the middle of a switch.
    core.delivering = true;
    try {
      check(selector, reason);
      change(selector, reason, rip);
    } finally {
      core.delivering = delivering;
    }
  }

  /** The error code of the event that came through a task gate goes to the new task's stack. */
  void pushErrorCode(int errorCode) {
    core.push(wide(cpu.tr) ? 4 : 2, errorCode & 0xffff_ffffL);
  }

  private static boolean wide(Segment tss) {
    return (tss.type & WIDE) != 0;
  }

  private void check(int selector, Reason reason) {
    int vector = reason == Reason.IRET ? GuestFault.TS : GuestFault.GP;
    boolean local = (selector & 4) != 0;
    if (local || (selector | 7) > (cpu.gdtLimit & 0xffff)) {
      throw segmentation.fault(vector, selector);
    }
    segmentation.describe(selector, next);
    int busy = reason == Reason.IRET ? BUSY : 0;
    boolean fits = next.type == (AVAILABLE_16 | busy) || next.type == (AVAILABLE_32 | busy);
    if (next.s || !fits) {
      throw segmentation.fault(vector, selector);
    }
    segmentation.requirePresent(next, selector, GuestFault.NP);
    if (next.limit < (wide(next) ? LIMIT_32 : LIMIT_16)) {
      throw segmentation.fault(GuestFault.TS, selector);
    }
  }

  private void change(int selector, Reason reason, long rip) {
    boolean back = reason == Reason.IRET;
    save(rip, back ? cpu.rflags & ~CpuState.NT : cpu.rflags);
    read();
    long cr3 = wide(next) ? core.readSystem(next.base + CR3, 4) : cpu.cr3;
    if (reason.nests()) {
      core.writeSystem(next.base, 2, cpu.tr.selector);
    } else {
      markBusy(cpu.tr.selector, false);
    }
    if (!back) {
      markBusy(selector, true);
    }
    next.type |= BUSY;
    load(cr3, reason.nests() ? CpuState.NT : 0);
    segments.load(words, SEGMENTS, wide(next));
  }

  private static int stateOf(Segment tss) {
    return wide(tss) ? STATE_32 : STATE_16;
  }

  /** CR3 and LDT are not saved: the task cannot have changed them. */
  private void save(long rip, long flags) {
    int size = wide(cpu.tr) ? 4 : 2;
    long at = cpu.tr.base + stateOf(cpu.tr);
    core.writeSystem(at, size, rip);
    core.writeSystem(at + size, size, flags);
    for (int i = 0; i < SEGMENTS - GENERAL; i++) {
      core.writeSystem(at + (long) (GENERAL + i) * size, size, cpu.gpr[i]);
    }
    for (int i = 0; i < TaskSegments.count(wide(cpu.tr)); i++) {
      long selector = cpu.segments[i].selector;
      core.writeSystem(at + (long) (SEGMENTS + i) * size, 2, selector);
    }
  }

  private void read() {
    int size = wide(next) ? 4 : 2;
    int count = SEGMENTS + TaskSegments.count(wide(next)) + 1;
    for (int i = 0; i < count; i++) {
      words[i] = core.readSystem(next.base + stateOf(next) + (long) i * size, size);
    }
  }

  private void markBusy(int selector, boolean busy) {
    long typeByte = segmentation.descriptorAddress(selector) + 5;
    long type = core.readSystem(typeByte, 1);
    core.writeSystem(typeByte, 1, busy ? type | BUSY : type & ~BUSY);
  }

  /** From here on the vCPU is in the new task. */
  private void load(long cr3, long nested) {
    cpu.cr3 = cr3;
    cpu.rip = words[0];
    core.nextRip = words[0];
    cpu.rflags = words[1] & FLAGS | 2 | nested;
    System.arraycopy(words, GENERAL, cpu.gpr, 0, SEGMENTS - GENERAL);
    cpu.tr.copyFrom(next);
    cpu.cr0 |= CpuState.CR0_TS;
    cpu.dr7 &= ~DR7_LOCAL;
    core.flush();
  }
}
