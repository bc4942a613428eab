package seamtape.sim.guest;

import java.util.Arrays;

/** IN, OUT, INS and OUTS, with the exits that KVM's emulator makes of them. */
final class Ports {
  /** Offset in the TSS of the offset of its I/O permission bitmap. */
  private static final int IO_MAP_BASE = 0x66;

  private final Core core;
  private final CpuState cpu;
  private final Strings strings;
  private final byte[] block = new byte[GuestExit.MAX_IO_BYTES];

  Ports(Core core, Strings strings) {
    this.core = core;
    this.cpu = core.cpu;
    this.strings = strings;
  }

  void execute(Insn i) {
    boolean virtual = !core.real && cpu.flag(CpuState.VM);
    boolean bitmapDecides = virtual || !core.real && cpu.cpl() > (cpu.rflags & CpuState.IOPL) >> 12;
    if (bitmapDecides && !permitted(portOf(i), size(i))) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    core.intercept(30, qualification(i));
    core.traps.port(portOf(i), size(i));
    switch (i.op) {
      case IN -> in(i);
      case OUT -> out(i);
      case INS -> inString(i);
      case OUTS -> outString(i);
      default -> throw new AssertionError(i.op);
    }
  }

  /** The VMX I/O qualification: size, direction, string, REP, immediate, port. */
  private long qualification(Insn i) {
    boolean in = i.op == Op.IN || i.op == Op.INS;
    boolean string = i.op == Op.INS || i.op == Op.OUTS;
    boolean immediate = i.kind0 == Insn.IMM || i.kind1 == Insn.IMM;
    long port = portOf(i);
    return size(i) - 1
        | (in ? 1 << 3 : 0)
        | (string ? 1 << 4 : 0)
        | (string && i.rep != 0 ? 1 << 5 : 0)
        | (immediate ? 1 << 6 : 0)
        | port << 16;
  }

  private static int size(Insn i) {
    return i.op == Op.OUT ? i.size1 : i.size0;
  }

  private int portOf(Insn i) {
    return switch (i.op) {
      case IN -> port(core.read1(i));
      case OUT -> port(core.read0(i));
      default -> port(cpu.gpr[CpuState.RDX]);
    };
  }

  /** The I/O permission bitmap of a 32-bit TSS: every port of the access has a 0 there. */
  private boolean permitted(int port, int size) {
    boolean wide = !cpu.tr.unusable && (cpu.tr.type & 8) != 0;
    if (!wide || cpu.tr.limit < IO_MAP_BASE + 1) {
      return false;
    }
    long at = core.readSystem(cpu.tr.base + IO_MAP_BASE, 2) + port / 8;
    if (at + 1 > cpu.tr.limit) {
      return false;
    }
    long bits = core.readSystem(cpu.tr.base + at, 2) >>> port % 8;
    return (bits & (1L << size) - 1) == 0;
  }

  private int port(long value) {
    return (int) value & 0xffff;
  }

  private void in(Insn i) {
    int port = port(core.read1(i));
    long value;
    if (core.mmio.replaying()) {
      value = core.mmio.next();
    } else if (core.bus.pioIn(port, i.size0, block, 0)) {
      core.attention = true;
      value = GuestMemory.assemble(block, 0, i.size0);
    } else {
      throw leave(port, i.size0, 1);
    }
    core.write0(i, value);
  }

  private GuestFault leave(int port, int size, int count) {
    GuestExit exit = core.exit;
    exit.isIn = true;
    exit.port = port;
    exit.size = size;
    exit.count = count;
    return core.leave(GuestExit.Kind.IO);
  }

  private void out(Insn i) {
    write(port(core.read0(i)), i.size1, core.read1(i));
  }

  /** The instruction completes, then the exit is made. */
  private void write(int port, int size, long value) {
    GuestExit exit = core.exit;
    GuestMemory.store(exit.data, 0, size, value);
    core.attention = true;
    if (core.bus.pioOut(port, size, exit.data, 0)) {
      return;
    }
    exit.kind = GuestExit.Kind.IO;
    exit.isIn = false;
    exit.port = port;
    exit.size = size;
    exit.count = 1;
    core.exitAfter = true;
  }

  /** KVM makes one exit of every element, also under REP. */
  private void outString(Insn i) {
    if (i.rep != 0 && strings.count(i) == 0) {
      return;
    }
    long address = core.readGpr(CpuState.RSI, i.addressSize);
    long value = core.memory.read(i.segment, address, i.size0);
    write(port(cpu.gpr[CpuState.RDX]), i.size0, value);
    strings.step(i, CpuState.RSI, 1);
    strings.repeat(i, 1, false);
  }

  /** KVM reads ahead under REP: as many elements as the page of ES:rDI and its buffer hold. */
  private void inString(Insn i) {
    if (i.rep != 0 && strings.count(i) == 0) {
      return;
    }
    int count;
    if (core.mmio.replaying()) {
      count = core.exit.count;
      System.arraycopy(core.exit.data, 0, block, 0, count * i.size0);
      core.mmio.next();
    } else {
      count = readAhead(i);
      fill(port(cpu.gpr[CpuState.RDX]), i.size0, count);
    }
    storeBlock(i, count);
    strings.step(i, CpuState.RDI, count);
    strings.repeat(i, count, false);
  }

  private int readAhead(Insn i) {
    if (i.rep == 0) {
      return 1;
    }
    int offset = (int) cpu.gpr[CpuState.RDI] & 0xfff;
    int inPage = cpu.flag(CpuState.DF) ? offset : 4096 - offset;
    int fits = Math.min(inPage, GuestExit.MAX_IO_BYTES / i.size0);
    long count = strings.count(i);
    return Math.max(1, count < fits ? (int) count : fits);
  }

  private void fill(int port, int size, int count) {
    for (int n = 0; n < count; n++) {
      if (!core.bus.pioIn(port, size, block, n * size)) {
        if (n == 0) {
          throw leave(port, size, count);
        }
        Arrays.fill(block, n * size, count * size, (byte) 0);
        break;
      }
    }
    core.attention = true;
  }

  /**
   * Upwards the block is one write, cut into MMIO accesses of 8 bytes; downwards element by
   * element.
   */
  private void storeBlock(Insn i, int count) {
    long address = core.readGpr(CpuState.RDI, i.addressSize);
    int size = i.size0;
    if (cpu.flag(CpuState.DF)) {
      for (int n = 0; n < count; n++) {
        long at = address - (long) n * size & Core.mask(i.addressSize);
        core.memory.write(CpuState.ES, at, size, GuestMemory.assemble(block, n * size, size));
      }
      return;
    }
    int total = count * size;
    long linear = core.memory.linear(CpuState.ES, address, total, true);
    for (int done = 0; done < total; done += 8) {
      int piece = Math.min(8, total - done);
      core.memory.writePieces(linear + done, piece, GuestMemory.assemble(block, done, piece));
    }
  }
}
