package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.util.Random;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.sim.Machines;

/**
 * SEV-ES and SNP guests that run: each round a VMGEXIT by the MSR or by the page with what the VMM
 * has thought up, then PVALIDATE, RMPADJUST, a touch of memory or an instruction that raises #VC;
 * and a VMM that answers their exits at random and changes the state of their pages.
 */
public final class SevGuestStorm {
  /** Runs of one guest, at most. */
  private static final int RUNS = 400;

  private static final long SCRATCH = EsGuest.GHCB + 0x800;
  private static final int EFAULT = (int) Errno.EFAULT.result();

  private static final String PROGRAM =
      """
      again:
      mov ecx, 0xc0010130
      mov eax, [0xa000]
      mov edx, [0xa004]
      wrmsr
      vmgexit
      rdmsr
      mov [0xa008], eax
      mov rbx, [0xa010]
      mov rax, [0xa018]
      mov rcx, [0xa020]
      mov rdx, [0xa028]
      cmp rbx, 0
      jne adjusts
      pvalidate
      jmp next
      adjusts:
      cmp rbx, 1
      jne touches
      rmpadjust
      jmp next
      touches:
      cmp rbx, 2
      jne writes
      mov rax, [rax]
      jmp next
      writes:
      cmp rbx, 3
      jne asks
      mov [rax], rdx
      jmp next
      asks:
      cmp rbx, 4
      jne next
      cpuid
      next:
      mov [0xa030], rax
      hlt
      jmp again
      """;

  /** Of any exception: it is told, and the next round begins. */
  private static final String HANDLER =
      """
      pop rax
      mov [0xa038], rax
      mov rsp, 0x8ff0
      hlt
      mov rax, 0x1000
      jmp rax
      """;

  private static final int[] EXCEPTIONS = {6, 13, 14};

  /** #VC's codes by the page (GHCB specification, table 6) that the host goes on after. */
  private static final long[] EXITS = {
    0x27,
    0x72,
    0x7b,
    0x7c,
    0x81,
    0x89,
    0x8a,
    0x8b,
    0x8000_0001L,
    0x8000_0002L,
    0x8000_0003L,
    0x8000_0010L,
    0x8000_0010L,
    0x8000_0013L,
    0x8000_fffdL
  };

  /** So many of them are also an SEV-ES guest's. */
  private static final int ES_EXITS = 11;

  /** Those that may be the end of it, and two that there are not. */
  private static final long[] ENDS = {
    0x6e,
    0x6f,
    0x77,
    0x87,
    0x8000_0004L,
    0x8000_0005L,
    0x8000_0011L,
    0x8000_0012L,
    0x8000_ffffL,
    0x8000_1234L,
    0x999
  };

  /** One request in so many is of those that end a guest, or lacks what it must have. */
  private static final int ODD = 250;

  /** RAX, RBX, RCX, RDX, CPL, XCR0. */
  private static final int[] FIELDS = {0x1f8, 0x318, 0x308, 0x310, 0xcb, 0x3e8};

  private final Random random = new Random(20261128);
  private final Machines machines;
  private EsGuest guest;
  private long calls;
  private long exits;
  private int guests;

  private SevGuestStorm(Machines machines) {
    this.machines = machines;
  }

  /** Goes on until so many calls are made. */
  public static void run(Machines machines, String profile, long calls) {
    SevGuestStorm storm = new SevGuestStorm(machines);
    while (storm.calls < calls) {
      storm.onOne(profile, storm.guests++ % 3 > 0 && !profile.startsWith("linux-6.2"));
    }
    assertTrue(storm.guests < calls / 30, "guests die too early: " + storm.guests);
    assertTrue(storm.exits > calls / 20, "the VMM is asked too seldom: " + storm.exits);
  }

  private void onOne(String profile, boolean snp) {
    MachineSpec spec = new MachineSpec(profile, "amd", "none", "bare", 1, false);
    guest = new EsGuest(new SevMachine(machines.next(spec)), profile, snp);
    for (int vector : EXCEPTIONS) {
      guest.handler(vector, 0x1800, HANDLER);
    }
    guest.launched(PROGRAM, HANDLER);
    if (snp) {
      guest.exitsOnMapGpa();
    }
    int runs = 0;
    do {
      round();
      calls++;
    } while (++runs < RUNS && goesOn());
    machines.done(guest.m);
  }

  /** What the guest finds to do. */
  private void round() {
    boolean byPage = random.nextInt(4) > 0;
    if (byPage) {
      page();
    }
    guest.m.storeNumber(GUEST + EsGuest.MAILBOX, 8, byPage ? EsGuest.GHCB : request());
    number(0x10, random.nextInt(7));
    number(0x18, random.nextInt(ODD) == 0 ? operand() : frame() << 12);
    number(0x20, random.nextInt(8) == 0 ? random.nextInt(3) : 0);
    number(0x28, random.nextBoolean() ? random.nextInt(2) : random.nextInt(0x20_0000));
  }

  private void number(int offset, long value) {
    guest.m.storeNumber(GUEST + EsGuest.MAILBOX + offset, 8, value);
  }

  private long frame() {
    return random.nextInt(ODD) > 0 ? 0xb + random.nextInt(4) : random.nextInt(16);
  }

  private long operand() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> frame() << 12;
      case 2 -> 1L << random.nextInt(52);
      default -> random.nextInt(20);
    };
  }

  /** By the MSR protocol: its requests, some that there are not, and seldom the end. */
  private long request() {
    long operation = 1 + random.nextInt(2);
    int kinds = guest.snp ? 6 : 2;
    return switch (random.nextInt(ODD) == 0 ? random.nextInt(8) : random.nextInt(kinds)) {
      case 0 -> 0x002;
      case 1 -> operand() << 32 | (long) random.nextInt(4) << 30 | 0x004;
      case 2 -> 0x080;
      case 3 -> EsGuest.GHCB | 0x012;
      case 4 -> operation << 52 | frame() << 12 | 0x014;
      case 5 -> 0x010;
      case 6 -> random.nextLong() & 0xfff;
      default -> 0x100;
    };
  }

  private void page() {
    boolean odd = random.nextInt(ODD) == 0;
    boolean ending = random.nextInt(ODD) == 0;
    long code =
        ending
            ? ENDS[random.nextInt(ENDS.length)]
            : EXITS[random.nextInt(guest.snp ? EXITS.length : ES_EXITS)];
    boolean list = code == 0x8000_0010L;
    guest.ghcb(code, list ? 0 : info(code), operand());
    for (int field : FIELDS) {
      if (!odd || random.nextBoolean()) {
        guest.field(field, field == 0xcb ? random.nextInt(4) & random.nextInt(4) : operand());
      }
    }
    if (!odd || random.nextBoolean()) {
      guest.field(0x3a8, SCRATCH);
    }
    if (list) {
      pageStates();
    }
  }

  /** A port access is described by bits; other exits take numbers and addresses. */
  private long info(long code) {
    return code == 0x7b ? 0x3f8L << 16 | 0x10 | random.nextInt(2) : operand();
  }

  /** Entries of a page state change, a few that make no sense among them. */
  private void pageStates() {
    int entries = 1 + random.nextInt(5);
    guest.m.storeNumber(GUEST + SCRATCH, 2, random.nextInt(10) == 0 ? random.nextInt(9) : 0);
    guest.m.storeNumber(GUEST + SCRATCH + 2, 2, entries - 1);
    for (int i = 0; i < entries; i++) {
      long operation = random.nextInt(10) == 0 ? random.nextInt(8) : 1 + random.nextInt(2);
      long large = random.nextInt(10) == 0 ? 1L << 56 : 0;
      guest.m.storeNumber(GUEST + SCRATCH + 8 + 8L * i, 8, large | operation << 52 | frame() << 12);
    }
  }

  /** One KVM_RUN and what the VMM does about it; false when this guest has come to its end. */
  private boolean goesOn() {
    long result = guest.m.machine.ioctl(TID, guest.m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 2000);
    if (result == Machine.IN_PROGRESS) {
      guest.m.machine.signal(TID);
      result = guest.m.machine.resume(TID, 1);
    }
    int reason = guest.m.exitReason();
    assertTrue(result == 0 || Errno.isError(result), "KVM_RUN gave " + result);
    exits += reason == KvmExit.KVM_EXIT_HLT.number() ? 0 : 1;
    if (result == EFAULT && reason == KvmExit.KVM_EXIT_MEMORY_FAULT.number()) {
      return converted();
    }
    if (reason == KvmExit.KVM_EXIT_HYPERCALL.number()) {
      mapped();
    }
    return result == Errno.EINTR.result() || result == 0 && !ends(reason);
  }

  /** KVM_HC_MAP_GPA_RANGE: done as asked, or refused. */
  private void mapped() {
    long gfn = guest.runField(40) >>> 12;
    boolean done = random.nextInt(5) > 0 && gfn < 16;
    if (done && guest.snp) {
      set(gfn, (guest.runField(56) & 0x10) != 0);
    }
    guest.m.storeNumber(RUN + 88, 8, done ? 0 : random.nextInt(40));
  }

  /** The VMM gives the guest the kind of page that it touched; outside of memory it gives up. */
  private boolean converted() {
    long gfn = guest.runField(40) >>> 12;
    if (!guest.snp || gfn >= 16) {
      return false;
    }
    set(gfn, (guest.runField(32) & 8) != 0);
    return true;
  }

  private void set(long gfn, boolean isPrivate) {
    calls++;
    guest.setPrivate(gfn, 1, isPrivate);
  }

  private static boolean ends(int reason) {
    return reason == KvmExit.KVM_EXIT_SYSTEM_EVENT.number()
        || reason == KvmExit.KVM_EXIT_SHUTDOWN.number()
        || reason == KvmExit.KVM_EXIT_FAIL_ENTRY.number()
        || reason == KvmExit.KVM_EXIT_INTERNAL_ERROR.number();
  }
}
