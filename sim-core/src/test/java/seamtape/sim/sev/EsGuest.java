package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.machine.NestedCalls;
import seamtape.sim.TestMachine;
import seamtape.workload.asm.Assembler;

/**
 * An SEV-ES or SNP guest in long mode that makes VMGEXITs in a loop: what it finds at {@link
 * #MAILBOX} goes to the GHCB MSR before, what the MSR then holds comes back after, and a HLT ends
 * the round. Its first 16 pages are private, but for GHCB and mailbox.
 */
final class EsGuest {
  static final long C_BIT = 1L << 51;
  static final long GHCB = 0x9000;
  static final long MAILBOX = 0xa000;
  private static final int PAGES = 16;
  private static final long TABLES = 0x2000;
  private static final long IDT = 0x6000;

  static final String LOOP =
      """
      again:
      mov ecx, 0xc0010130
      mov eax, [0xa000]
      mov edx, [0xa004]
      wrmsr
      vmgexit
      rdmsr
      mov [0xa008], eax
      mov [0xa00c], edx
      hlt
      jmp again
      """;

  final SevMachine sev;
  final TestMachine m;
  final boolean snp;

  /** Id of the vCPU that runs the code. */
  int firstVcpu;

  EsGuest(String profile, boolean snp, NestedCalls nested) {
    this(new SevMachine(profile, nested), profile, snp);
  }

  EsGuest(SevMachine sev, String profile, boolean snp) {
    this.sev = sev;
    m = sev.m;
    this.snp = snp;
    boolean typed = !profile.startsWith("linux-6.2");
    sev.createVm(!typed ? 0 : snp ? 4 : 3);
    assertEquals("0 0", typed ? sev.init2(0, 0, 0) : sev.init(true));
  }

  /** One that runs the loop, on Linux 7.3. */
  static EsGuest looping(boolean snp) {
    return new EsGuest("linux-7.3", snp, NestedCalls.NONE).launched(LOOP, "hlt");
  }

  /** Launches the guest with one vCPU: code at 0x1000, handler of #VC at 0x1800. */
  EsGuest launched(String code, String handler) {
    slot();
    m.store(GUEST + 0x1000, assemble(code, 0x1000));
    m.store(GUEST + 0x1800, assemble(handler, 0x1800));
    pageTables();
    gate(29, 0x1800);
    vcpu(firstVcpu);
    if (snp) {
      launchSnp();
    } else {
      launchEs();
    }
    return this;
  }

  private static byte[] assemble(String code, long origin) {
    return Assembler.program("bits 64\n" + code, origin).bytes();
  }

  private void slot() {
    if (!snp) {
      m.addSlot(0, 0, 0, PAGES << 12, GUEST);
      return;
    }
    sev.memfdSlot(PAGES << 12);
    setPrivate(0, PAGES, true);
    setPrivate(GHCB >> 12, 2, false);
  }

  void setPrivate(long gfn, long pages, boolean isPrivate) {
    sev.setAttributes(gfn << 12, pages << 12, isPrivate ? 8 : 0);
  }

  private void pageTables() {
    for (int level = 0; level < 3; level++) {
      entry(TABLES + level * 0x1000, TABLES + (level + 1) * 0x1000 | C_BIT);
    }
    for (long page = 0; page < PAGES; page++) {
      boolean shared = page == GHCB >> 12 || page == MAILBOX >> 12;
      entry(TABLES + 0x3000 + page * 8, page << 12 | (shared ? 0 : C_BIT));
    }
  }

  private void entry(long at, long value) {
    m.storeNumber(GUEST + at, 8, value | 3);
  }

  /** A handler for a vector; before the launch. */
  void handler(int vector, long at, String code) {
    m.store(GUEST + at, assemble(code, at));
    gate(vector, at);
  }

  private void gate(int vector, long handler) {
    m.storeNumber(GUEST + IDT + vector * 16, 8, 0x8e00_0008_0000L | handler);
    m.storeNumber(GUEST + IDT + vector * 16 + 4, 4, 0x8e00);
    m.storeNumber(GUEST + IDT + vector * 16, 4, 0x8_0000 | handler);
    // The code segment that a gate loads.
    m.storeNumber(GUEST + 0x7008, 8, 0x00af_9b00_0000_ffffL);
  }

  /** A vCPU in 64-bit mode at 0x1000. */
  void vcpu(int id) {
    sev.createVcpu(id);
    ByteBuffer cpuid = sev.struct(8 + 3 * 40).putInt(0, 3);
    cpuid.putInt(8, 0x8000_0000).putInt(20, 0x8000_001f);
    cpuid.putInt(48, 0x8000_0008).putInt(60, 48);
    cpuid.putInt(88, 0x8000_001f).putInt(104, 51);
    m.store(ARG, cpuid.array());
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_CPUID2, ARG));
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    m.store(ARG, segment(8, 11, true));
    for (int data = 1; data < 6; data++) {
      m.store(ARG + data * 24, segment(16, 3, false));
    }
    m.storeNumber(ARG + 192, 8, 0x7000);
    m.storeNumber(ARG + 200, 2, 0x17);
    m.storeNumber(ARG + 208, 8, IDT);
    m.storeNumber(ARG + 216, 2, 0xfff);
    m.storeNumber(ARG + 224, 8, 0x8000_0011L);
    m.storeNumber(ARG + 240, 8, TABLES | C_BIT);
    m.storeNumber(ARG + 248, 8, 0x20);
    m.storeNumber(ARG + 264, 8, 0x500);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_SREGS, ARG));
    ByteBuffer regs = sev.struct(144).putLong(48, 0x8ff0).putLong(128, 0x1000).putLong(136, 2);
    m.store(ARG, regs.array());
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_REGS, ARG));
  }

  private byte[] segment(int selector, int type, boolean code) {
    ByteBuffer segment = sev.struct(24).putInt(8, -1).putShort(12, (short) selector);
    segment.put(14, (byte) type).put(15, (byte) 1).put(17, (byte) (code ? 0 : 1));
    return segment.put(18, (byte) 1).put(19, (byte) (code ? 1 : 0)).put(20, (byte) 1).array();
  }

  private void launchEs() {
    assertEquals("0 0", sev.launchStart(4));
    assertEquals("0 0", sev.updateData(GUEST, (int) GHCB));
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_LAUNCH_UPDATE_VMSA));
    assertEquals("0 0", sev.measure(48));
    assertEquals("0 0", sev.finish());
  }

  private void launchSnp() {
    assertEquals(
        "0 0",
        sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_START, sev.struct(64).putLong(0, 0x30000)));
    ByteBuffer update = sev.struct(64).putLong(8, GUEST).putLong(16, GHCB).put(24, (byte) 1);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, update));
    update.putLong(0, 0xb).putLong(8, GUEST + 0xb000).putLong(16, 0x1000);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, update));
    update.putLong(0, 0xf).putLong(8, GUEST + 0xf000).putLong(16, 0x1000).put(24, (byte) 5);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_UPDATE, update));
    ByteBuffer finish = sev.struct(88).put(19, (byte) 0x48);
    assertEquals("0 0", sev.command(SevCommand.KVM_SEV_SNP_LAUNCH_FINISH, finish));
  }

  /** User space wants the exits of KVM_HC_MAP_GPA_RANGE. */
  void exitsOnMapGpa() {
    assertEquals("0", sev.enableCap(sev.vm, KvmCapability.KVM_CAP_EXIT_HYPERCALL, 1 << 12));
  }

  /** Starts a round with a value in the GHCB MSR; the exit reason at which it stops. */
  int exit(long msr) {
    m.storeNumber(GUEST + MAILBOX, 8, msr);
    return run();
  }

  int run() {
    assertEquals(0, m.run());
    return m.exitReason();
  }

  /** The MSR after a round that went to its end. */
  long msr(long request) {
    assertEquals(5, exit(request), "KVM_EXIT_HLT");
    return m.number(GUEST + MAILBOX + 8, 8);
  }

  /** Fields of the GHCB, each valid, and the three that every exit needs. */
  void ghcb(long code, long info1, long info2, long... fields) {
    m.store(GUEST + GHCB, new byte[0x1000]);
    field(0x390, code);
    field(0x398, info1);
    field(0x3a0, info2);
    for (int i = 0; i < fields.length; i += 2) {
      field((int) fields[i], fields[i + 1]);
    }
  }

  void field(int offset, long value) {
    m.storeNumber(GUEST + GHCB + offset, offset == 0xcb ? 1 : 8, value);
    int bit = offset / 8;
    long at = GUEST + GHCB + 0x3f0 + bit / 8;
    m.storeNumber(at, 1, m.number(at, 1) | 1 << bit % 8);
  }

  void invalidate(int offset) {
    int bit = offset / 8;
    long at = GUEST + GHCB + 0x3f0 + bit / 8;
    m.storeNumber(at, 1, m.number(at, 1) & ~(1 << bit % 8));
  }

  long answer(int offset) {
    return m.number(GUEST + GHCB + offset, 8);
  }

  /** What the guest is told: action and code. */
  String outcome() {
    return (int) answer(0x398) + " " + Long.toHexString(answer(0x3a0));
  }

  /** A VMGEXIT with the page as it is, up to the guest's HLT. */
  String outcomeOfRound() {
    assertEquals(5, exit(GHCB));
    return outcome();
  }

  long runField(int offset) {
    return m.number(RUN + offset, 8);
  }
}
