package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import seamtape.sim.guest.GuestExit.Kind;

/**
 * Guests with any descriptors, gates, TSSs and flags: far transfers, task switches, virtual-8086
 * mode and events end as exits, never as an exception of ours, and the same way each time.
 */
class AnyTablesTest {
  private static final int GUESTS =
      Integer.getInteger("seamtape.guests", Boolean.getBoolean("seamtape.soak") ? 100_000 : 300);
  private static final int INSTRUCTIONS = 400;
  private static final int GDT = 0x4000;
  private static final int IDT = 0x3000;
  private static final int TABLE_BYTES = 0x80;

  /** Types and rights of segments, TSSs, gates and local tables that are nearly right. */
  private static final long[] RIGHTS = {
    0xcf9aL, 0xcf92L, 0xcffaL, 0xcff2L, 0x009aL, 0x00f2L, 0xcf9eL, 0x0089L, 0x008bL, 0x0081L,
    0x00e5L, 0x00ecL, 0x00e4L, 0x0082L, 0x008eL, 0x00eeL, 0x00e6L, 0x000cL, 0xcf96L, 0xaf9aL
  };

  /** Opcodes that go through the tables, and some that make them fault. */
  private static final int[] OPCODES = {
    0x9a, 0xea, 0xcf, 0xcb, 0xca, 0xcd, 0xcc, 0xce, 0x8e, 0x9c, 0x9d, 0xfa, 0xfb, 0x1f, 0x07, 0x17,
    0x60, 0x61, 0xf4, 0xec, 0xee, 0x90, 0x50, 0x58, 0xff, 0x0f, 0x66, 0xbc
  };

  private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
  private boolean sawVirtual8086;
  private boolean sawAnotherTask;

  private static Guest guest(long seed) {
    Random random = new Random(seed);
    Guest guest = new Guest();
    byte[] code = new byte[0x2000];
    for (int at = 0; at < code.length - 8; ) {
      int opcode = OPCODES[random.nextInt(OPCODES.length)];
      code[at++] = (byte) opcode;
      boolean far = opcode == 0x9a || opcode == 0xea;
      for (int n = far ? 4 : random.nextInt(3); n > 0; n--) {
        code[at++] = (byte) random.nextInt(256);
      }
      if (far) {
        int target = random.nextBoolean() ? 0x30 : 8 * random.nextInt(16) | random.nextInt(4);
        code[at++] = (byte) target;
        code[at++] = 0;
      }
    }
    guest.bus.write(Guest.START, code);
    for (int i = 8; i < TABLE_BYTES; i += 8) {
      descriptor(guest, GDT + i, random);
    }
    write(guest, GDT + 0x30, 0x5400_0097);
    write(guest, GDT + 0x34, random.nextInt(4) << 13 | 0x8900);
    for (int vector = 0; vector < 256; vector++) {
      descriptor(guest, IDT + 8 * vector, random);
    }
    for (int at = 0x5000; at < 0x6000; at += 4) {
      int value = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(0x40) << 3;
      boolean flags = (at & 0xff) == 0x24;
      write(guest, at, flags ? value & 0x7fffff : value);
    }
    enter(guest.cpu, random);
    return guest;
  }

  private static void descriptor(Guest guest, int at, Random random) {
    long rights = RIGHTS[random.nextInt(RIGHTS.length)];
    boolean gate = (rights & 0x10) == 0 && (rights & 0xf) >= 4 && (rights & 0xd) != 9;
    int where = gate ? 8 * random.nextInt(16) << 16 | 0x1000 + random.nextInt(0x1000) : 0xffff;
    boolean tss = !gate && (rights & 0x10) == 0;
    write(guest, at, tss ? 0x5000 + 0x100 * random.nextInt(16) << 16 | 0x97 : where);
    long high = (rights & 0xff) << 8 | (rights & 0xff00) << 8 & 0x00f0_0000;
    high |= gate ? random.nextInt(3) : tss ? 0 : 0xf_0000;
    if (random.nextInt(10) == 0) {
      high ^= 1L << random.nextInt(32);
    }
    write(guest, at + 4, (int) high);
  }

  private static void write(Guest guest, int at, int value) {
    guest.bus.write(
        at, (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24));
  }

  private static void enter(CpuState cpu, Random random) {
    int level = random.nextInt(2) * 3;
    cpu.cr0 = 0x11;
    cpu.cr4 = random.nextInt(8);
    cpu.gdtBase = GDT;
    cpu.gdtLimit = TABLE_BYTES - 1;
    cpu.idtBase = IDT;
    cpu.idtLimit = 0x7ff;
    cpu.tr.selector = 0x28;
    cpu.tr.base = 0x5000;
    cpu.tr.limit = 0x97;
    cpu.tr.type = 11;
    cpu.rflags = 2 | random.nextInt() & 0x1a_7200;
    for (int i = 0; i < 6; i++) {
      Segment segment = cpu.segments[i];
      segment.selector = i == CpuState.CS ? 8 | level : 16 | level;
      segment.limit = 0xffff_ffffL;
      segment.type = i == CpuState.CS ? 11 : 3;
      segment.dpl = level;
      segment.db = true;
    }
    for (int i = 0; i < 8; i++) {
      cpu.gpr[i] = 8 * random.nextInt(16);
    }
    cpu.gpr[CpuState.RSP] = 0x8000;
  }

  private Guest run(long seed) {
    Guest guest = guest(seed);
    for (int i = 0; i < INSTRUCTIONS / 20; i++) {
      Kind kind = guest.interpreter.run(20);
      kinds.add(kind);
      sawVirtual8086 |= guest.cpu.flag(CpuState.VM);
      sawAnotherTask |= guest.cpu.tr.base != 0x5000;
      assertTrue(!guest.cpu.flag(CpuState.VM) || guest.cpu.cpl() == 3, "level of seed " + seed);
      if (kind == Kind.SHUTDOWN || kind == Kind.INTERNAL_ERROR) {
        break;
      }
    }
    return guest;
  }

  @Test
  void endAsExitsAndTheSameWayEachTime() {
    for (long seed = 0; seed < GUESTS; seed++) {
      Guest once = run(seed);
      Guest again = run(seed);
      assertEquals(once.interpreter.executed(), again.interpreter.executed(), "seed " + seed);
      assertTrue(Arrays.equals(once.cpu.gpr, again.cpu.gpr), "seed " + seed);
      assertEquals(once.cpu.rip, again.cpu.rip, "seed " + seed);
    }
    assertTrue(kinds.containsAll(EnumSet.of(Kind.SHUTDOWN, Kind.BUDGET, Kind.HLT)), "" + kinds);
    assertTrue(sawVirtual8086, "no guest came to virtual-8086 mode");
    assertTrue(sawAnotherTask, "no guest switched tasks");
  }
}
